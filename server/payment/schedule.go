package payment

import (
	"time"

	"tsunagi/server"
)

// When an attempt is asked about, counted from the moment it became UNKNOWN: the
// first four while the customer waits, then hourly (spec/payments.md).
var timetable = func() []time.Duration {
	offsets := []time.Duration{
		3 * time.Second, 6 * time.Second, 12 * time.Second, 20 * time.Second,
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	}
	for at := time.Hour; at <= giveUpAfter; at += time.Hour {
		offsets = append(offsets, at)
	}
	return offsets
}()

const (
	// customerWaits is how long the customer hears the hold tone for an inquiry.
	customerWaits = 30 * time.Second

	// giveUpAfter is when a person has to decide.
	giveUpAfter = 48 * time.Hour

	// An attempt counts as not charged when the acquirer has twice not known it,
	// this far apart, and when the request can no longer be under way: more than
	// twice the 120 s for which a gateway's client waits for a card centre.
	notFoundApart = 5 * time.Minute
	notFoundAfter = 10 * time.Minute

	// unreachableRetry bounds the wait after an inquiry that did not get through.
	// Without it an acquirer that comes back just after an hourly inquiry would
	// leave orders open for an hour (invariant I5: 30 minutes).
	unreachableRetry = 10 * time.Minute
)

// nextInquiry is when to ask about an UNKNOWN attempt again, given that it was
// asked about at now and whether the acquirer was reached; ok is false when it is
// time to give up.
func nextInquiry(a ivr.Attempt, reached bool, now time.Time) (at time.Time, ok bool) {
	for _, offset := range timetable {
		if at = a.DoneAt.Add(offset); at.After(now) {
			ok = true
			break
		}
	}
	if !ok {
		return time.Time{}, false
	}
	if soon := now.Add(unreachableRetry); !reached && at.After(soon) {
		at = soon
	}
	if second := secondLook(a); !a.NotFoundAt.IsZero() && second.After(now) && at.After(second) {
		at = second
	}
	return at, true
}

// secondLook is when an attempt that the acquirer did not know counts as not
// charged if it still does not know it.
func secondLook(a ivr.Attempt) time.Time {
	apart, after := a.NotFoundAt.Add(notFoundApart), a.SendingAt.Add(notFoundAfter)
	if apart.After(after) {
		return apart
	}
	return after
}
