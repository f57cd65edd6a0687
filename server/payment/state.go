package payment

import "tsunagi/server"

// Event is what can happen to an attempt.
type Event string

// The events.
const (
	Written      Event = "written"       // the journal has it on disk
	Approved     Event = "approved"      // the acquirer confirmed success
	Declined     Event = "declined"      // the acquirer refused
	NotSent      Event = "not sent"      // it is certain that not a byte left
	Lost         Event = "lost"          // no answer to rely on: silence, reset, pending, a wrong echo
	Died         Event = "died"          // the process ended meanwhile: seen at the next start
	FoundPaid    Event = "found paid"    // inquiry: success
	FoundRefused Event = "found refused" // inquiry: failure
	FoundVoided  Event = "found voided"  // inquiry: success, then cancelled
	FoundNothing Event = "found nothing" // inquiry: twice unknown to the acquirer
	FoundBefore  Event = "found before"  // inquiry: an earlier attempt of ours had paid the order
	GivenUp      Event = "given up"      // 48 hours without a result, or a contradiction
	CaptureDone  Event = "capture done"  // an authorized amount was captured
	VoidBegun    Event = "void begun"    // a cancel is written down
	VoidDone     Event = "void done"     // cancelled
	VoidRefused  Event = "void refused"  // the acquirer does not cancel
)

// transitions is the whole life of an attempt. What is not in it cannot happen.
//
//	(none)       ──written───────►  SENDING
//
//	SENDING      ──approved──────►  APPROVED
//	SENDING      ──declined──────►  DECLINED
//	SENDING      ──not sent──────►  NOT_SENT
//	SENDING      ──lost──────────►  UNKNOWN
//	SENDING      ──died──────────►  UNKNOWN
//
//	UNKNOWN      ──found paid────►  APPROVED
//	UNKNOWN      ──found refused─►  DECLINED
//	UNKNOWN      ──found before──►  DECLINED
//	UNKNOWN      ──found voided──►  VOIDED
//	UNKNOWN      ──found nothing─►  NOT_CHARGED
//	UNKNOWN      ──given up──────►  MANUAL
//
//	APPROVED     ──capture done──►  CAPTURED
//	APPROVED     ──void begun────►  VOIDING
//	APPROVED     ──found voided──►  VOIDED
//	CAPTURED     ──void begun────►  VOIDING
//	CAPTURED     ──found voided──►  VOIDED
//	VOIDING      ──void done─────►  VOIDED
//	VOIDING      ──void refused──►  VOID_FAILED
//	VOID_FAILED  ──void begun────►  VOIDING
//
//	MANUAL       ──found paid────►  APPROVED
//	MANUAL       ──found refused─►  DECLINED
//	MANUAL       ──found voided──►  VOIDED
//	NOT_CHARGED  ──found paid────►  APPROVED
//
// The last row is NH18 rule 2: the acquirer tells at a later attempt that it had
// taken this one after all.
var transitions = map[ivr.AttemptState]map[Event]ivr.AttemptState{
	"": {Written: ivr.AttemptSending},
	ivr.AttemptSending: {
		Approved: ivr.AttemptApproved,
		Declined: ivr.AttemptDeclined,
		NotSent:  ivr.AttemptNotSent,
		Lost:     ivr.AttemptUnknown,
		Died:     ivr.AttemptUnknown,
	},
	ivr.AttemptUnknown: {
		FoundPaid:    ivr.AttemptApproved,
		FoundRefused: ivr.AttemptDeclined,
		FoundBefore:  ivr.AttemptDeclined,
		FoundVoided:  ivr.AttemptVoided,
		FoundNothing: ivr.AttemptNotCharged,
		GivenUp:      ivr.AttemptManual,
	},
	ivr.AttemptApproved: {
		CaptureDone: ivr.AttemptCaptured,
		VoidBegun:   ivr.AttemptVoiding,
		FoundVoided: ivr.AttemptVoided,
	},
	ivr.AttemptCaptured:   {VoidBegun: ivr.AttemptVoiding, FoundVoided: ivr.AttemptVoided},
	ivr.AttemptVoiding:    {VoidDone: ivr.AttemptVoided, VoidRefused: ivr.AttemptVoidFailed},
	ivr.AttemptVoidFailed: {VoidBegun: ivr.AttemptVoiding},
	ivr.AttemptManual: {
		FoundPaid:    ivr.AttemptApproved,
		FoundRefused: ivr.AttemptDeclined,
		FoundVoided:  ivr.AttemptVoided,
	},
	ivr.AttemptNotCharged: {FoundPaid: ivr.AttemptApproved},
}

// Next is the state that follows; ok is false where the event cannot happen to an
// attempt in that state. An attempt that is not written down is in the state "".
func Next(from ivr.AttemptState, e Event) (to ivr.AttemptState, ok bool) {
	to, ok = transitions[from][e]
	return to, ok
}
