-- Whether an authenticator must be enrolled is decided at the login, as is whether the
-- password must be changed. Sessions of before are asked what they were asked then.

-- +goose Up
ALTER TABLE sessions ADD COLUMN must_enrol INTEGER NOT NULL DEFAULT 0 CHECK (must_enrol IN (0, 1));
UPDATE sessions SET must_enrol = 1;
