package call

import (
	"context"
	"log/slog"
	"time"

	"tsunagi/server"
	"tsunagi/shared/message"
)

// Reporter records, then tells: what it shows on the board was written into the book
// before. It serves running calls, and outcomes that are settled after their call.
type Reporter struct {
	Book  Book
	Board Board
	Log   *slog.Logger
}

// lateRow numbers the row of an outcome that was settled when its call had told all
// its own rows: it comes after them, whatever their number.
const lateRow = 1000

// Settled tells the operator what became of an authorization whose outcome was
// unknown when its call was answered. It is payment.Options.Settled.
func (r Reporter) Settled(a ivr.Attempt) {
	point, result := message.AuthorizedNG, message.ResultNG
	switch a.Outcome() {
	case ivr.OutcomePaid:
		point, result = message.AuthorizedOK, message.ResultOK
	case ivr.OutcomeUnknown: // left to a person: it stays on hold
		point, result = message.AuthorizedOnHold, message.ResultHold
	}
	r.publish(nil, ivr.Row{
		Call: a.Call, Operator: a.Operator, Number: lateRow, At: now(), TransactionID: a.Order.TransactionID,
		Point: string(point), Result: result, Code: a.ShortCode(), Message: a.Message,
	})
	r.Board.Result(ivr.Result{
		Call: a.Call, Operator: a.Operator, At: now(), Order: a.Order, Outcome: a.Outcome(),
		Code: a.ShortCode(), Message: a.Message, Brand: a.Brand, Last4: a.Last4,
	})
}

// publish writes rows down, with the record of their call where it has ended, and then
// shows them. What cannot be written is shown all the same: the operator must see what
// the customer hears, and the log has it.
func (r Reporter) publish(record *ivr.Record, rows ...ivr.Row) {
	err := r.write(record, rows)
	if err != nil && record != nil {
		r.Log.Error("write the call down", "call", string(record.ID), "end", string(record.End), "error", err)
	}
	for _, row := range rows {
		if err != nil {
			r.Log.Error("write a row down", "call", string(row.Call), "point", row.Point, "error", err)
		}
		r.Log.Info("point", "call", string(row.Call), "point", row.Point, "result", row.Result, "code", row.Code)
		r.Board.Append(row)
	}
}

func (r Reporter) write(record *ivr.Record, rows []ivr.Row) error {
	ctx, cancel := writing()
	defer cancel()
	if record != nil {
		return r.Book.PutRecord(ctx, *record, rows...)
	}
	return r.Book.AppendRows(ctx, rows...)
}

// writing is the context of one write: it happens whoever hangs up.
func writing() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), writeDeadline)
}

// writeDeadline bounds one write.
const writeDeadline = 5 * time.Second

// now is the present without the monotonic clock, as it is written down.
func now() time.Time { return time.Now().Round(0) }
