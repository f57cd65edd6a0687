package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"

	"tsunagi/server"
	"tsunagi/shared/order"
)

const attemptColumns = `attempt_id, call_id, merchant_id, user_id, transaction_id, member_id, amount, payment_count,
	number, capture, brand, last4, acquirer, state, cause, class, result_code, message, auth_code, gateway_txn,
	merchant_txn, told, created_at, sending_at, wrote_at, done_at, inquiries, inquired_at, not_found_at`

// BeginAttempt writes down an attempt in its first state, SENDING, before its
// request leaves. It refuses an order that is paid (ivr.ErrOrderPaid) or that has
// an attempt whose outcome is open or waits for a person (ivr.ErrOrderOpen).
func (s *Store) BeginAttempt(ctx context.Context, a ivr.Attempt) error {
	err := s.jointly(ctx, func(w *writing) error {
		if err := w.refuseTaken(a); err != nil {
			return err
		}
		_, err := w.exec(insertAttempt,
			a.ID, a.Call, a.Operator.Merchant, a.Operator.User,
			a.Order.TransactionID, a.Order.MemberID, a.Order.Amount, a.Order.PaymentCount,
			a.Number, a.Capture, a.Brand, a.Last4, a.Acquirer, a.State, a.Cause, a.Class, a.ResultCode, a.Message,
			a.AuthCode, a.GatewayTxn, a.MerchantTxn, a.Told, toMs(a.CreatedAt), toMs(a.SendingAt), toMs(a.WroteAt),
			toMs(a.DoneAt), a.Inquiries, toMs(a.InquiredAt), toMs(a.NotFoundAt))
		if err != nil {
			return err
		}
		return w.appendEvent(AttemptEvent{a.ID, "", a.State, a.SendingAt, a.Cause})
	})
	if err != nil {
		return fmt.Errorf("write attempt %s: %w", a.ID, err)
	}
	return nil
}

var insertAttempt = "INSERT INTO attempts (" + attemptColumns + ") VALUES (?" + strings.Repeat(", ?", 28) + ")"

// refuseTaken says which of the two rules of the journal the attempt would break.
// The unique indexes hold the same rules for what is under way; this names them, and
// adds what waits for a person: its money may have been taken.
func (w *writing) refuseTaken(a ivr.Attempt) error {
	var taken [2]driver.Value
	err := w.first(`
		SELECT coalesce(max(state IN ('APPROVED', 'CAPTURED')), 0),
			coalesce(max(state IN ('SENDING', 'UNKNOWN', 'VOIDING', 'VOID_FAILED', 'MANUAL')), 0)
		FROM attempts WHERE merchant_id = ? AND transaction_id = ?`,
		taken[:], a.Operator.Merchant, a.Order.TransactionID)
	switch no := any(int64(0)); {
	case err != nil:
		return err
	case taken[0] != no:
		return ivr.ErrOrderPaid
	case taken[1] != no:
		return ivr.ErrOrderOpen
	}
	return nil
}

// MoveAttempt brings an attempt from the state from to a.State and writes down what
// has become known of it, together with the event. It is ivr.ErrMoved where the
// attempt is not in that state any more, and ivr.ErrOrderPaid or ivr.ErrOrderOpen
// where another attempt of the order stands in the way.
func (s *Store) MoveAttempt(ctx context.Context, a ivr.Attempt, from ivr.AttemptState) error {
	err := s.jointly(ctx, func(w *writing) error {
		result, err := w.exec(`
			UPDATE attempts SET state = ?, cause = ?, class = ?, result_code = ?, message = ?, auth_code = ?,
				gateway_txn = ?, merchant_txn = ?, told = ?, wrote_at = ?, done_at = ?, inquiries = ?,
				inquired_at = ?, not_found_at = ?
			WHERE attempt_id = ? AND state = ?`,
			a.State, a.Cause, a.Class, a.ResultCode, a.Message, a.AuthCode, a.GatewayTxn, a.MerchantTxn, a.Told,
			toMs(a.WroteAt), toMs(a.DoneAt), a.Inquiries, toMs(a.InquiredAt), toMs(a.NotFoundAt), a.ID, from)
		if unique(err) {
			return takenBy(err)
		}
		if err = changedOne(result, err); errors.Is(err, ivr.ErrNotFound) {
			return ivr.ErrMoved
		} else if err != nil {
			return err
		}
		return w.appendEvent(AttemptEvent{a.ID, from, a.State, a.DoneAt, a.Cause})
	})
	if err != nil {
		return fmt.Errorf("move attempt %s from %s to %s: %w", a.ID, from, a.State, err)
	}
	return nil
}

