package sim

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tsunagi/server/payment"
)

// Config says how the acquirer behaves. The zero Config answers at once, never
// fails and forgets everything when the program ends.
type Config struct {
	Delay  time.Duration // before each answer, after the booking
	Faults []Fault       // a script of what goes wrong
	Magic  bool          // some amounts ask for a fault (see the package's comment)
	Books  string        // file that the books are kept in; empty: memory only
	Cards  string        // file of test cards that only succeed with their own expiry and code; empty: any will do
}

// Acquirer is the simulated acquirer; it is a payment.Acquirer. Make one with New.
type Acquirer struct {
	delay  time.Duration
	script *script
	books  *books
	issued issued
}

var (
	_ payment.Acquirer   = (*Acquirer)(nil)
	_ payment.Settler    = (*Acquirer)(nil)
	_ payment.Bookkeeper = (*Acquirer)(nil)
)

// errInquiry is what an inquiry comes to under NoInquiry.
var errInquiry = errors.New("the simulated acquirer takes no inquiries")

// New makes an acquirer. It refuses a script that it cannot follow and books that
// it cannot read. The caller closes it.
func New(c Config) (*Acquirer, error) {
	script, err := newScript(c)
	if err != nil {
		return nil, fmt.Errorf("make the simulated acquirer: %w", err)
	}
	issued, err := readIssued(c.Cards)
	if err != nil {
		return nil, fmt.Errorf("make the simulated acquirer: %w", err)
	}
	books, err := openBooks(c.Books)
	if err != nil {
		return nil, fmt.Errorf("make the simulated acquirer: %w", err)
	}
	return &Acquirer{delay: c.Delay, script: script, books: books, issued: issued}, nil
}

// Close closes the file of the books.
func (s *Acquirer) Close() error { return s.books.close() }

// Name is "sim".
func (s *Acquirer) Name() string { return "sim" }

// Successes counts the authorizations of an order that succeeded and were not
// cancelled: what the customer is charged for.
func (s *Acquirer) Successes(o payment.OrderKey) int { return s.books.succeeded(o) }

// Inquire tells what the books have about an order.
func (s *Acquirer) Inquire(ctx context.Context, o payment.OrderKey) (payment.Inquiry, error) {
	if !sleep(ctx, s.delay) {
		return payment.Inquiry{}, ctx.Err()
	}
	if s.script.inquiryFails(o.TransactionID) {
		return payment.Inquiry{}, errInquiry
	}
	return payment.Inquiry{Transactions: s.books.of(o)}, nil
}

// Authorize looks at the card, books the request and answers, or fails as the
// script says. The card is used at once and not while it waits.
func (s *Acquirer) Authorize(ctx context.Context, a payment.Authorization, c payment.Card) payment.Answer {
	fault := s.script.authorization(a)
	if fault.Kind == Unreachable {
		return payment.Answer{Reply: payment.ReplyNotSent, Cause: "connect"}
	}
	v, err := s.issued.inspect(c)
	if err != nil {
		return payment.Answer{Reply: payment.ReplyNotSent, Cause: "card_gone"}
	}
	wrote := time.Now()
	answer := s.handle(ctx, a, v, fault)
	answer.WroteAt = wrote
	return answer
}

// handle is the request's fate after it has left.
func (s *Acquirer) handle(ctx context.Context, a payment.Authorization, v verdict, fault Fault) payment.Answer {
	switch fault.Kind {
	case Reset:
		return lost("reset")
	case Hang:
		<-ctx.Done()
		return lost("deadline")
	case Slow:
		time.Sleep(fault.Delay) // an acquirer knows nothing of our deadline
	case PendingPaid, PendingFailed, PendingVoided:
		if v == success {
			v = pending
		}
	}
	// Booked first, answered later: the request has left, and a deadline of ours
	// takes nothing back.
	t, v, err := s.books.enter(a, v, fault)
	if err != nil {
		return lost("books")
	}
	if fault.Kind != Slow && !sleep(ctx, s.delay) {
		return lost("deadline")
	}
	switch fault.Kind {
	case Silence:
		<-ctx.Done()
		return lost("deadline")
	case ResetAfter:
		return lost("reset")
	case Garbled:
		return lost("unreadable")
	case Late:
		time.Sleep(fault.Delay)
	}
	return garble(answer(a, t, v), fault.Kind)
}

// answer is what a gateway says of a booked request.
func answer(a payment.Authorization, t payment.Transaction, v verdict) payment.Answer {
	return payment.Answer{
		Reply: v.reply(), Class: v.class, Code: t.Code, Message: t.Message, AuthCode: t.AuthCode,
		GatewayTxn: t.ID, MerchantTxn: string(a.Attempt),
		TransactionID: a.Order.TransactionID, Amount: a.Order.Amount,
	}
}

// garble makes an answer echo what was not asked for.
func garble(a payment.Answer, kind FaultKind) payment.Answer {
	switch kind {
	case WrongOrder:
		a.TransactionID += "-other"
	case WrongAmount:
		a.Amount++
	}
	return a
}

func lost(cause string) payment.Answer {
	return payment.Answer{Reply: payment.ReplyLost, Cause: cause}
}

// sleep waits and tells whether ctx lasted.
func sleep(ctx context.Context, span time.Duration) bool {
	timer := time.NewTimer(span)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
