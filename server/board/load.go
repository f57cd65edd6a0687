package board

import (
	"context"
	"fmt"
	"time"

	"tsunagi/server"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// loadedRows bounds the rows that Load asks for of one merchant; the board keeps
// the newest wire.MaxRows of each operator.
const loadedRows = 100 * wire.MaxRows

// History is where the rows and results of the day are kept. An empty operator
// stands for all of the merchant; lists are oldest first.
type History interface {
	Merchants(ctx context.Context) ([]ivr.Merchant, error)
	RowsSince(ctx context.Context, merchant ivr.MerchantID, operator ivr.UserID, since time.Time, limit int) ([]ivr.Row, error)
	ResultsSince(ctx context.Context, merchant ivr.MerchantID, operator ivr.UserID, since time.Time) ([]ivr.Result, error)
}

// Load fills an empty board with what was kept of today. It is called before the
// first call and the first subscription.
func (b *Board) Load(ctx context.Context, history History) error {
	merchants, err := history.Merchants(ctx)
	if err != nil {
		return fmt.Errorf("load the board: %w", err)
	}
	for _, merchant := range merchants {
		if err := b.loadMerchant(ctx, history, merchant.ID); err != nil {
			return fmt.Errorf("load the board of %s: %w", merchant.ID, err)
		}
	}
	return nil
}

func (b *Board) loadMerchant(ctx context.Context, history History, merchant ivr.MerchantID) error {
	since := dayOf(time.Now())
	rows, err := history.RowsSince(ctx, merchant, "", since, loadedRows)
	if err != nil {
		return err
	}
	results, err := history.ResultsSince(ctx, merchant, "", since)
	if err != nil {
		return err
	}
	for _, row := range rows {
		b.Append(row)
	}
	for _, result := range results {
		b.Result(result)
	}
	return nil
}

func wireRow(row ivr.Row) wire.Row {
	return wire.Row{
		CallID:        string(row.Call),
		Number:        row.Number,
		AtMs:          row.At.UnixMilli(),
		OperatorID:    string(row.Operator.User),
		TransactionID: row.TransactionID,
		Point:         row.Point,
		Result:        row.Result,
		Code:          row.Code,
		Message:       row.Message,
		Ends:          message.Point(row.Point).Ends(),
	}
}

// wireResult relies on ivr.Outcome and wire.Outcome being spelled alike, which a
// test holds.
func wireResult(result ivr.Result) wire.Result {
	return wire.Result{
		CallID:        string(result.Call),
		AtMs:          result.At.UnixMilli(),
		OperatorID:    string(result.Operator.User),
		TransactionID: result.Order.TransactionID,
		Amount:        result.Order.Amount,
		PaymentCount:  result.Order.PaymentCount,
		Outcome:       wire.Outcome(result.Outcome),
		Code:          result.Code,
		Message:       result.Message,
		Brand:         result.Brand,
		Last4:         result.Last4,
	}
}
