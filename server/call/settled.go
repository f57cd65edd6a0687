package call

import (
	"tsunagi/server"
	"tsunagi/shared/message"
)

// lateRow numbers the row of an outcome that was settled when its call had told all
// its own rows: it comes after them, whatever their number.
const lateRow = 1000

// Settled tells the operator what became of an authorization whose outcome was
// unknown when its call was answered. It is payment.Options.Settled.
func (d *Desk) Settled(a ivr.Attempt) {
	point, result := message.AuthorizedNG, message.ResultNG
	switch a.Outcome() {
	case ivr.OutcomePaid:
		point, result = message.AuthorizedOK, message.ResultOK
	case ivr.OutcomeUnknown: // left to a person: it stays on hold
		point, result = message.AuthorizedOnHold, message.ResultHold
	}
	row := ivr.Row{
		Call: a.Call, Operator: a.Operator, Number: lateRow, At: now(), TransactionID: a.Order.TransactionID,
		Point: string(point), Result: result, Code: a.ShortCode(), Message: a.Message,
	}
	ctx, cancel := writing()
	defer cancel()
	if err := d.Book.AppendRow(ctx, row); err != nil {
		d.Log.Error("write a settled outcome down", "call", string(a.Call), "error", err)
	}
	d.Board.Append(row)
	d.Board.Result(ivr.Result{
		Call: a.Call, Operator: a.Operator, At: now(), Order: a.Order, Outcome: a.Outcome(),
		Code: a.ShortCode(), Message: a.Message, Brand: a.Brand, Last4: a.Last4,
	})
}
