-- When somebody else logged in at the session's workstation: from then on its token alone
-- resumes it no more.

-- +goose Up
ALTER TABLE sessions ADD COLUMN left_at INTEGER;
