package main

import (
	"context"
	"log/slog"
	"time"

	"tsunagi/server/audit"
	"tsunagi/server/call"
	"tsunagi/server/metrics"
	"tsunagi/server/sipua"
)

// admitDeadline bounds what an INVITE waits for the database.
const admitDeadline = 2 * time.Second

// retryAfter is what a PBX is told to wait when the server has no room.
const retryAfter = 10 * time.Second

// front puts calls that arrive by SIP on the desk. It is where sipua's words and
// call's meet.
type front struct {
	desk  *call.Desk
	ready func() error         // why no payment can be taken now; nil: it can
	lag   func() time.Duration // how late the voice of the calls in progress is
	seen  *metrics.Metrics
	tell  func(audit.Event)
}

// lagLimit is how late the voice may be on average for further calls to be taken: a
// quarter of a packet, which no listener hears yet. It is the load that the machine bears,
// whatever max_calls hopes for (telephony.md, behaviour 18).
const lagLimit = 5 * time.Millisecond

// Admit is sipua.Front.
func (f front) Admit(invite sipua.Invite) (sipua.Handler, *sipua.Refusal) {
	ctx, cancel := context.WithTimeout(context.Background(), admitDeadline)
	defer cancel()
	var c *call.Call
	err := f.ready()
	switch {
	case err != nil:
	case f.lag() > lagLimit:
		err = call.AtCapacity
	default:
		c, err = f.desk.Admit(ctx, invite.Number, invite.Caller)
	}
	if err != nil {
		refusal, own := err.(call.Refusal)
		if !own {
			refusal = call.Fault // payments are not possible now
		}
		f.seen.CallRefused(string(refusal))
		answer := refusalOf(refusal)
		slog.Info("call refused", "number", invite.Number, "source", invite.Source.String(),
			"status", answer.Status, "reason", err.Error())
		return nil, &answer
	}
	f.tell(audit.Event{
		Kind: audit.CallAccepted, Result: audit.OK, Source: invite.Source.Addr().String(), Object: c.ID(),
		Detail: "to " + invite.Number,
	})
	return func(leg *sipua.Leg) { f.handle(c, leg) }, nil
}

// refusalOf is the SIP answer to a refusal (product.md section 6, 1).
func refusalOf(r call.Refusal) sipua.Refusal {
	switch r {
	case call.UnknownNumber:
		return sipua.Refusal{Status: 404}
	case call.LoggedOut:
		return sipua.Refusal{Status: 480}
	case call.Busy:
		return sipua.Refusal{Status: 486}
	}
	return sipua.Refusal{Status: 503, RetryAfter: retryAfter}
}

// handle lives one call, which is told what happens on the line.
func (f front) handle(c *call.Call, leg *sipua.Leg) {
	leg.BelongsTo(string(c.ID()))
	leg.Deliver(func(ev sipua.Event) {
		switch ev.Kind {
		case sipua.Key:
			c.Key(ev.Key)
		case sipua.PlayedOut:
			c.PlayedOut(ev.Turn)
		case sipua.Held:
			c.Held()
		case sipua.Resumed:
			c.Resumed()
		case sipua.MediaLost:
			c.HungUp() // a line without sound has nobody on it
		case sipua.Ended:
			c.HungUp()
		}
	})
	c.Run(line{leg, f.seen})
}

// line is a SIP leg as a call uses it.
type line struct {
	*sipua.Leg
	seen *metrics.Metrics
}

// Refuse is call.Leg's.
func (l line) Refuse(r call.Refusal) {
	l.seen.CallRefused(string(r))
	answer := refusalOf(r)
	if err := l.Leg.Refuse(answer.Status); err != nil {
		slog.Info("refuse a call", "error", err)
	}
}
