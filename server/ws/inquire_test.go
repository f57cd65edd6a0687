package ws

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// till is the payments: an inquiry settles what the acquirer knows by then.
type till struct {
	mu       sync.Mutex
	attempts map[order.TransactionID]ivr.Attempt
	gate     chan struct{} // holds every inquiry until closed; nil: none
	arrived  chan struct{} // is sent to when an inquiry is held
}

func (p *till) Inquire(ctx context.Context, merchant ivr.MerchantID, id order.TransactionID) (ivr.Attempt, error) {
	p.mu.Lock()
	attempt, ok := p.attempts[id]
	gate := p.gate
	p.mu.Unlock()
	if !ok || attempt.Operator.Merchant != merchant {
		return ivr.Attempt{}, fmt.Errorf("attempts of order %s: %w", id, ivr.ErrNotFound)
	}
	if gate != nil {
		p.arrived <- struct{}{}
		select {
		case <-gate:
		case <-ctx.Done():
			return ivr.Attempt{}, ctx.Err()
		}
	}
	return attempt, nil
}

// put writes down how the acquirer answers about an order.
func (p *till) put(operator ivr.UserKey, id order.TransactionID, state ivr.AttemptState) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.attempts[id] = ivr.Attempt{
		Operator: operator, Order: order.Order{TransactionID: id}, State: state,
		ResultCode: "A001000000000000", Message: "処理が成功しました。", InquiredAt: time.UnixMilli(1795402890000),
	}
}

// hold keeps every inquiry from being answered until the returned function is called.
func (p *till) hold() (release func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gate, p.arrived = make(chan struct{}), make(chan struct{}, 16)
	return func() { close(p.gate) }
}

func TestInquiryIsAnsweredWithTheOutcome(t *testing.T) {
	h := newHouse(t)
	d, _ := h.loggedIn(suzuki)
	for state, want := range map[ivr.AttemptState]wire.Outcome{
		ivr.AttemptApproved: wire.OutcomeOK, ivr.AttemptNotCharged: wire.OutcomeNG, ivr.AttemptUnknown: wire.OutcomeHold,
	} {
		h.till.put(suzuki, "T-1", state)
		got, err := ask[wire.Inquired](d, wire.KindInquire, wire.Inquire{TransactionID: "T-1"}, wire.KindInquired)
		h.must(err)
		want := wire.Inquired{
			TransactionID: "T-1", Outcome: want, Code: "A001", Message: "処理が成功しました。", AtMs: 1795402890000,
		}
		if got != want {
			t.Errorf("%s: got %+v, want %+v", state, got, want)
		}
	}
}

// product.md section 5: an operator sees the own calls, a supervisor asks for nothing.
func TestInquiryAboutTheOrderOfAnother(t *testing.T) {
	h := newHouse(t)
	h.till.put(tanaka, "T-2", ivr.AttemptUnknown)
	for _, user := range []ivr.UserKey{suzuki, boss} {
		d, _ := h.loggedIn(user)
		for _, id := range []order.TransactionID{"T-2", "never-tried"} {
			_, err := ask[wire.Inquired](d, wire.KindInquire, wire.Inquire{TransactionID: id}, wire.KindInquired)
			refusedWith(t, err, wire.CodeNotAllowed, message.E309.Text())
		}
	}
}

// An acquirer that is slow to answer holds up neither an order nor a logout.
func TestOrderPassesAnInquiry(t *testing.T) {
	h := newHouse(t)
	h.till.put(suzuki, "T-9", ivr.AttemptUnknown)
	d, _ := h.loggedIn(suzuki)
	h.desk.open(suzuki, "c1")
	release := h.till.hold()
	defer release()
	inquiry := d.tell(wire.KindInquire, wire.Inquire{TransactionID: "T-9"})
	<-h.till.arrived
	_, err := ask[wire.OrderSent](d, wire.KindSendOrder, goodOrder("c1", "k1"), wire.KindOrderSent)
	h.must(err)
	for range inquiriesMost - 1 {
		d.tell(wire.KindInquire, wire.Inquire{TransactionID: "T-9"})
		<-h.till.arrived
	}
	_, err = ask[wire.Inquired](d, wire.KindInquire, wire.Inquire{TransactionID: "T-9"}, wire.KindInquired)
	refusedWith(t, err, wire.CodeUnavailable, message.E309.Text())

	_, err = ask[struct{}](d, wire.KindLogout, nil, wire.KindDone)
	h.must(err)
	// Whoever logs in next on this connection gets no answer to it.
	id := d.tell(wire.KindLogin, loginOf(tanaka, "ws-tanaka"))
	if frame := d.answer(id); frame.Kind != wire.KindSession {
		t.Fatalf("answered with %s", frame.Kind)
	}
	d.beat()
	for _, frame := range d.pushed {
		if frame.ID == inquiry {
			t.Errorf("the inquiry of another user was answered with %s", frame.Kind)
		}
	}
}
