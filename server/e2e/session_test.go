package e2e

import (
	"testing"

	"tsunagi/server/e2e/site"
	"tsunagi/server/phone"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// Product.md 3: who was cut off comes back at once at the own workstation, also when
// somebody else has worked there meanwhile and over a crash of the server; a token alone
// is not enough then.
func TestBackAtTheOwnWorkstation(t *testing.T) {
	t.Parallel()
	s := site.New(t, nil)
	sato := site.FirstLogin(t, s)
	first := s.AddOperator("suzuki", "05030001025")
	login := func(user, password, token string) wire.Frame {
		t.Helper()
		return site.Connect(t, s).Ask(wire.KindLogin, wire.Login{
			MerchantID: "shop", UserID: user, Password: password, Entrance: wire.EntranceOperator,
			Workstation: "workstation-sato", Token: token,
		})
	}
	refused := func(what string, frame wire.Frame, code wire.Code, words string) {
		t.Helper()
		if got := site.Decode[wire.Error](t, frame, wire.KindError); got.Code != code || got.Message != words {
			t.Errorf("%s: got %s %q, want %s %q", what, got.Code, got.Message, code, words)
		}
	}
	// Suzuki comes and goes while the server takes sato's connection for a good one.
	suzuki := site.Connect(t, s)
	site.Decode[wire.Session](t, suzuki.Ask(wire.KindLogin, wire.Login{
		MerchantID: "shop", UserID: "suzuki", Password: first, Entrance: wire.EntranceOperator, Workstation: "workstation-sato",
	}), wire.KindSession)
	if frame := suzuki.Ask(wire.KindLogout, nil); frame.Kind != wire.KindDone {
		t.Fatalf("logout: %s", frame.Kind)
	}

	token := sato.Session.Token
	refused("the token alone", site.Connect(t, s).Ask(wire.KindResume, wire.Resume{Token: token, Workstation: "workstation-sato"}),
		wire.CodeSessionLost, message.E309.Text())
	refused("a wrong password", login("sato", "Sakura-2025", token), wire.CodeAuthFailed, message.AuthFailed)
	refused("no token", login("sato", site.Password, ""), wire.CodeAlreadyLoggedIn, message.AlreadyLoggedIn)
	s.Kill()
	s.Start()
	refused("the token alone, after a crash", site.Connect(t, s).Ask(wire.KindResume, wire.Resume{Token: token, Workstation: "workstation-sato"}),
		wire.CodeSessionLost, message.E309.Text())
	session := site.Decode[wire.Session](t, login("sato", site.Password, token), wire.KindSession)
	if session.User.ID != "sato" || session.Token == token {
		t.Errorf("got %+v", session)
	}
}

// What an administrator changes is on the screens at once, and of the next call; a call in
// progress goes on as it began.
func TestSettingsReachTheScreensAtOnce(t *testing.T) {
	t.Parallel()
	s := site.New(t, nil)
	o := site.FirstLogin(t, s)
	command := func(args ...string) {
		t.Helper()
		s.Command(append(args, "--config", s.Config())...)
	}
	c := ring(t, s, phone.Script{HangUpAt: "greeting"})
	window := o.Call(wire.StateSendWindow)
	command("merchant", "edit", "shop", "--member-id")
	if settings := o.Settings(1); !settings.Merchant.MemberID || settings.User != o.Session.User {
		t.Errorf("got %+v", settings)
	}
	command("user", "edit", "shop/sato", "--comment", "夜間受付", "--ivr-number", "05030001099")
	if settings := o.Settings(2); settings.User.Comment != "夜間受付" || settings.User.IVRNumber != "050-3000-1099" {
		t.Errorf("got %+v", settings.User)
	}

	member := form("T-1")
	member.MemberID = "member-1"
	frame := o.Ask(wire.KindSendOrder, wire.SendOrder{CallID: window.ID, Key: "k-1", Form: member})
	if got := site.Decode[wire.Error](t, frame, wire.KindError); got.Code != wire.CodeOrderRefused || len(got.Refusals) != 1 {
		t.Errorf("a member ID for a call that began without: %+v", got)
	}
	o.Send(window, form("T-1"))
	c.end()

	c = ring(t, s, phone.Script{HangUpAt: "greeting", Numbers: []string{"05030001099"}})
	window = o.Call(wire.StateSendWindow, window.ID)
	member.TransactionID = "T-2"
	o.Send(window, member)
	c.end()
	command("merchant", "edit", "shop", "--no-monitoring")
	if o.Settings(3).Merchant.Monitoring {
		t.Error("monitoring is on still")
	}
}
