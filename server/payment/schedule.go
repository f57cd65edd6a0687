package payment

import (
	"time"

	"tsunagi/server"
)

// When an attempt is asked about, counted from the moment it became UNKNOWN: the
// first four while the customer waits, then hourly (spec/payments.md).
var timetable = hourly([]time.Duration{
	3 * time.Second, 6 * time.Second, 12 * time.Second, 20 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute,
})

// hourly goes on with a timetable hour by hour until it is time to give up.
func hourly(offsets []time.Duration) []time.Duration {
	for at := time.Hour; at <= giveUpAfter; at += time.Hour {
		offsets = append(offsets, at)
	}
	return offsets
}

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

// When a cancel without an answer is looked after and asked for again, counted from
// the moment it was written down; then hourly up to giveUpAfter.
var voidTimetable = hourly([]time.Duration{
	5 * time.Second, 15 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute,
})

// When an attempt that was found paid by inquiry is asked about once more, counted
// from the moment it was found: the acquirer may cancel of its own accord what it
// did not know itself for a while (AE10).
var rechecks = []time.Duration{time.Hour, 24 * time.Hour}

// recheckReach is how far back an attempt may have been written down that is still
// asked about once more: settled as late as can be, and a server that stood still.
const recheckReach = 14 * 24 * time.Hour

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

// nextVoid is when to look after a VOIDING attempt again; ok is false when it is
// time to give up.
func nextVoid(a ivr.Attempt, now time.Time) (at time.Time, ok bool) {
	for _, offset := range voidTimetable {
		if at = a.DoneAt.Add(offset); at.After(now) {
			return at, true
		}
	}
	return time.Time{}, false
}

// nextRecheck is when to ask about an attempt that was found paid by inquiry once
// more, now where that is overdue; ok is false when nothing is left to ask.
func nextRecheck(a ivr.Attempt, now time.Time) (at time.Time, ok bool) {
	for _, offset := range rechecks {
		at = a.DoneAt.Add(offset)
		if !a.InquiredAt.Before(at) {
			continue
		}
		if at.Before(now) {
			at = now
		}
		return at, true
	}
	return time.Time{}, false
}
