-- What the PCI policy and the administrator's commands need. An auditor is a row of role
-- 'supervisor' that is read_only: SQLite cannot widen the CHECK of a column in place.

-- +goose Up
ALTER TABLE users ADD COLUMN read_only INTEGER NOT NULL DEFAULT 0 CHECK (read_only IN (0, 1));
ALTER TABLE users ADD COLUMN password_used_at INTEGER;
ALTER TABLE users ADD COLUMN active_at INTEGER;
ALTER TABLE users ADD COLUMN one_time_secret BLOB;
ALTER TABLE users ADD COLUMN one_time_step INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN locked_at INTEGER;
ALTER TABLE sessions ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0 CHECK (must_change IN (0, 1));
