package ws

import (
	"context"
	"strings"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// known is what payments know against an order of a merchant.
type known struct {
	merchant ivr.MerchantID
	id       order.TransactionID
}

// Payable waits with an order that is looked up slowly.
func (d *desk) Payable(ctx context.Context, merchant ivr.MerchantID, id order.TransactionID) error {
	d.mu.Lock()
	refusal, slow := d.against[known{merchant, id}], d.slow
	d.mu.Unlock()
	if slow != nil && id == "SLOW" {
		slow <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}
	if refusal == "" {
		return nil
	}
	return &ivr.Error{Code: wire.CodeOrderRefused, Message: refusal, Refusals: []order.Refusal{
		{Field: order.FieldTransactionID, Message: refusal},
	}}
}

func check(d *desktop, id order.TransactionID) (wire.Checked, error) {
	d.t.Helper()
	return ask[wire.Checked](d, wire.KindCheck, wire.Check{TransactionID: id}, wire.KindChecked)
}

// product.md section 4: a paid transaction ID is refused at the field, before sending.
func TestCheckTellsWhatIsKnownOfTheOwnMerchantsOrders(t *testing.T) {
	h := newHouse(t)
	h.desk.against = map[known]string{
		{"shop", "PAID"}:  order.AlreadyPaid,
		{"shop", "OPEN"}:  message.W406.Text(),
		{"other", "THEM"}: order.AlreadyPaid,
	}
	d, _ := h.loggedIn(suzuki)
	for id, want := range map[order.TransactionID]string{
		"PAID": order.AlreadyPaid, "OPEN": message.W406.Text(), "NEW": "", "THEM": "",
	} {
		got, err := check(d, id)
		h.must(err)
		if got != (wire.Checked{TransactionID: id, Refusal: want}) {
			t.Errorf("got %+v, want %q against %s", got, want, id)
		}
	}
}

// A card number in place of an ID is looked up nowhere, and not written down.
func TestCheckOfWhatIsNoTransactionID(t *testing.T) {
	h := newHouse(t)
	d, _ := h.loggedIn(suzuki)
	for _, id := range []order.TransactionID{"4111111111111111", "4111-1111-1111-1111", "", "T/1", " T-1"} {
		_, err := check(d, id)
		refusedWith(t, err, wire.CodeBadRequest, message.E309.Text())
	}
	if strings.Contains(h.log.String(), "4111") {
		t.Error("the log has a card number")
	}
}

func TestCheckIsForOperators(t *testing.T) {
	h := newHouse(t)
	d, _ := h.loggedIn(boss)
	_, err := check(d, "T-1")
	refusedWith(t, err, wire.CodeNotAllowed, message.E309.Text())
}

// A look-up that does not come back holds up no order.
func TestOrderPassesACheck(t *testing.T) {
	h := newHouse(t)
	h.desk.slow = make(chan struct{})
	d, _ := h.loggedIn(suzuki)
	h.desk.open(suzuki, "c1")
	d.tell(wire.KindCheck, wire.Check{TransactionID: "SLOW"})
	<-h.desk.slow
	_, err := ask[wire.OrderSent](d, wire.KindSendOrder, goodOrder("c1", "k1"), wire.KindOrderSent)
	h.must(err)
}

func TestChecksAreRefusedWhenTheyAreTooMany(t *testing.T) {
	h := newHouse(t)
	d, _ := h.loggedIn(suzuki)
	for range checksAtOnce {
		_, err := check(d, "T-1")
		h.must(err)
	}
	// On a slow machine a few more have grown by then, but not a hundred.
	refusedWithin(t, d, 100)
}

func refusedWithin(t *testing.T, d *desktop, most int) {
	t.Helper()
	for range most {
		if _, err := check(d, "T-1"); err != nil {
			refusedWith(t, err, wire.CodeUnavailable, message.E309.Text())
			return
		}
	}
	t.Errorf("%d checks more were answered", most)
}

func TestWhoComesBackHasNoMoreChecks(t *testing.T) {
	h := newHouse(t)
	h.ws.checks.of = map[ivr.UserKey]allowance{suzuki: {at: time.Now().Add(time.Hour)}} // none grows before
	d, _ := h.loggedIn(suzuki)
	refusedWithin(t, d, 1)
	_, err := ask[struct{}](d, wire.KindLogout, nil, wire.KindDone)
	h.must(err)
	d.cut()
	d, _ = h.loggedIn(suzuki)
	refusedWithin(t, d, 1)
	other, _ := h.loggedIn(tanaka)
	_, err = check(other, "T-1")
	h.must(err)
}

func TestAllowanceGrowsAgain(t *testing.T) {
	a, now := newAllowance(), time.Unix(0, 0)
	for _, step := range []struct {
		after time.Duration
		asked int
		want  int
	}{
		{0, checksAtOnce + 5, checksAtOnce},
		{checkEvery - 1, 1, 0},
		{1, 2, 1},
		{checkEvery * 5 / 2, 5, 2},
		{checkEvery / 2, 5, 1},
		{time.Hour, 2 * checksAtOnce, checksAtOnce},
	} {
		now = now.Add(step.after)
		got := 0
		for range step.asked {
			if a.take(now) {
				got++
			}
		}
		if got != step.want {
			t.Errorf("after %s: got %d, want %d", step.after, got, step.want)
		}
	}
}
