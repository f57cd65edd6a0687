package flow

import (
	"tsunagi/server"
	"tsunagi/server/card"
)

// Turn numbers what a call has asked of the world: a prompt, a timer, a check, an
// authorization, a dialling. Numbers rise within a call; 0 is nothing. An answer
// that bears another number than the one still open is ignored.
type Turn int

// Event is something that happened to a call. The types below are all there are;
// each is a value that prints as its transcript line.
type Event interface{ event() }

// Arrived is the first event of a call: the INVITE was admitted.
type Arrived struct {
	ChannelsFull bool // all contracted channels of the merchant are in use
	Returns      int  // how often this customer was already brought back to the operator
}

// OrderSent says that an order is checked, written down and bound to the call. It
// may be fed only where CanTakeOrder; elsewhere it is ignored.
type OrderSent struct {
	Returns int // as in Arrived, where the order tells more than the line did
}

// Key is a key pressed, as the state of the call tells them apart: see KeyOf. It
// does not say which digit.
type Key struct{ Class Class }

// PlayedOut says that the prompt of a Play has been heard to its end.
type PlayedOut struct{ Turn Turn }

// TimerFired says that the time of a StartTimer has passed.
type TimerFired struct{ Turn Turn }

// Checked answers a Check.
type Checked struct {
	Turn    Turn
	Finding card.Finding
	Brand   card.Brand // of the number; needed where it is accepted
}

// Answered answers an Authorize: the attempt is settled, or written down as unknown.
type Answered struct {
	Turn     Turn
	Outcome  ivr.Outcome // anything but OutcomePaid and OutcomeNotPaid is unknown
	Mendable bool        // not paid for a reason that another card may mend
	Code     string      // the acquirer's code as the row shows it
	Message  string      // the acquirer's words for it
}

// OperatorAnswered says that the operator has taken the return call.
type OperatorAnswered struct{ Turn Turn }

// OperatorHungUp says that an operator who had answered has hung up.
type OperatorHungUp struct{}

// Joined says that a Join of two lines in the PBX succeeded: the PBX holds the
// conversation and the call's own lines are needed no longer.
type Joined struct{ Turn Turn }

// TransferFailed says that a DialOperator found the operator busy, absent or
// unwilling, or that the PBX refused a Join.
type TransferFailed struct{ Turn Turn }

// Asked is one of the operator's buttons. It is ignored unless CanAskAgain or
// CanAbort said that it would be carried out.
type Asked struct{ Request Request }

// Request is what the operator may ask of a live call.
type Request string

// The operator's buttons.
const (
	Again Request = "again" // 「入力をやり直す」: ask for this field again
	Abort Request = "abort" // 「中断」: end the call
)

// HeldTooLong says that the card has been in memory for as long as it may be. The
// owner of the vault watches that.
type HeldTooLong struct{}

// HungUp says that the other side has ended the call, or that its line is dead.
type HungUp struct{}

// Stopped says that the server is stopping and waits no longer.
type Stopped struct{}

// Broken says that a part of the server this call needs has failed.
type Broken struct{}

func (Arrived) event()          {}
func (OrderSent) event()        {}
func (Key) event()              {}
func (PlayedOut) event()        {}
func (TimerFired) event()       {}
func (Checked) event()          {}
func (Answered) event()         {}
func (OperatorAnswered) event() {}
func (OperatorHungUp) event()   {}
func (Joined) event()           {}
func (TransferFailed) event()   {}
func (Asked) event()            {}
func (HeldTooLong) event()      {}
func (HungUp) event()           {}
func (Stopped) event()          {}
func (Broken) event()           {}
