package e2e

import (
	"testing"

	"tsunagi/server/e2e/site"
	"tsunagi/server/phone"
	"tsunagi/shared/wire"
)

// Product.md 6, 1: what a caller is told whose call is not taken.
func TestWhoseCallIsNotTaken(t *testing.T) {
	t.Parallel()
	s := site.New(t, nil)
	want := func(what string, script phone.Script, status int) {
		t.Helper()
		script.HangUpAt = phone.AtAnswer
		if call := ring(t, s, script).end(); call.Outcome != phone.Refused || call.Status != status {
			t.Errorf("%s: %s %d, want %d", what, call.Outcome, call.Status, status)
		}
	}
	want("unknown number", phone.Script{Numbers: []string{"05099999999"}}, 404)
	want("operator not logged in", phone.Script{}, 480)

	o := site.Login(t, s, "sato", s.FirstPassword)
	want("operator has not set a password", phone.Script{}, 480)
	site.Decode[wire.Session](t, o.Ask(wire.KindSetPassword, wire.SetPassword{New: site.Password, Repeat: site.Password}), wire.KindSession)

	first := ring(t, s, phone.Script{HangUpAt: "greeting"})
	window := o.Call(wire.StateSendWindow)
	want("operator has a call in the send window", phone.Script{}, 486)
	o.Send(window, form("T-1"))
	if call := first.end(); call.Outcome != phone.HungUp {
		t.Errorf("the first call: %s, %s", call.Outcome, call.Why)
	}
	if frame := o.Ask(wire.KindLogout, nil); frame.Kind != wire.KindDone {
		t.Errorf("logout: %s", frame.Kind)
	}
	want("operator has logged out", phone.Script{}, 480)
}

// Product.md 6, 2 and 4: the dialog F301 in each way in which a call ends before its
// customer has reached the IVR.
func TestTheCallEndsBeforeTheCustomerIsThere(t *testing.T) {
	t.Parallel()
	s := site.New(t, nil)
	o := site.FirstLogin(t, s)
	hungUp := ring(t, s, phone.Script{HangUpAt: "press-send"})
	window := o.Call(wire.StateSendWindow)
	hungUp.end()
	if notice := o.Notice("F301"); notice.CallID != window.ID || notice.Message != "決済処理が中断されました。" {
		t.Errorf("got %+v", notice)
	}
	frame := o.Ask(wire.KindSendOrder, wire.SendOrder{CallID: window.ID, Key: "late", Form: form("T-1")})
	if late := site.Decode[wire.Error](t, frame, wire.KindError); late.Code != wire.CodeNoWindow || late.MessageID != "F303" {
		t.Errorf("an order for a call that is gone: %+v", late)
	}
	if points := o.Points(); len(points) != 0 {
		t.Errorf("rows of a call without a customer: %q", points)
	}
}
