package e2e

import (
	"slices"
	"strings"
	"testing"

	"tsunagi/server/e2e/site"
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
	s := site.New(t, nil)
	o := site.FirstLogin(t, s)
	c := ring(t, s, phone.Script{Cards: []phone.Card{card(t, visa, "1230", "123")}})
	window := o.Call(wire.StateSendWindow)
	if open := window.DeadlineAtMs - window.StateAtMs; open < 20_000 || open > 20_100 {
		t.Errorf("the window is open for %d ms", open)
	}
	o.Send(window, form("T-1"))
	end := o.Row(string(message.EndedOK))
	if end.TransactionID != "T-1" || !end.Ends {
		t.Errorf("end row %+v", end)
	}
	if call := c.end(); call.Outcome != phone.Paid {
		t.Errorf("the customer: %s, %s", call.Outcome, call.Why)
	} else if got, want := strings.TrimPrefix(heard(call), "press-send "), "order-received greeting amount-is amount-end count-1 card-number expiry security-code-3 please-wait approved goodbye"; got != want {
		t.Errorf("the customer heard\n%s\nwant\n%s", got, want)
	}
	want := []string{
		"01.転送完了トップ", "02.カード番号取得", "02.有効期限取得", "02.セキュリティコード取得", "02.カード情報取得OK",
		"03.カード与信", "03.カード与信_OK OK A001", "【決済OK】IVRとの通話が終了しました。",
	}
	if got := o.Points(); !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}

	again := ring(t, s, phone.Script{HangUpAt: "send-window-expired"})
	second := o.Call(wire.StateSendWindow, window.ID)
	frame := o.Ask(wire.KindSendOrder, wire.SendOrder{CallID: second.ID, Key: "again", Form: form("T-1")})
	refused := site.Decode[wire.Error](t, frame, wire.KindError)
	if refused.Code != wire.CodeOrderRefused || len(refused.Refusals) != 1 || refused.Refusals[0].Message != order.AlreadyPaid {
		t.Errorf("a paid order: %+v", refused)
	}
	if frame := o.Ask(wire.KindAsk, wire.Ask{CallID: second.ID, What: wire.RequestAbort}); frame.Kind != wire.KindDone {
		t.Errorf("中断: %s %s", frame.Kind, frame.Body)
	}
	o.Notice("F301")
	again.end()
	writtenDown(t, s, o, window.ID)
}

func TestARefusedCardAndAnotherOne(t *testing.T) {
	t.Parallel()
	s := site.New(t, nil)
	o := site.FirstLogin(t, s)
	c := ring(t, s, phone.Script{Cards: []phone.Card{card(t, visa, refusedAG6, "123"), card(t, amex, "1230", "1234")}})
	o.Send(o.Call(wire.StateSendWindow), form("T-1"))
	o.Row(string(message.EndedOK))
	if call := c.end(); call.Outcome != phone.Paid {
		t.Errorf("the customer: %s, %s", call.Outcome, call.Why)
	}
	points := o.Points()
	for _, want := range []string{"03.カード与信_NG NG AG61", "03.カード与信_OK OK A001"} {
		if !slices.Contains(points, want) {
			t.Errorf("no %q in %q", want, points)
		}
	}
}

func TestThePaymentGoesOnWhenEverybodyHasGone(t *testing.T) {
	t.Parallel()
	s := site.New(t, site.Settings{"sim_delay": "'3s'"})
	o := site.FirstLogin(t, s)
	c := ring(t, s, phone.Script{Cards: []phone.Card{card(t, visa, "1230", "123")}, HangUpAt: "please-wait"})
	o.Send(o.Call(wire.StateSendWindow), form("T-1"))
	if call := c.end(); call.Outcome != phone.HungUp {
		t.Fatalf("the customer: %s, %s", call.Outcome, call.Why)
	}
	if err := o.Conn.Close(1000, ""); err != nil { // and the operator's machine is gone
		t.Log(err)
	}
	s.Log.Wait(t, string(message.EndedOK))
	back := site.Resume(t, s, o)
	if row := back.Row(string(message.EndedOK)); row.TransactionID != "T-1" {
		t.Errorf("the row after coming back: %+v", row)
	}
}

// The server is killed between the request and its answer: nobody may be told OK or
// NG, the order stays locked, and inquiry finds out what happened.
func TestAKilledServerSettlesWhatItHadAsked(t *testing.T) {
	t.Parallel()
	s := site.New(t, site.Settings{"sim_delay": "'25s'"})
	o := site.FirstLogin(t, s)
	ring(t, s, phone.Script{Cards: []phone.Card{card(t, visa, "1230", "123")}})
	// The acquirer swallows this amount: it books nothing, before the kill or after it.
	swallowed := order.Form{TransactionID: "T-1", Amount: "9904", PaymentCount: "1"}
	o.Send(o.Call(wire.StateSendWindow), swallowed)
	s.Log.Wait(t, "attempt written down")
	s.Kill()
	s.Change(site.Settings{"sim_delay": "'50ms'"})
	s.Start()
	s.Log.Wait(t, "attempt was being sent when the server ended")
	back := site.Resume(t, s, o)
	// The acquirer's books have nothing, but once is not enough to be certain.
	ring(t, s, phone.Script{HangUpAt: "send-window-expired"})
	window := back.Call(wire.StateSendWindow)
	frame := back.Ask(wire.KindSendOrder, wire.SendOrder{CallID: window.ID, Key: "k", Form: swallowed})
	refused := site.Decode[wire.Error](t, frame, wire.KindError)
	if refused.Code != wire.CodeOrderRefused || refused.MessageID != string(message.W406) {
		t.Errorf("an order whose outcome is open: %+v", refused)
	}
	back.Send(window, form("T-2")) // another order is not held up
}