// takenBy tells which of the two unique indexes has refused. SQLite names an
// index's columns, not the index, so the state moved to would be needed to tell;
// only a paid attempt can stand in the way of a move, because a journal never
// moves a second attempt of an order into an open state.
func takenBy(err error) error {
	return fmt.Errorf("%w: %w", ivr.ErrOrderPaid, err)
}

// NoteInquiry writes down that an inquiry was made about an attempt that is still
// UNKNOWN, or paid and asked about once more, and when the acquirer first said that it does not know it.
func (s *Store) NoteInquiry(ctx context.Context, id ivr.AttemptID, at, notFoundAt time.Time) error {
	result, err := s.write.ExecContext(ctx, `
		UPDATE attempts SET inquiries = inquiries + 1, inquired_at = ?, not_found_at = ?
		WHERE attempt_id = ? AND state IN ('UNKNOWN', 'APPROVED', 'CAPTURED')`, toMs(at), toMs(notFoundAt), id)
	if err = changedOne(result, err); err != nil {
		return fmt.Errorf("note an inquiry about attempt %s: %w", id, err)
	}
	return nil
}

// Attempt finds an attempt by its ID.
func (s *Store) Attempt(ctx context.Context, id ivr.AttemptID) (ivr.Attempt, error) {
	a, err := scanAttempt(s.read.QueryRowContext(ctx, "SELECT "+attemptColumns+" FROM attempts WHERE attempt_id = ?", id))
	if err != nil {
		return ivr.Attempt{}, fmt.Errorf("read attempt %s: %w", id, err)
	}
	return a, nil
}

// AttemptsOf lists the attempts of an order, oldest first.
func (s *Store) AttemptsOf(ctx context.Context, merchant ivr.MerchantID, id order.TransactionID) ([]ivr.Attempt, error) {
	tried, err := s.tried(ctx, merchant, id)
	if err == nil && !tried {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list attempts of order %s: %w", id, err)
	}
	attempts, err := list(ctx, s.read, scanAttempt, "SELECT "+attemptColumns+` FROM attempts
		WHERE merchant_id = ? AND transaction_id = ? ORDER BY sending_at, attempt_id`, merchant, id)
	if err != nil {
		return nil, fmt.Errorf("list attempts of order %s: %w", id, err)
	}
	return attempts, nil
}

// tried tells whether an order has attempts. Every call asks before its card is keyed, and
// nearly all have none: that costs less than to list them.
func (s *Store) tried(ctx context.Context, merchant ivr.MerchantID, id order.TransactionID) (bool, error) {
	var one [1]driver.Value
	err := use(ctx, s.read, func(c *conn) error {
		return c.first("SELECT 1 FROM attempts WHERE merchant_id = ? AND transaction_id = ? LIMIT 1", one[:], merchant, id)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// AttemptsIn lists the attempts of all merchants that are in a state, oldest first.
func (s *Store) AttemptsIn(ctx context.Context, state ivr.AttemptState) ([]ivr.Attempt, error) {
	attempts, err := list(ctx, s.read, scanAttempt, "SELECT "+attemptColumns+` FROM attempts
		WHERE state = ? ORDER BY sending_at, attempt_id`, state)
	if err != nil {
		return nil, fmt.Errorf("list attempts in state %s: %w", state, err)
	}
	return attempts, nil
}

// AttemptsBetween lists the attempts of all merchants that were written down between
// two moments, both included, oldest first.
func (s *Store) AttemptsBetween(ctx context.Context, from, to time.Time) ([]ivr.Attempt, error) {
	attempts, err := list(ctx, s.read, scanAttempt, "SELECT "+attemptColumns+` FROM attempts
		WHERE sending_at BETWEEN ? AND ? ORDER BY sending_at, attempt_id`, from.UnixMilli(), to.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("list attempts from %s to %s: %w", from.Format(time.RFC3339), to.Format(time.RFC3339), err)
	}
	return attempts, nil
}

func scanAttempt(row scanner) (ivr.Attempt, error) {
	var a ivr.Attempt
	err := row.Scan(&a.ID, &a.Call, &a.Operator.Merchant, &a.Operator.User,
		&a.Order.TransactionID, &a.Order.MemberID, &a.Order.Amount, &a.Order.PaymentCount,
		&a.Number, &a.Capture, &a.Brand, &a.Last4, &a.Acquirer, &a.State, &a.Cause, &a.Class, &a.ResultCode, &a.Message,
		&a.AuthCode, &a.GatewayTxn, &a.MerchantTxn, &a.Told, msTime{&a.CreatedAt}, msTime{&a.SendingAt},
		msTime{&a.WroteAt}, msTime{&a.DoneAt}, &a.Inquiries, msTime{&a.InquiredAt}, msTime{&a.NotFoundAt})
	return a, found(err)
}
