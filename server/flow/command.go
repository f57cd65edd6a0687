package flow

import (
	"time"

	"tsunagi/server"
	"tsunagi/server/card"
	"tsunagi/shared/message"
)

// Command is something a call wants done. Commands are carried out in order and
// completely before the next event is taken. All are comparable values.
type Command interface{ command() }

// Answer takes the call: 200 to its INVITE.
type Answer struct{}

// Play replaces what is playing, if anything is, by a prompt. A Loop repeats until
// it is replaced or stopped and is never PlayedOut.
type Play struct {
	Turn     Turn
	Guidance Guidance
	Retry    int  // invalid entries of this field so far: a catalogue may word later ones otherwise
	Again    bool // a question that is put again because * or the operator asked for it
	Loop     bool
}

// Stop stops what is playing. Silence follows.
type Stop struct{}

// Keep moves the key that this step was told of into a field of the vault.
type Keep struct{ Field card.Field }

// Clear empties a field of the vault.
type Clear struct{ Field card.Field }

// Wipe wipes the whole vault for good.
type Wipe struct{}

// Check asks the vault about a field. It is answered by Checked at once, before any
// other event is taken.
type Check struct {
	Turn  Turn
	Field card.Field
	Ended bool // card.Rules.Ended
}

// StartTimer replaces the call's one timer. It stands still while the call is on hold.
type StartTimer struct {
	Turn  Turn
	After time.Duration
}

// StopTimer stops the timer.
type StopTimer struct{}

// Authorize asks the acquirer with the card in the vault. It is answered by Answered
// exactly once, whatever happens to the call.
type Authorize struct {
	Turn    Turn
	Attempt int // within the call, from 1
}

// DialOperator begins the return call: an INVITE to the operator's extension, or in
// mode blind a REFER of the customer to it. It is answered by OperatorAnswered or
// TransferFailed.
type DialOperator struct {
	Turn Turn
	Mode ivr.ReturnCall
}

// Join brings customer and operator together: in mode join by REFER with Replaces,
// answered by Joined or TransferFailed; in mode bridge by relaying their media, which
// is answered only where it cannot be done: TransferFailed.
type Join struct {
	Turn Turn
	Mode ivr.ReturnCall
}

// DropOperator ends the operator's leg, or gives up dialling it.
type DropOperator struct{}

// Record writes down how the call ended. There is exactly one, and the vault is
// wiped before it.
type Record struct {
	End     ivr.End
	Outcome ivr.Outcome
}

// Tell puts a row into the monitoring pane.
type Tell struct {
	Point   message.Point
	Result  string // message.ResultOK, ResultNG, ResultHold or empty
	Code    string
	Message string
}

// Notify opens a dialog on the operator's screen.
type Notify struct{ ID message.ID }

// Bye ends every leg that still stands. It is the last command of every call, given
// also when the other side has hung up.
type Bye struct{}

func (Answer) command()       {}
func (Play) command()         {}
func (Stop) command()         {}
func (Keep) command()         {}
func (Clear) command()        {}
func (Wipe) command()         {}
func (Check) command()        {}
func (StartTimer) command()   {}
func (StopTimer) command()    {}
func (Authorize) command()    {}
func (DialOperator) command() {}
func (Join) command()         {}
func (DropOperator) command() {}
func (Record) command()       {}
func (Tell) command()         {}
func (Notify) command()       {}
func (Bye) command()          {}
