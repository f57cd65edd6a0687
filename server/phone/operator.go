package phone

import (
	"time"

	"tsunagi/server/sipua"
)

// A desk is the operator's own telephone, which the server calls to bring a customer
// back: it answers, listens for a while, and hangs up.
type desk struct {
	line line
	talk time.Duration
}

// Admit is sipua.Front.
func (d desk) Admit(sipua.Invite) (sipua.Handler, *sipua.Refusal) { return d.answer, nil }

func (d desk) answer(leg *sipua.Leg) {
	d.line.write("the operator's telephone rings")
	if err := leg.Answer(); err != nil {
		d.line.write("the operator could not answer: %v", err)
		return
	}
	d.line.write("the operator speaks with the customer")
	bored := time.NewTimer(d.talk)
	defer bored.Stop()
	for {
		select {
		case _, ok := <-leg.Events():
			if !ok {
				d.line.write("the operator's line is free again")
				return
			}
		case <-bored.C:
			leg.Bye()
		}
	}
}
