package e2e

import (
	"slices"
	"testing"

	"tsunagi/server/phone"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

func form(transaction string) order.Form {
	return order.Form{TransactionID: transaction, Amount: "4980", PaymentCount: "1"}
}

// The main job: an order sent from the desktop is paid over a real SIP call.
func TestAnOrderIsPaidAndCannotBePaidAgain(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	o := firstLogin(t, s)
	c := ring(t, s, phone.Script{Cards: []phone.Card{card(t, visa, "1230", "123")}})
	window := o.call(wire.StateSendWindow)
	if open := window.DeadlineAtMs - window.StateAtMs; open < 20_000 || open > 20_100 {
		t.Errorf("the window is open for %d ms", open)
	}
	o.send(window, form("T-1"))
	end := o.row(string(message.EndedOK))
	if end.TransactionID != "T-1" || !end.Ends {
		t.Errorf("end row %+v", end)
	}
	if call := c.end(); call.Outcome != phone.Paid {
		t.Errorf("the customer: %s, %s", call.Outcome, call.Why)
	} else if got, want := heard(call), "order-received greeting amount-is amount-end count-1 card-number expiry security-code-3 please-wait approved goodbye"; got != want {
		t.Errorf("the customer heard\n%s\nwant\n%s", got, want)
	}
	want := []string{
		"01.転送完了トップ", "02.カード番号取得", "02.有効期限取得", "02.セキュリティコード取得", "02.カード情報取得OK",
		"03.カード与信", "03.カード与信_OK OK A001", "【決済OK】IVRとの通話が終了しました。",
	}
	if got := o.points(); !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}

	again := ring(t, s, phone.Script{HangUpAt: "send-window-expired"})
	second := o.nextCall(window.ID, wire.StateSendWindow)
	frame := o.ask(wire.KindSendOrder, wire.SendOrder{CallID: second.ID, Key: "again", Form: form("T-1")})
	refused := decode[wire.Error](t, frame, wire.KindError)
	if refused.Code != wire.CodeOrderRefused || len(refused.Refusals) != 1 || refused.Refusals[0].Message != order.AlreadyPaid {
		t.Errorf("a paid order: %+v", refused)
	}
	if frame := o.ask(wire.KindAsk, wire.Ask{CallID: second.ID, What: wire.RequestAbort}); frame.Kind != wire.KindDone {
		t.Errorf("中断: %s %s", frame.Kind, frame.Body)
	}
	o.notice("F301")
	again.end()
}

func TestARefusedCardAndAnotherOne(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	o := firstLogin(t, s)
	c := ring(t, s, phone.Script{Cards: []phone.Card{card(t, visa, refusedAG6, "123"), card(t, amex, "1230", "1234")}})
	o.send(o.call(wire.StateSendWindow), form("T-1"))
	o.row(string(message.EndedOK))
	if call := c.end(); call.Outcome != phone.Paid {
		t.Errorf("the customer: %s, %s", call.Outcome, call.Why)
	}
	points := o.points()
	for _, want := range []string{"03.カード与信_NG NG AG61", "03.カード与信_OK OK A001"} {
		if !slices.Contains(points, want) {
			t.Errorf("no %q in %q", want, points)
		}
	}
}

func TestThePaymentGoesOnWhenEverybodyHasGone(t *testing.T) {
	t.Parallel()
	s := newServer(t, settings{"sim_delay": "'3s'"})
	o := firstLogin(t, s)
	c := ring(t, s, phone.Script{Cards: []phone.Card{card(t, visa, "1230", "123")}, HangUpAt: "please-wait"})
	o.send(o.call(wire.StateSendWindow), form("T-1"))
	if call := c.end(); call.Outcome != phone.HungUp {
		t.Fatalf("the customer: %s, %s", call.Outcome, call.Why)
	}
	if err := o.conn.Close(1000, ""); err != nil { // and the operator's machine is gone
		t.Log(err)
	}
	s.log.wait(t, string(message.EndedOK))
	back := resume(t, s, o)
	if row := back.row(string(message.EndedOK)); row.TransactionID != "T-1" {
		t.Errorf("the row after coming back: %+v", row)
	}
}

// The server is killed between the request and its answer: nobody may be told OK or
// NG, the order stays locked, and inquiry finds out what happened.
func TestAKilledServerSettlesWhatItHadAsked(t *testing.T) {
	t.Parallel()
	s := newServer(t, settings{"sim_delay": "'4s'"})
	o := firstLogin(t, s)
	ring(t, s, phone.Script{Cards: []phone.Card{card(t, visa, "1230", "123")}})
	o.send(o.call(wire.StateSendWindow), form("T-1"))
	s.log.wait(t, "attempt written down")
	s.kill()
	s.change(settings{"sim_delay": "'50ms'"})
	s.start()
	s.log.wait(t, "attempt was being sent when the server ended")
	back := resume(t, s, o)
	// The simulated acquirer was killed with the server before it had booked anything:
	// its books say so, but once is not enough to be certain.
	ring(t, s, phone.Script{HangUpAt: "send-window-expired"})
	window := back.call(wire.StateSendWindow)
	frame := back.ask(wire.KindSendOrder, wire.SendOrder{CallID: window.ID, Key: "k", Form: form("T-1")})
	refused := decode[wire.Error](t, frame, wire.KindError)
	if refused.Code != wire.CodeOrderRefused || refused.MessageID != string(message.W406) {
		t.Errorf("an order whose outcome is open: %+v", refused)
	}
	back.send(window, form("T-2")) // another order is not held up
}
