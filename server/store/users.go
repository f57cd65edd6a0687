package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"tsunagi/server"
)

// ErrNumberTaken says that an IVR number is bound to another operator.
var ErrNumberTaken = errors.New("the IVR number belongs to another operator")

const userColumns = "merchant_id, user_id, CASE WHEN read_only THEN 'auditor' ELSE role END, comment, " +
	"coalesce(ivr_number, ''), extension, disabled"

// User finds a user by its key.
func (s *Store) User(ctx context.Context, key ivr.UserKey) (ivr.User, error) {
	u, err := scanUser(s.read.QueryRowContext(ctx,
		"SELECT "+userColumns+" FROM users WHERE merchant_id = ? AND user_id = ?", key.Merchant, key.User))
	if err != nil {
		return ivr.User{}, fmt.Errorf("read user %s: %w", key, err)
	}
	return u, nil
}

// UserByIVRNumber finds the operator to whom the number is bound.
func (s *Store) UserByIVRNumber(ctx context.Context, number string) (ivr.User, error) {
	u, err := s.byNumber.get(number, func() (ivr.User, error) {
		return scanUser(s.ofNumber.QueryRowContext(ctx, number))
	})
	if err != nil {
		return ivr.User{}, fmt.Errorf("read user of IVR number %s: %w", number, err)
	}
	return u, nil
}

// Users lists the users of a merchant by their IDs.
func (s *Store) Users(ctx context.Context, merchant ivr.MerchantID) ([]ivr.User, error) {
	users, err := list(ctx, s.read, scanUser, "SELECT "+userColumns+" FROM users WHERE merchant_id = ? ORDER BY user_id", merchant)
	if err != nil {
		return nil, fmt.Errorf("list users of %s: %w", merchant, err)
	}
	return users, nil
}

// PutUser adds a user, without a password, or replaces everything but the
// credential. It is ErrNumberTaken where the number is another operator's.
func (s *Store) PutUser(ctx context.Context, u ivr.User) error {
	defer s.byNumber.forget()
	_, err := s.write.ExecContext(ctx, `
		INSERT INTO users (merchant_id, user_id, role, read_only, comment, ivr_number, extension, disabled)
		VALUES (?1, ?2, CASE ?3 WHEN 'auditor' THEN 'supervisor' ELSE ?3 END, ?3 = 'auditor', ?4, nullif(?5, ''), ?6, ?7)
		ON CONFLICT (merchant_id, user_id) DO UPDATE SET role = excluded.role, read_only = excluded.read_only,
			comment = excluded.comment, ivr_number = excluded.ivr_number, extension = excluded.extension,
			disabled = excluded.disabled`,
		u.Key.Merchant, u.Key.User, u.Role, u.Comment, u.IVRNumber, u.Extension, u.Disabled)
	if unique(err) {
		err = ErrNumberTaken // the key itself is replaced, so only the number can be in the way
	}
	if err != nil {
		return fmt.Errorf("write user %s: %w", u.Key, err)
	}
	return nil
}

// Credential reads what proves the user.
func (s *Store) Credential(ctx context.Context, key ivr.UserKey) (ivr.Credential, error) {
	var c ivr.Credential
	var history string
	err := s.read.QueryRowContext(ctx, `
		SELECT password_hash, password_set_at, password_initial, password_history, failures, locked_at, last_login_at,
			password_used_at, active_at, one_time_secret, one_time_step
		FROM users WHERE merchant_id = ? AND user_id = ?`, key.Merchant, key.User).
		Scan(&c.Hash, msTime{&c.SetAt}, &c.Initial, &history, &c.Failures, msTime{&c.LockedAt}, msTime{&c.LastLoginAt},
			msTime{&c.UsedAt}, msTime{&c.ActiveAt}, &c.OneTimeSecret, &c.OneTimeStep)
	if err == nil {
		err = json.Unmarshal([]byte(history), &c.History)
	}
	if err != nil {
		return ivr.Credential{}, fmt.Errorf("read credential of %s: %w", key, found(err))
	}
	return c, nil
}

// PutCredential replaces all of the user's credential: a new password, an
// initialization, an unlocking.
func (s *Store) PutCredential(ctx context.Context, key ivr.UserKey, c ivr.Credential) error {
	if c.History == nil {
		c.History = []string{}
	}
	history, err := json.Marshal(c.History)
	if err != nil {
		return fmt.Errorf("write credential of %s: %w", key, err)
	}
	result, err := s.write.ExecContext(ctx, `
		UPDATE users SET password_hash = ?, password_set_at = ?, password_initial = ?, password_history = ?,
			failures = ?, locked_at = ?, last_login_at = ?, password_used_at = ?, active_at = ?, one_time_secret = ?,
			one_time_step = ?
		WHERE merchant_id = ? AND user_id = ?`,
		c.Hash, toMs(c.SetAt), c.Initial, string(history), c.Failures, toMs(c.LockedAt), toMs(c.LastLoginAt),
		toMs(c.UsedAt), toMs(c.ActiveAt), c.OneTimeSecret, c.OneTimeStep,
		key.Merchant, key.User)
	if err = changedOne(result, err); err != nil {
		return fmt.Errorf("write credential of %s: %w", key, err)
	}
	return nil
}

// CountFailure adds one wrong password and locks the user at the limit-th in a
// row. It tells whether the user is locked now. Two failures at the same moment
// are both counted.
func (s *Store) CountFailure(ctx context.Context, key ivr.UserKey, at time.Time, limit int) (locked bool, err error) {
	var lockedAt time.Time
	err = s.write.QueryRowContext(ctx, `
		UPDATE users SET failures = failures + 1,
			locked_at = CASE WHEN failures + 1 >= ? THEN coalesce(locked_at, ?) ELSE locked_at END
		WHERE merchant_id = ? AND user_id = ? RETURNING locked_at`,
		limit, toMs(at), key.Merchant, key.User).Scan(msTime{&lockedAt})
	if err != nil {
		return false, fmt.Errorf("count a failed login of %s: %w", key, found(err))
	}
	return !lockedAt.IsZero(), nil
}

// LoggedIn notes a login: the failures in a row begin again at none.
func (s *Store) LoggedIn(ctx context.Context, key ivr.UserKey, at time.Time) error {
	result, err := s.write.ExecContext(ctx,
		"UPDATE users SET failures = 0, last_login_at = ? WHERE merchant_id = ? AND user_id = ?", toMs(at), key.Merchant, key.User)
	if err = changedOne(result, err); err != nil {
		return fmt.Errorf("note the login of %s: %w", key, err)
	}
	return nil
}

// UserActive notes that the user was seen, or enabled again.
func (s *Store) UserActive(ctx context.Context, key ivr.UserKey, at time.Time) error {
	result, err := s.write.ExecContext(ctx,
		"UPDATE users SET active_at = ? WHERE merchant_id = ? AND user_id = ?", toMs(at), key.Merchant, key.User)
	if err = changedOne(result, err); err != nil {
		return fmt.Errorf("note that %s was seen: %w", key, err)
	}
	return nil
}

func scanUser(row scanner) (ivr.User, error) {
	var u ivr.User
	err := row.Scan(&u.Key.Merchant, &u.Key.User, &u.Role, &u.Comment, &u.IVRNumber, &u.Extension, &u.Disabled)
	return u, found(err)
}

// changedOne is ivr.ErrNotFound where a change met no row.
func changedOne(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		return ivr.ErrNotFound
	}
	return err
}

// unique tells whether err is a refusal by a unique index.
func unique(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE
}
