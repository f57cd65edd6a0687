package call

import (
	"tsunagi/server"
	"tsunagi/server/flow"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// show gives the board a picture of the call as it stands.
func (c *Call) show() {
	if c.machine.CardAccepted() && !c.vault.Wiped() {
		c.brand, c.last4 = string(c.vault.Brand()), c.vault.Last4()
	}
	c.desk.Board.Put(c.operator.Key, c.picture())
}

func (c *Call) picture() wire.Call {
	m := c.machine
	p := wire.Call{
		ID: string(c.id), OperatorID: string(c.operator.Key.User),
		State: screenState(m.State()), Outcome: wire.Outcome(m.Outcome()),
		ArrivedAtMs: c.arrivedAt.UnixMilli(), StateAtMs: c.stateAt.UnixMilli(),
		TransactionID: c.order.TransactionID, Amount: c.order.Amount, PaymentCount: c.order.PaymentCount,
		Digits: m.Digits(), RetriesLeft: m.RetriesLeft(), CardsLeft: m.CardsLeft(),
		CanAskAgain: m.CanAskAgain(), CanAbort: m.CanAbort(), Held: c.held != nil,
	}
	if c.order.TransactionID != "" {
		p.Language = c.languageOf(c.order)
	}
	if m.CardAccepted() {
		p.Brand, p.Last4 = c.brand, c.last4
	}
	if deadline := c.timer.deadline(); m.Deadline() && !deadline.IsZero() {
		p.DeadlineAtMs = deadline.UnixMilli()
	}
	return p
}

// screenState is a state of the machine as a screen knows it: the states in which a
// call only waits for its last words look like an end or a result.
func screenState(s flow.State) wire.State {
	switch s {
	case flow.StateNew:
		return wire.StateSendWindow
	case flow.StateClosing:
		return wire.StateEnded
	case flow.StateJoined:
		return wire.StateReturning
	}
	return wire.State(s)
}

func noticeOf(id message.ID, call ivr.CallID, transaction order.TransactionID) wire.Notice {
	return wire.Notice{MessageID: string(id), Message: id.Text(), CallID: string(call), TransactionID: transaction}
}

// holdsOperator tells whether the operator is still at work with the call.
func holdsOperator(s flow.State) bool {
	switch s {
	case flow.StateNew, flow.StateSendWindow, flow.StateHandover, flow.StateRingback:
		return true
	}
	return false
}
