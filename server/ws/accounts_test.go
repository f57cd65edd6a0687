package ws

import (
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"tsunagi/server"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

func TestSupervisorSeesAndLogsOutUsers(t *testing.T) {
	h := newHouse(t)
	d, _ := h.loggedIn(suzuki)
	b, _ := h.loggedIn(boss)
	users, err := ask[wire.Users](b, wire.KindListUsers, nil, wire.KindUsers)
	h.must(err)
	presence := map[string]wire.Presence{}
	for _, user := range users.Users {
		presence[user.User.ID] = user.Presence
		if user.User.ID == "suzuki" && (user.User.Comment != "鈴木 花子" || user.User.IVRNumber != "050-3000-1024" || user.SinceMs == 0) {
			t.Errorf("got %+v", user)
		}
	}
	if len(presence) != 4 || presence["suzuki"] != wire.PresenceOnline || presence["boss"] != wire.PresenceOnline ||
		presence["tanaka"] != wire.PresenceOffline || presence["kansa"] != wire.PresenceOffline {
		t.Errorf("got %v", presence)
	}
	force := func(from *desktop, user string) error {
		_, err := ask[struct{}](from, wire.KindForceLogout, wire.ForceLogout{UserID: user}, wire.KindDone)
		return err
	}
	refusedWith(t, force(b, "tanaka"), wire.CodeNotAllowed, message.NotLoggedIn)
	refusedWith(t, force(b, "nobody"), wire.CodeNotAllowed, message.NotLoggedIn)
	refusedWith(t, force(b, "boss"), wire.CodeNotAllowed, message.E309.Text()) // that is a logout
	refusedWith(t, force(d, "boss"), wire.CodeNotAllowed, message.E309.Text())
	h.must(force(b, "suzuki"))
	if got := push[wire.LoggedOut](d, wire.KindLoggedOut); got.Message != message.ForcedLogout {
		t.Errorf("told %q, want %q", got.Message, message.ForcedLogout)
	}
}

func TestAuditorSeesAndChangesNothing(t *testing.T) {
	h := newHouse(t)
	h.loggedIn(suzuki)
	h.desk.open(suzuki, "c1")
	d := h.dial()
	session, err := ask[wire.Session](d, wire.KindLogin, loginOf(auditor, "ws-kansa"), wire.KindSession)
	h.must(err)
	if !session.User.ReadOnly || session.User.Entrance != wire.EntranceSupervisor {
		t.Errorf("got %+v", session.User)
	}
	if snapshot := push[wire.Snapshot](d, wire.KindSnapshot); len(snapshot.Calls) != 1 {
		t.Errorf("sees %d calls, want all of the merchant's", len(snapshot.Calls))
	}
	_, err = ask[wire.Users](d, wire.KindListUsers, nil, wire.KindUsers)
	h.must(err)
	for kind, body := range map[wire.Kind]any{
		wire.KindForceLogout: wire.ForceLogout{UserID: "suzuki"},
		wire.KindSendOrder:   goodOrder("c1", "k1"),
		wire.KindAsk:         wire.Ask{CallID: "c1", What: wire.RequestAbort},
		wire.KindInquire:     wire.Inquire{TransactionID: "A-1"},
	} {
		_, err := ask[struct{}](d, kind, body, wire.KindDone)
		refusedWith(t, err, wire.CodeNotAllowed, message.E309.Text())
	}
}

func TestALockedSessionDoesNothingButSeesOn(t *testing.T) {
	h := newHouse(t)
	d, session := h.loggedIn(suzuki)
	_, err := ask[struct{}](d, wire.KindLock, nil, wire.KindDone)
	h.must(err)
	_, err = ask[struct{}](d, wire.KindLock, nil, wire.KindDone) // twice is once
	h.must(err)
	h.desk.open(suzuki, "c1") // calls go on, and are told
	if change := push[wire.Change](d, wire.KindChange); change.Call == nil || change.Call.ID != "c1" {
		t.Errorf("got %+v", change)
	}
	locked := func(d *desktop) {
		t.Helper()
		for kind, body := range map[wire.Kind]any{
			wire.KindSendOrder:   goodOrder("c1", "k1"),
			wire.KindAsk:         wire.Ask{CallID: "c1", What: wire.RequestAbort},
			wire.KindSetPassword: wire.SetPassword{Current: password, New: "my-own-pass1", Repeat: "my-own-pass1"},
		} {
			_, err := ask[struct{}](d, kind, body, wire.KindDone)
			refusedWith(t, err, wire.CodeScreenLocked, message.ScreenLocked)
		}
		_, err := ask[wire.Snapshot](d, wire.KindGetSnapshot, nil, wire.KindSnapshot)
		h.must(err)
	}
	locked(d)
	d.cut()
	d, resumed, _ := h.resumed(session.Token, "ws-suzuki")
	if !resumed.Locked {
		t.Error("the resumed session is open")
	}
	locked(d)
	_, err = ask[wire.Session](d, wire.KindUnlock, wire.Unlock{Password: "wrong-horse1"}, wire.KindSession)
	refusedWith(t, err, wire.CodeAuthFailed, message.AuthFailed)
	open, err := ask[wire.Session](d, wire.KindUnlock, wire.Unlock{Password: password}, wire.KindSession)
	h.must(err)
	if open.Locked || open.Token != resumed.Token {
		t.Errorf("unlocked: got %+v", open)
	}
	_, err = ask[wire.OrderSent](d, wire.KindSendOrder, goodOrder("c1", "k1"), wire.KindOrderSent)
	h.must(err)
	_, err = ask[struct{}](d, wire.KindLogout, nil, wire.KindDone)
	h.must(err)
}

func TestSupervisorUnderThePCIPolicyEnrolsFirst(t *testing.T) {
	h := newHouse(t)
	merchant := ivr.DefaultMerchant("shop", "つなぎ商店")
	merchant.PasswordPolicy = ivr.PolicyPCI
	h.must(h.store.PutMerchant(t.Context(), merchant))
	d := h.dial()
	session, err := ask[wire.Session](d, wire.KindLogin, loginOf(boss, "ws-boss"), wire.KindSession)
	h.must(err)
	if !session.OneTimeCodeMustEnrol || session.IdleLockSeconds != 900 || session.Merchant.PasswordShortest != 12 {
		t.Errorf("got %+v", session)
	}
	_, err = ask[wire.Users](d, wire.KindListUsers, nil, wire.KindUsers)
	refusedWith(t, err, wire.CodeOneTimeCodeRequired, message.OneTimeCodeRequired)
	secret, err := ask[wire.OneTimeCodeSecret](d, wire.KindEnrolOneTimeCode, nil, wire.KindOneTimeCodeSecret)
	h.must(err)
	code, err := totp.GenerateCode(secret.Secret, time.Now())
	h.must(err)
	_, err = ask[wire.Session](d, wire.KindConfirmOneTimeCode, wire.ConfirmOneTimeCode{Code: "000000"}, wire.KindSession)
	refusedWith(t, err, wire.CodeOneTimeCodeWrong, message.OneTimeCodeWrong)
	if len(d.pushed) != 0 {
		t.Errorf("pushed before the authenticator was enrolled: %v", d.pushed)
	}
	session, err = ask[wire.Session](d, wire.KindConfirmOneTimeCode, wire.ConfirmOneTimeCode{Code: code}, wire.KindSession)
	h.must(err)
	if session.OneTimeCodeMustEnrol {
		t.Error("enrolled, and asked to enrol")
	}
	push[wire.Snapshot](d, wire.KindSnapshot)
	_, err = ask[wire.Users](d, wire.KindListUsers, nil, wire.KindUsers)
	h.must(err)
}
