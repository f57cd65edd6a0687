package sim

import (
	"fmt"
	"path"
	"slices"
	"sync"
	"time"

	"tsunagi/server/payment"
	"tsunagi/shared/order"
)

// FaultKind is what goes wrong with a request. Spelled as in a configuration.
type FaultKind string

// The faults. "Booked" says whether the authorization has happened all the same.
const (
	Unreachable   FaultKind = "unreachable"    // not a byte is sent: not booked, not_sent
	Hang          FaultKind = "hang"           // swallowed: not booked, silence until the deadline
	Reset         FaultKind = "reset"          // reset before it was read: not booked, lost at once
	Silence       FaultKind = "silence"        // booked, then silence until the deadline
	ResetAfter    FaultKind = "reset_after"    // booked, then reset
	Late          FaultKind = "late"           // booked at once, answered after Delay, deadline or not
	Slow          FaultKind = "slow"           // booked only after Delay and answered then, deadline or not
	PendingPaid   FaultKind = "pending_paid"   // AE10; the books say success after Delay
	PendingFailed FaultKind = "pending_failed" // AE10; the books say failure after Delay
	WrongOrder    FaultKind = "wrong_order"    // booked; the answer echoes another order
	WrongAmount   FaultKind = "wrong_amount"   // booked; the answer echoes another amount
	Garbled       FaultKind = "garbled"        // booked; the answer cannot be read
	NoInquiry     FaultKind = "no_inquiry"     // inquiries about the order fail
	PendingVoided FaultKind = "pending_voided" // as PendingPaid; half an hour later the acquirer cancels it

	// Of captures and cancels.
	SettleRefused FaultKind = "settle_refused" // refused with NH02: not booked
	SettleHang    FaultKind = "settle_hang"    // swallowed: not booked, silence until the deadline
	SettleLost    FaultKind = "settle_lost"    // booked, then reset
	SettleUnsent  FaultKind = "settle_unsent"  // not a byte is sent: not booked
)

// FaultKinds lists the faults.
func FaultKinds() []FaultKind {
	return []FaultKind{Unreachable, Hang, Reset, Silence, ResetAfter, Late, Slow, PendingPaid, PendingFailed,
		WrongOrder, WrongAmount, Garbled, NoInquiry, PendingVoided, SettleRefused, SettleHang, SettleLost, SettleUnsent}
}

// ofSettling tells whether a fault is one of captures and cancels.
func ofSettling(k FaultKind) bool {
	return k == SettleRefused || k == SettleHang || k == SettleLost || k == SettleUnsent
}

// Fault is a line of the script: what goes wrong, for which orders, how often.
type Fault struct {
	Kind        FaultKind
	Transaction string        // pattern of path.Match for the transaction ID; empty: every order
	Times       int           // so many requests, then no more; 0: always
	Delay       time.Duration // of Late, Slow and the pending ones
}

// magicDelay is how long a pending order of Config.Magic takes to settle: past the
// second inquiry, so that the customer hears the wait and then the result.
const magicDelay = 8 * time.Second

// magic are the last four figures of an amount that ask for a fault.
var magic = map[order.Yen]Fault{
	9901: {Kind: PendingPaid, Delay: magicDelay},
	9902: {Kind: PendingFailed, Delay: magicDelay},
	9903: {Kind: Silence},
	9904: {Kind: Hang},
	9905: {Kind: Reset},
	9906: {Kind: Unreachable},
	9907: {Kind: ResetAfter},
	9908: {Kind: Garbled},
	9909: {Kind: WrongOrder},
	9910: {Kind: Late, Delay: magicDelay},
	9911: {Kind: Slow, Delay: magicDelay},
}

// script hands out faults in the order in which they stand.
type script struct {
	magic bool

	mu     sync.Mutex
	faults []Fault
	used   []int
}

func newScript(c Config) (*script, error) {
	for n, f := range c.Faults {
		if !slices.Contains(FaultKinds(), f.Kind) {
			return nil, fmt.Errorf("fault %d: no kind is spelled %q", n+1, f.Kind)
		}
		if _, err := path.Match(f.Transaction, ""); err != nil {
			return nil, fmt.Errorf("fault %d: pattern %q: %w", n+1, f.Transaction, err)
		}
	}
	return &script{magic: c.Magic, faults: c.Faults, used: make([]int, len(c.Faults))}, nil
}

// authorization is the fault for a request, the zero Fault for none.
func (s *script) authorization(a payment.Authorization) Fault {
	f, ok := s.take(a.Order.TransactionID, func(k FaultKind) bool { return k != NoInquiry && !ofSettling(k) })
	if !ok && s.magic {
		return magic[a.Order.Amount%10_000]
	}
	return f
}

// settling is the fault for a capture or a cancel, the zero Fault for none.
func (s *script) settling(id order.TransactionID) Fault {
	f, _ := s.take(id, ofSettling)
	return f
}

// inquiryFails tells whether an inquiry about the order fails.
func (s *script) inquiryFails(id order.TransactionID) bool {
	_, ok := s.take(id, func(k FaultKind) bool { return k == NoInquiry })
	return ok
}

func (s *script) take(id order.TransactionID, wanted func(FaultKind) bool) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n, f := range s.faults {
		matches, _ := path.Match(f.Transaction, string(id)) // newScript has tried the pattern
		if !wanted(f.Kind) || f.Transaction != "" && !matches || f.Times > 0 && s.used[n] == f.Times {
			continue
		}
		s.used[n]++
		return f, true
	}
	return Fault{}, false
}
