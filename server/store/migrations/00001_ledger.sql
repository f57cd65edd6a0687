-- Times are milliseconds since 1970 UTC, NULL where they did not happen.
-- Amounts are whole yen. No column holds a card number, an expiry, a security code
-- or anything computed from one of them but brand and last4 (schema_test.go).

-- +goose Up
CREATE TABLE merchants (
    merchant_id TEXT NOT NULL PRIMARY KEY CHECK (merchant_id <> ''),
    name        TEXT NOT NULL,
    settings    TEXT NOT NULL CHECK (json_valid(settings))
) STRICT;

CREATE TABLE users (
    merchant_id      TEXT    NOT NULL REFERENCES merchants (merchant_id),
    user_id          TEXT    NOT NULL CHECK (user_id <> ''),
    role             TEXT    NOT NULL CHECK (role IN ('operator', 'supervisor')),
    comment          TEXT    NOT NULL,
    ivr_number       TEXT    CHECK (ivr_number <> ''),
    extension        TEXT    NOT NULL,
    disabled         INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    password_hash    TEXT    NOT NULL DEFAULT '',
    password_set_at  INTEGER,
    password_initial INTEGER NOT NULL DEFAULT 1 CHECK (password_initial IN (0, 1)),
    password_history TEXT    NOT NULL DEFAULT '[]' CHECK (json_valid(password_history)),
    failures         INTEGER NOT NULL DEFAULT 0,
    locked_at        INTEGER,
    last_login_at    INTEGER,
    PRIMARY KEY (merchant_id, user_id)
) STRICT;

CREATE UNIQUE INDEX users_by_ivr_number ON users (ivr_number) WHERE ivr_number IS NOT NULL;

CREATE TABLE sessions (
    token_hash  BLOB    NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
    merchant_id TEXT    NOT NULL,
    user_id     TEXT    NOT NULL,
    workstation TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    seen_at     INTEGER NOT NULL,
    lost_at     INTEGER,
    UNIQUE (merchant_id, user_id),
    FOREIGN KEY (merchant_id, user_id) REFERENCES users (merchant_id, user_id) ON DELETE CASCADE
) STRICT;

-- What follows is history: it names users, and outlives them.

CREATE TABLE orders (
    call_id        TEXT    NOT NULL PRIMARY KEY,
    merchant_id    TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    transaction_id TEXT    NOT NULL,
    member_id      TEXT    NOT NULL,
    amount         INTEGER NOT NULL CHECK (amount > 0),
    payment_count  TEXT    NOT NULL,
    sent_at        INTEGER NOT NULL
) STRICT;

CREATE TABLE calls (
    call_id        TEXT    NOT NULL PRIMARY KEY,
    merchant_id    TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    caller         TEXT    NOT NULL,
    arrived_at     INTEGER NOT NULL,
    ended_at       INTEGER NOT NULL,
    transaction_id TEXT    NOT NULL,
    member_id      TEXT    NOT NULL,
    amount         INTEGER NOT NULL,
    payment_count  TEXT    NOT NULL,
    outcome        TEXT    NOT NULL CHECK (outcome IN ('', 'ok', 'ng', 'hold')),
    ended_by       TEXT    NOT NULL
) STRICT;

CREATE INDEX calls_by_end ON calls (merchant_id, ended_at);

CREATE TABLE points (
    call_id        TEXT    NOT NULL,
    number         INTEGER NOT NULL CHECK (number > 0),
    merchant_id    TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    at             INTEGER NOT NULL,
    transaction_id TEXT    NOT NULL,
    point          TEXT    NOT NULL,
    result         TEXT    NOT NULL,
    code           TEXT    NOT NULL,
    message        TEXT    NOT NULL,
    PRIMARY KEY (call_id, number)
) STRICT;

CREATE INDEX points_by_time ON points (merchant_id, at);

CREATE TABLE attempts (
    attempt_id     TEXT    NOT NULL PRIMARY KEY,
    call_id        TEXT    NOT NULL,
    merchant_id    TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    transaction_id TEXT    NOT NULL,
    member_id      TEXT    NOT NULL,
    amount         INTEGER NOT NULL CHECK (amount > 0),
    payment_count  TEXT    NOT NULL,
    number         INTEGER NOT NULL CHECK (number > 0),
    capture        INTEGER NOT NULL CHECK (capture IN (0, 1)),
    brand          TEXT    NOT NULL,
    last4          TEXT    NOT NULL CHECK (length(last4) <= 4),
    acquirer       TEXT    NOT NULL,
    state          TEXT    NOT NULL CHECK (state IN (
        'SENDING', 'APPROVED', 'CAPTURED', 'DECLINED', 'NOT_SENT', 'UNKNOWN',
        'NOT_CHARGED', 'VOIDING', 'VOIDED', 'VOID_FAILED', 'MANUAL')),
    cause          TEXT    NOT NULL,
    class          TEXT    NOT NULL,
    result_code    TEXT    NOT NULL,
    message        TEXT    NOT NULL,
    auth_code      TEXT    NOT NULL,
    gateway_txn    TEXT    NOT NULL,
    merchant_txn   TEXT    NOT NULL,
    told           TEXT    NOT NULL CHECK (told IN ('', 'ok', 'ng', 'hold')),
    created_at     INTEGER NOT NULL,
    sending_at     INTEGER NOT NULL,
    wrote_at       INTEGER,
    done_at        INTEGER,
    inquiries      INTEGER NOT NULL DEFAULT 0,
    inquired_at    INTEGER,
    not_found_at   INTEGER
) STRICT;

-- The two rules that keep an order from being charged twice, held by the database
-- itself: one open attempt, one paid attempt.
CREATE UNIQUE INDEX attempts_one_open ON attempts (merchant_id, transaction_id)
    WHERE state IN ('SENDING', 'UNKNOWN', 'VOIDING');
CREATE UNIQUE INDEX attempts_one_paid ON attempts (merchant_id, transaction_id)
    WHERE state IN ('APPROVED', 'CAPTURED');
CREATE INDEX attempts_by_order ON attempts (merchant_id, transaction_id);
CREATE INDEX attempts_by_call ON attempts (call_id);
CREATE INDEX attempts_unsettled ON attempts (state) WHERE state IN ('SENDING', 'UNKNOWN', 'VOIDING');

-- Append only, each row sealed with the hash of the one before.
CREATE TABLE attempt_events (
    seq        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    attempt_id TEXT    NOT NULL REFERENCES attempts (attempt_id),
    from_state TEXT    NOT NULL,
    to_state   TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    cause      TEXT    NOT NULL,
    hash_prev  BLOB    NOT NULL,
    hash       BLOB    NOT NULL
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER attempt_events_no_update BEFORE UPDATE ON attempt_events
BEGIN SELECT RAISE(ABORT, 'attempt_events is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER attempt_events_no_delete BEFORE DELETE ON attempt_events
BEGIN SELECT RAISE(ABORT, 'attempt_events is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER attempts_no_delete BEFORE DELETE ON attempts
BEGIN SELECT RAISE(ABORT, 'attempts are never deleted'); END;
-- +goose StatementEnd
