package ivr

import (
	"time"

	"tsunagi/shared/order"
)

// CallID names one call in every log line, row and journal entry. It is made by
// this server and is not the SIP Call-ID.
type CallID string

// Outcome is what became of a payment, as far as it is known. It is spelled out on
// disk and wire.
type Outcome string

// The outcomes.
const (
	OutcomeNone    Outcome = ""     // nothing was asked of the acquirer
	OutcomePaid    Outcome = "ok"   // the acquirer confirmed success
	OutcomeNotPaid Outcome = "ng"   // the acquirer declined, or nothing was sent
	OutcomeUnknown Outcome = "hold" // asked, no answer to rely on: being settled by inquiry
)

// Record is the one line kept of each call when it has ended.
type Record struct {
	ID        CallID
	Operator  UserKey
	Caller    string // caller's number as the PBX gave it; empty where withheld
	ArrivedAt time.Time
	EndedAt   time.Time
	Order     order.Order // zero where none was sent
	Outcome   Outcome
	End       End
}

// End is how a call ended, spelled out on disk; append-only.
type End string

// The ends of a call.
const (
	EndCompleted       End = "completed"        // the customer heard the result to its end
	EndHungUp          End = "hung_up"          // the other side hung up first
	EndWindowExpired   End = "window_expired"   // no order within the send window
	EndHandoverExpired End = "handover_expired" // no 「1」 within the handover wait
	EndEntryFailed     End = "entry_failed"     // retries of a field used up
	EndAborted         End = "aborted"          // the operator's 「中断」
	EndChannelsFull    End = "channels_full"    // all contracted channels in use
	EndReturned        End = "returned"         // joined with the operator again
	EndTransferFailed  End = "transfer_failed"  // the return call failed
	EndServerStopped   End = "server_stopped"   // drained or shut down
	EndFault           End = "fault"            // a part of the server failed; the log says which
)

// Row is one point a call has passed, as the monitoring pane shows it and as it is
// kept. It holds no digit of a card.
type Row struct {
	Call          CallID
	Operator      UserKey
	Number        int // within the call, from 1
	At            time.Time
	TransactionID order.TransactionID
	Point         string // words of message.Point
	Result        string // OK, NG, 保留 or empty
	Code          string // the acquirer's result code
	Message       string // the acquirer's words for it
}
