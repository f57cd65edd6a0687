package server

import (
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/shared/link"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

func TestLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		f.snapshot = wire.Snapshot{Seq: 7, Calls: []wire.Call{{ID: "c-1"}}}
		d := connectedDesk(t, f)
		_, err := d.Login(t.Context(), wire.Login{Password: "wrong"})
		if refusal := wantCode(t, err, wire.CodeAuthFailed); refusal.Message != message.AuthFailed {
			t.Errorf("got %q", refusal.Message)
		}
		if session := d.login(); session.User.ID != "sato" || session.Token != "" {
			t.Errorf("got %+v, want sato's session without its token", session)
		}
		e := d.wait("the session", func(e Event) bool { return e.Session != nil })
		if e.Session.Token != "" {
			t.Error("the token is part of an event")
		}
		e = d.wait("the snapshot", func(e Event) bool { return e.Snapshot != nil })
		if e.Snapshot.Seq != 7 || len(e.Snapshot.Calls) != 1 {
			t.Errorf("snapshot: got %+v", e.Snapshot)
		}
		state := d.State()
		if state.Session == nil || state.Snapshot == nil || state.Snapshot.Seq != 7 || state.Link.Phase != PhaseConnected {
			t.Errorf("state: got %+v", state)
		}
		if got, _ := d.store.Token(sato); got != "token-1" {
			t.Errorf("kept token: got %q, want token-1", got)
		}
	})
}

func TestSetPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		d := loggedInDesk(t, f)
		session, err := d.SetPassword(t.Context(), wire.SetPassword{Current: "a", New: "b", Repeat: "b"})
		if err != nil || session.User.ID != "sato" || session.Token != "" {
			t.Errorf("got %+v, %v", session, err)
		}
		d.wait("the session", func(e Event) bool { return e.Session != nil })
	})
}

func TestLogout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		d := loggedInDesk(t, f)
		if err := d.Logout(t.Context()); err != nil {
			t.Fatal(err)
		}
		state := d.State()
		if state.Session != nil || state.Snapshot != nil {
			t.Errorf("state after logout: got %+v", state)
		}
		if got, _ := d.store.Token(sato); got != "" {
			t.Errorf("kept token after logout: got %q", got)
		}
		f.closeAll()
		d.waitPhase(PhaseConnected)
		if n := f.count(wire.KindResume); n != 0 {
			t.Errorf("resumed %d times after the logout", n)
		}
	})
}

func TestSettingsAreTakenOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		d := loggedInDesk(t, f)
		f.push(wire.KindSettings, wire.Settings{
			User: wire.User{ID: "sato", Comment: "夜間受付"}, Merchant: wire.Merchant{ID: "demo", MemberID: true}, IdleLockSeconds: 900,
		})
		e := d.wait("the settings", func(e Event) bool { return e.Session != nil && e.Session.Merchant.MemberID })
		if s := e.Session; s.User.Comment != "夜間受付" || s.IdleLockSeconds != 900 || s.Token != "" {
			t.Errorf("got %+v", s)
		}
		if state := d.State(); state.Session != e.Session || state.Snapshot == nil {
			t.Errorf("state: got %+v", state)
		}
		d.wantTokens(map[Owner]string{sato: "token-1"}) // it is the same session
		f.closeAll()
		d.waitPhase(PhaseLost)
		d.waitPhase(PhaseConnected)
		if f.count(wire.KindResume) != 1 {
			t.Error("the session was not resumed with its token")
		}
	})
}

func TestForcedLogout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		d := loggedInDesk(t, f)
		f.push(wire.KindLoggedOut, wire.LoggedOut{Message: message.ForcedLogout})
		f.closeAll()
		begin := time.Now()
		e := d.wait("the logout", func(e Event) bool { return e.LoggedOut != nil })
		if e.LoggedOut.Message != message.ForcedLogout {
			t.Errorf("got %q", e.LoggedOut.Message)
		}
		d.wait("the new connection", func(e Event) bool {
			if e.Link != nil && e.Link.Phase == PhaseLost {
				t.Error("a forced logout was shown as a lost connection")
			}
			return e.Link != nil && e.Link.Phase == PhaseConnected
		})
		if took := time.Since(begin); took > 0 {
			t.Errorf("the login screen waited %v for a connection", took)
		}
		if n := f.count(wire.KindResume); n != 0 {
			t.Error("the ended session was resumed")
		}
	})
}

func TestResumeAfterADrop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		d := loggedInDesk(t, f)
		f.closeAll()
		d.waitPhase(PhaseLost)
		if state := d.State(); state.Session == nil || state.Snapshot == nil {
			t.Error("what is on the screen was thrown away with the connection")
		}
		f.set(func() { f.snapshot.Seq = 30 })
		d.wait("the session", func(e Event) bool { return e.Session != nil })
		d.waitPhase(PhaseConnected)
		if got := d.State().Snapshot.Seq; got != 30 {
			d.wait("the new snapshot", func(e Event) bool { return e.Snapshot != nil && e.Snapshot.Seq == 30 })
		}
		synctest.Wait()
		if got, _ := d.store.Token(sato); got != "token-2" {
			t.Errorf("kept token: got %q, want the replaced one", got)
		}
	})
}

func TestResumeAtStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		f.token = "token-9"
		s := newStoreWith("token-9")
		s.pins[address] = f.fingerprint
		d := newDesk(t, f, s)
		d.wait("the session", func(e Event) bool { return e.Session != nil })
		d.waitPhase(PhaseConnected)
		if n := f.count(wire.KindLogin); n != 0 {
			t.Error("logged in instead of resuming")
		}
	})
}

func TestSessionThatTheServerForgot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		d := loggedInDesk(t, f)
		f.set(func() { f.token = "" }) // its five minutes are over
		f.closeAll()
		d.waitPhase(PhaseLost)
		d.wait("the logout", func(e Event) bool { return e.LoggedOut != nil })
		d.waitPhase(PhaseConnected)
		if got, _ := d.store.Token(sato); got != "" {
			t.Errorf("kept token: got %q, want none", got)
		}
		d.login()
	})
}

func TestRequestAnsweredWithSessionLost(t *testing.T) {
	for name, ask := range map[string]func(*desk) error{
		"order":    func(d *desk) error { return d.SendOrder(d.t.Context(), "c-1", "k", order.Form{}) },
		"password": func(d *desk) error { _, err := d.SetPassword(d.t.Context(), wire.SetPassword{}); return err },
		"logout":   func(d *desk) error { return d.Logout(d.t.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFakeServer(t)
				d := loggedInDesk(t, f)
				f.set(func() {
					for _, kind := range []wire.Kind{wire.KindSendOrder, wire.KindSetPassword, wire.KindLogout} {
						f.answers[kind] = &wire.Error{Code: wire.CodeSessionLost, Message: message.E309.Text()}
					}
				})
				wantCode(t, ask(d), wire.CodeSessionLost)
				e := d.wait("the logout", func(e Event) bool { return e.LoggedOut != nil })
				if got, _ := d.store.Token(sato); got != "" || e.LoggedOut.Message != message.E309.Text() {
					t.Errorf("token %q is kept, the person is told %q", got, e.LoggedOut.Message)
				}
			})
		})
	}
}

func TestServerThatCannotResumeYetIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		d := loggedInDesk(t, f)
		f.set(func() { f.answers[wire.KindResume] = &wire.Error{Code: wire.CodeUnavailable} })
		f.closeAll()
		<-time.After(time.Minute)
		if state := d.State(); state.Session == nil || state.Link.Phase != PhaseLost {
			t.Fatalf("got %+v, want the session kept and the link lost", state)
		}
		f.set(func() { delete(f.answers, wire.KindResume) })
		d.waitPhase(PhaseConnected)
	})
}

func TestOrderAndButtons(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		d := loggedInDesk(t, f)
		form := order.Form{TransactionID: "A-1", Amount: "1000", PaymentCount: "1"}
		if err := d.SendOrder(t.Context(), "c-1", "key-1", form); err != nil {
			t.Error(err)
		}
		if err := d.Ask(t.Context(), "c-1", wire.RequestAbort); err != nil {
			t.Error(err)
		}
		f.set(func() {
			f.answers[wire.KindSendOrder] = &wire.Error{Code: wire.CodeOrderRefused, Refusals: []order.Refusal{
				{Field: order.FieldTransactionID, Message: order.AlreadyPaid},
			}}
		})
		err := d.SendOrder(t.Context(), "c-1", "key-2", form)
		if refusal := wantCode(t, err, wire.CodeOrderRefused); len(refusal.Refusals) != 1 {
			t.Errorf("got %+v, want the refusal of one field", refusal)
		}
	})
}

// What is no transaction ID is refused here: it may be a card number, and is sent nowhere.
func TestCheckOfATransactionID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		d := loggedInDesk(t, f)
		for typed, want := range map[string]string{
			" A-1": order.AlreadyPaid, "4111111111111111": order.IDIsCard, "": order.TransactionIDMissing,
		} {
			if got, err := d.Check(t.Context(), typed); err != nil || got != want {
				t.Errorf("%q: got %q, %v, want %q", typed, got, err, want)
			}
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		for _, frame := range f.received {
			if frame.Kind != wire.KindCheck {
				continue
			}
			if body, _ := link.Decode[wire.Check](frame); body.TransactionID != "A-1" {
				t.Errorf("asked about %q", body.TransactionID)
			}
		}
	})
}

func TestSetServerLeavesTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		d := loggedInDesk(t, f)
		wantCode(t, d.SetServer("https://x"), wire.CodeBadRequest)
		if err := d.SetServer("other.example:9000"); err != nil {
			t.Fatal(err)
		}
		d.wait("the logout", func(e Event) bool { return e.LoggedOut != nil })
		if l := d.waitPhase(PhaseUntrusted); l.Address != "other.example:9000" {
			t.Errorf("address: got %q", l.Address)
		}
		if got, _ := d.store.Token(sato); got != "token-1" {
			t.Errorf("token of the server left behind: got %q, want token-1", got)
		}
	})
}
