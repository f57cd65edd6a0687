package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tsunagi/server"
	"tsunagi/shared/order"
)

// ErrOtherOrder says that the call already has an order, and not this one.
var ErrOtherOrder = errors.New("the call has another order")

// PutOrder writes down the order that an operator has handed to a call, before the
// operator is told so. The same order for the same call again changes nothing;
// another one is ErrOtherOrder.
func (s *Store) PutOrder(ctx context.Context, call ivr.CallID, operator ivr.UserKey, o order.Order, at time.Time) error {
	result, err := s.put(ctx, `
		INSERT INTO orders (call_id, merchant_id, user_id, transaction_id, member_id, amount, payment_count, sent_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (call_id) DO UPDATE SET call_id = excluded.call_id
			WHERE transaction_id = excluded.transaction_id AND member_id = excluded.member_id
			AND amount = excluded.amount AND payment_count = excluded.payment_count`,
		call, operator.Merchant, operator.User, o.TransactionID, o.MemberID, o.Amount, o.PaymentCount, toMs(at))
	if err = changedOne(result, err); errors.Is(err, ivr.ErrNotFound) {
		err = ErrOtherOrder
	}
	if err != nil {
		return fmt.Errorf("write order %s of call %s: %w", o.TransactionID, call, err)
	}
	return nil
}

// Order is what an operator handed to the call.
func (s *Store) Order(ctx context.Context, call ivr.CallID) (order.Order, error) {
	var o order.Order
	err := s.read.QueryRowContext(ctx,
		"SELECT transaction_id, member_id, amount, payment_count FROM orders WHERE call_id = ?", call).
		Scan(&o.TransactionID, &o.MemberID, &o.Amount, &o.PaymentCount)
	if err != nil {
		return order.Order{}, fmt.Errorf("read order of call %s: %w", call, found(err))
	}
	return o, nil
}

const recordColumns = `call_id, merchant_id, user_id, caller, arrived_at, ended_at,
	transaction_id, member_id, amount, payment_count, outcome, ended_by`

// PutRecord writes the line kept of a call and the last rows of it, all or nothing. A
// call is recorded once: a second record of it is refused.
func (s *Store) PutRecord(ctx context.Context, r ivr.Record, last ...ivr.Row) error {
	err := s.jointly(ctx, func(w *writing) error {
		_, err := w.exec("INSERT INTO calls ("+recordColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			r.ID, r.Operator.Merchant, r.Operator.User, r.Caller, toMs(r.ArrivedAt), toMs(r.EndedAt),
			r.Order.TransactionID, r.Order.MemberID, r.Order.Amount, r.Order.PaymentCount, r.Outcome, r.End)
		if err != nil {
			return err
		}
		return w.appendRows(last)
	})
	if err != nil {
		return fmt.Errorf("write record of call %s: %w", r.ID, err)
	}
	return nil
}

// Record finds the line kept of a call.
func (s *Store) Record(ctx context.Context, call ivr.CallID) (ivr.Record, error) {
	var r ivr.Record
	err := s.read.QueryRowContext(ctx, "SELECT "+recordColumns+" FROM calls WHERE call_id = ?", call).
		Scan(&r.ID, &r.Operator.Merchant, &r.Operator.User, &r.Caller, msTime{&r.ArrivedAt}, msTime{&r.EndedAt},
			&r.Order.TransactionID, &r.Order.MemberID, &r.Order.Amount, &r.Order.PaymentCount, &r.Outcome, &r.End)
	if err != nil {
		return ivr.Record{}, fmt.Errorf("read record of call %s: %w", call, found(err))
	}
	return r, nil
}

// ResultsSince lists the payments that ended at since or later, oldest first: calls
// with an outcome, each with its last attempt; an outcome that was open when the
// call ended, be it another call's, is given as it stands now. Where operator is not empty, only that
// operator's.
func (s *Store) ResultsSince(
	ctx context.Context, merchant ivr.MerchantID, operator ivr.UserID, since time.Time,
) ([]ivr.Result, error) {
	results, err := list(ctx, s.read, scanResult, `
		SELECT c.call_id, c.merchant_id, c.user_id, c.ended_at,
			c.transaction_id, c.member_id, c.amount, c.payment_count, c.outcome,
			coalesce(a.state, ''), coalesce(a.cause, ''), coalesce(a.result_code, ''), coalesce(a.message, ''),
			coalesce(a.brand, ''), coalesce(a.last4, '')
		FROM calls c LEFT JOIN attempts a ON a.attempt_id = coalesce(
			(SELECT attempt_id FROM attempts WHERE call_id = c.call_id ORDER BY number DESC LIMIT 1),
			(SELECT attempt_id FROM attempts WHERE c.outcome = 'hold' AND merchant_id = c.merchant_id
				AND transaction_id = c.transaction_id ORDER BY sending_at DESC LIMIT 1))
		WHERE c.merchant_id = ? AND c.ended_at >= ? AND c.outcome <> '' AND (? = '' OR c.user_id = ?)
		ORDER BY c.ended_at, c.call_id`,
		merchant, toMs(since), operator, operator)
	if err != nil {
		return nil, fmt.Errorf("list results of %s: %w", merchant, err)
	}
	return results, nil
}

func scanResult(row scanner) (ivr.Result, error) {
	var r ivr.Result
	var a ivr.Attempt
	err := row.Scan(&r.Call, &r.Operator.Merchant, &r.Operator.User, msTime{&r.At},
		&r.Order.TransactionID, &r.Order.MemberID, &r.Order.Amount, &r.Order.PaymentCount, &r.Outcome,
		&a.State, &a.Cause, &a.ResultCode, &a.Message, &a.Brand, &a.Last4)
	if r.Outcome == ivr.OutcomeUnknown && a.State != "" {
		r.Outcome = a.Outcome() // it may have been settled since the call ended
	}
	r.Code, r.Message, r.Brand, r.Last4 = a.ShortCode(), a.Message, a.Brand, a.Last4
	return r, found(err)
}
