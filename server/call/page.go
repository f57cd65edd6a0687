package call

import (
	"time"

	"tsunagi/server"
	"tsunagi/server/flow"
)

// page is what the commands of a step want written down. Commands that follow each other
// share one: they wait for the disk once, and the customer with them.
type page struct {
	rows   []ivr.Row
	record *ivr.Record
}

// tell puts a row for the monitoring pane on the page.
func (c *Call) tell(command flow.Tell) {
	c.rows++
	c.page.rows = append(c.page.rows, ivr.Row{
		Call: c.id, Operator: c.operator.Key, Number: c.rows, At: now(), TransactionID: c.order.TransactionID,
		Point: string(command.Point), Result: command.Result, Code: command.Code, Message: command.Message,
	})
}

// record puts on the page how the call ended.
func (c *Call) record(command flow.Record) {
	c.page.record = &ivr.Record{
		ID: c.id, Operator: c.operator.Key, Caller: c.caller, ArrivedAt: c.arrivedAt, EndedAt: now(),
		Order: c.order, Outcome: command.Outcome, End: command.End,
	}
}

// turnPage writes down what is on the page and shows it: the rows, and in the day's
// history the payment of a call that has ended.
func (c *Call) turnPage() {
	rows, record := c.page.rows, c.page.record
	c.page = page{}
	if len(rows) > 0 || record != nil {
		c.desk.publish(record, rows...)
	}
	if record == nil {
		return
	}
	c.log.Info("call ended", "end", string(record.End), "outcome", string(record.Outcome),
		"after", record.EndedAt.Sub(c.arrivedAt).Round(time.Millisecond))
	if record.Outcome != ivr.OutcomeNone {
		c.desk.Board.Result(ivr.Result{
			Call: c.id, Operator: c.operator.Key, At: record.EndedAt, Order: c.order, Outcome: record.Outcome,
			Code: c.outcome.Code, Message: c.outcome.Message, Brand: c.brand, Last4: c.last4,
		})
	}
}
