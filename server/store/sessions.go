package store

import (
	"context"
	"fmt"
	"time"

	"tsunagi/server"
)

const sessionColumns = "token_hash, merchant_id, user_id, workstation, source, created_at, seen_at, lost_at, " +
	"locked_at, must_change, left_at, must_enrol"

// PutSession makes this the user's session; one the user had is gone.
func (s *Store) PutSession(ctx context.Context, session ivr.Session) error {
	_, err := s.write.ExecContext(ctx, `
		INSERT INTO sessions (`+sessionColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (merchant_id, user_id) DO UPDATE SET token_hash = excluded.token_hash,
			workstation = excluded.workstation, source = excluded.source, created_at = excluded.created_at,
			seen_at = excluded.seen_at, lost_at = excluded.lost_at, locked_at = excluded.locked_at,
			must_change = excluded.must_change, left_at = excluded.left_at,
			must_enrol = excluded.must_enrol`,
		session.Token[:], session.User.Merchant, session.User.User, session.Workstation, session.Source,
		toMs(session.CreatedAt), toMs(session.SeenAt), toMs(session.LostAt), toMs(session.LockedAt),
		session.MustChange, toMs(session.LeftAt), session.MustEnrol)
	if err != nil {
		return fmt.Errorf("write session of %s: %w", session.User, err)
	}
	return nil
}

// SessionByToken finds the session that a token stands for.
func (s *Store) SessionByToken(ctx context.Context, token ivr.TokenHash) (ivr.Session, error) {
	session, err := scanSession(s.read.QueryRowContext(ctx,
		"SELECT "+sessionColumns+" FROM sessions WHERE token_hash = ?", token[:]))
	if err != nil {
		return ivr.Session{}, fmt.Errorf("read session: %w", err)
	}
	return session, nil
}

// SessionOf finds the session of a user.
func (s *Store) SessionOf(ctx context.Context, user ivr.UserKey) (ivr.Session, error) {
	session, err := scanSession(s.read.QueryRowContext(ctx,
		"SELECT "+sessionColumns+" FROM sessions WHERE merchant_id = ? AND user_id = ?", user.Merchant, user.User))
	if err != nil {
		return ivr.Session{}, fmt.Errorf("read session of %s: %w", user, err)
	}
	return session, nil
}

// Sessions lists the sessions of a merchant by user.
func (s *Store) Sessions(ctx context.Context, merchant ivr.MerchantID) ([]ivr.Session, error) {
	sessions, err := list(ctx, s.read, scanSession,
		"SELECT "+sessionColumns+" FROM sessions WHERE merchant_id = ? ORDER BY user_id", merchant)
	if err != nil {
		return nil, fmt.Errorf("list sessions of %s: %w", merchant, err)
	}
	return sessions, nil
}

// TouchSession notes a sign of life: the connection stands.
func (s *Store) TouchSession(ctx context.Context, token ivr.TokenHash, at time.Time) error {
	result, err := s.write.ExecContext(ctx, "UPDATE sessions SET seen_at = ?, lost_at = NULL WHERE token_hash = ?", toMs(at), token[:])
	if err = changedOne(result, err); err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

// LoseSession notes that the connection was lost without a logout. A session that
// was lost before keeps the earlier time.
func (s *Store) LoseSession(ctx context.Context, token ivr.TokenHash, at time.Time) error {
	result, err := s.write.ExecContext(ctx, "UPDATE sessions SET lost_at = coalesce(lost_at, ?) WHERE token_hash = ?", toMs(at), token[:])
	if err = changedOne(result, err); err != nil {
		return fmt.Errorf("lose session: %w", err)
	}
	return nil
}

// LoseSessions notes at start-up that every connection of the last run is lost.
func (s *Store) LoseSessions(ctx context.Context, at time.Time) error {
	if _, err := s.write.ExecContext(ctx, "UPDATE sessions SET lost_at = ? WHERE lost_at IS NULL", toMs(at)); err != nil {
		return fmt.Errorf("lose sessions: %w", err)
	}
	return nil
}

// LeaveSessions notes that a user has logged in at a workstation: whoever else has a
// session there has left it. A session that was left before keeps the earlier time.
func (s *Store) LeaveSessions(ctx context.Context, workstation string, to ivr.UserKey, at time.Time) error {
	_, err := s.write.ExecContext(ctx, `UPDATE sessions SET left_at = coalesce(left_at, ?)
		WHERE workstation = ? AND NOT (merchant_id = ? AND user_id = ?)`, toMs(at), workstation, to.Merchant, to.User)
	if err != nil {
		return fmt.Errorf("leave sessions at %s: %w", workstation, err)
	}
	return nil
}

// DeleteSession ends a session; one that is already gone is no error.
func (s *Store) DeleteSession(ctx context.Context, token ivr.TokenHash) error {
	if _, err := s.write.ExecContext(ctx, "DELETE FROM sessions WHERE token_hash = ?", token[:]); err != nil {
		return fmt.Errorf("delete session: %w", err)
	}
	return nil
}

// DeleteSessionsLostBefore ends every session whose connection was lost before t
// and tells whose they were.
func (s *Store) DeleteSessionsLostBefore(ctx context.Context, t time.Time) ([]ivr.Session, error) {
	sessions, err := list(ctx, s.write, scanSession, "DELETE FROM sessions WHERE lost_at < ? RETURNING "+sessionColumns, toMs(t))
	if err != nil {
		return nil, fmt.Errorf("delete lost sessions: %w", err)
	}
	return sessions, nil
}

func scanSession(row scanner) (ivr.Session, error) {
	var session ivr.Session
	var token []byte
	err := row.Scan(&token, &session.User.Merchant, &session.User.User, &session.Workstation, &session.Source,
		msTime{&session.CreatedAt}, msTime{&session.SeenAt}, msTime{&session.LostAt},
		msTime{&session.LockedAt}, &session.MustChange, msTime{&session.LeftAt}, &session.MustEnrol)
	copy(session.Token[:], token)
	return session, found(err)
}
