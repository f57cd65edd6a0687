package phone

import (
	"slices"
	"time"

	"tsunagi/server/prompt"
)

// Outcome is how a call went, as the person at the telephone knows it.
type Outcome string

// The outcomes, from the best to the worst.
const (
	Paid     Outcome = "paid"
	HungUp   Outcome = "hung up"  // at Script.HangUpAt, as told
	Declined Outcome = "declined" // the card was not accepted, or no entry was
	Unknown  Outcome = "unknown"  // the IVR said that the result is not known yet
	Refused  Outcome = "refused"  // the call was not taken: SIP status, or all channels in use
	Failed   Outcome = "failed"   // a prompt was not heard when it should, or the line broke
)

// exits are the exit statuses of the program. 1 is that of any other error.
var exits = []struct {
	outcome Outcome
	status  int
}{{Paid, 0}, {HungUp, 0}, {Declined, 2}, {Unknown, 3}, {Refused, 4}, {Failed, 5}}

// Call is what became of one call.
type Call struct {
	Number   string
	Outcome  Outcome
	Status   int           // of SIP where the call was refused
	Why      string        // what was heard or missed, in a few words; never a digit
	Met      []prompt.Name // the prompts recognised, in order, numerals left out
	Keys     int           // pressed
	Answered time.Duration // since dialling; 0 if never
	Duration time.Duration // since dialling
}

// Result is what became of all calls, in the order of their start.
type Result struct{ Calls []Call }

// Outcome is that of the call that went worst; Failed where there was none.
func (r Result) Outcome() Outcome {
	for _, exit := range slices.Backward(exits) {
		if r.Count(exit.outcome) > 0 {
			return exit.outcome
		}
	}
	return Failed
}

// Count is how many calls had an outcome.
func (r Result) Count(o Outcome) int {
	n := 0
	for _, c := range r.Calls {
		if c.Outcome == o {
			n++
		}
	}
	return n
}

// ExitStatus is 0 where every call was paid or hung up as told, 2 declined, 3 result
// unknown, 4 refused, 5 failed; that of the call that went worst.
func (r Result) ExitStatus() int {
	worst := r.Outcome()
	for _, exit := range exits {
		if exit.outcome == worst {
			return exit.status
		}
	}
	return exits[len(exits)-1].status
}
