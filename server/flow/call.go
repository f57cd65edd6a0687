package flow

import (
	"tsunagi/server"
	"tsunagi/server/card"
)

// Call is everything the machine knows of a call. It is a value: it may be copied,
// compared with == and printed, and holds no digit of a card. Only Step changes one.
type Call struct {
	settings Settings
	state    State
	end      ivr.End     // decided, though perhaps not yet reached; empty while open
	outcome  ivr.Outcome // of the payment, as far as known
	returns  int         // times this customer was already brought back
	reached  bool        // the customer is on the line: rows are told, no F301 any more
	wiped    bool
	stopping bool // the server stops as soon as the acquirer has answered

	turn    Turn // the last one given out
	prompt  Turn // what is playing; 0: nothing
	timer   Turn // the timer that runs
	check   Turn // the check not yet answered
	inquiry Turn // the authorization not yet answered
	dial    Turn // the dialling or joining not yet answered
	playing Guidance
	endless bool // what is playing repeats until it is replaced
	relayed bool // operator and customer hear each other through this server

	digits    int  // kept in the open field
	early     bool // all of them were keyed during the greeting
	pound     bool // the customer ended the entry with #
	invalid   int  // invalid entries of the open field
	brand     card.Brand
	attempts  int // authorizations asked for
	cardsLeft int // cards the customer may still try, this one included
}

// New is a call at which nothing has happened yet. Its first event is Arrived.
func New(s Settings) Call {
	s = s.filled()
	return Call{settings: s, state: StateNew, cardsLeft: s.CardAttempts}
}

// Step is the call after the event, and what is to be done about it, in order. It
// never fails: an event that means nothing in the call's state changes nothing.
func Step(c Call, ev Event) (Call, []Command) {
	s := &step{Call: c}
	switch c.state {
	case StateNew:
		s.inNew(ev)
	case StateSendWindow:
		s.inSendWindow(ev)
	case StateHandover:
		s.inHandover(ev)
	case StateRingback:
		s.inRingback(ev)
	case StateGreeting:
		s.inGreeting(ev)
	case StateCardNumber, StateExpiry, StateSecurityCode:
		s.inField(ev)
	case StateAuthorizing:
		s.inAuthorizing(ev)
	case StateClosing, StateResult:
		s.inLastGuidance(ev)
	case StateReturning:
		s.inReturning(ev)
	case StateJoined:
		s.inJoined(ev)
	case StateEnded:
		// Nothing follows.
	}
	return s.Call, s.commands
}
