-- The audit log (security requirement L1): append only, each row sealed with the hash
-- of the one before. Times are milliseconds since 1970 UTC.

-- +goose Up
CREATE TABLE audit (
    seq         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at          INTEGER NOT NULL,
    kind        TEXT    NOT NULL CHECK (kind <> ''),
    result      TEXT    NOT NULL CHECK (result IN ('ok', 'refused', 'failed', 'unknown')),
    merchant_id TEXT    NOT NULL,
    user_id     TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    object      TEXT    NOT NULL,
    detail      TEXT    NOT NULL,
    hash_prev   BLOB    NOT NULL,
    hash        BLOB    NOT NULL
) STRICT;

CREATE INDEX audit_by_time ON audit (at);

-- +goose StatementBegin
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
-- +goose StatementEnd

CREATE INDEX attempts_by_time ON attempts (sending_at);
