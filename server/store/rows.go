package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tsunagi/server"
)

const rowColumns = "call_id, number, merchant_id, user_id, at, transaction_id, point, result, code, message"

// AppendRows writes down points that calls have passed, all or none. A second row with
// the same call and number is refused.
func (s *Store) AppendRows(ctx context.Context, rows ...ivr.Row) error {
	err := s.jointly(ctx, func(w *writing) error { return w.appendRows(rows) })
	if err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	return nil
}

func (w *writing) appendRows(rows []ivr.Row) error {
	for _, r := range rows {
		_, err := w.exec("INSERT INTO points ("+rowColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			string(r.Call), r.Number, string(r.Operator.Merchant), string(r.Operator.User), toMs(r.At), string(r.TransactionID),
			r.Point, r.Result, r.Code, r.Message)
		if err != nil {
			return fmt.Errorf("row %d of call %s: %w", r.Number, r.Call, err)
		}
	}
	return nil
}

// RowsSince lists the rows of a merchant from since on, oldest first; of one
// operator where operator is not empty. Past limit the oldest are left out.
func (s *Store) RowsSince(
	ctx context.Context, merchant ivr.MerchantID, operator ivr.UserID, since time.Time, limit int,
) ([]ivr.Row, error) {
	rows, err := list(ctx, s.read, scanRow, "SELECT "+rowColumns+` FROM points
		WHERE merchant_id = ? AND at >= ? AND (? = '' OR user_id = ?)
		ORDER BY at DESC, call_id DESC, number DESC LIMIT ?`,
		merchant, toMs(since), operator, operator, limit)
	if err != nil {
		return nil, fmt.Errorf("list rows of %s: %w", merchant, err)
	}
	slices.Reverse(rows)
	return rows, nil
}

func scanRow(row scanner) (ivr.Row, error) {
	var r ivr.Row
	err := row.Scan(&r.Call, &r.Number, &r.Operator.Merchant, &r.Operator.User, msTime{&r.At},
		&r.TransactionID, &r.Point, &r.Result, &r.Code, &r.Message)
	return r, found(err)
}
