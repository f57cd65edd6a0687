package server

import (
	"testing"
	"testing/synctest"

	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

func TestALockedSessionStaysOnTheScreen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := loggedInDesk(t, newFakeServer(t))
		before := d.State().Session
		if err := d.Lock(t.Context()); err != nil {
			t.Fatal(err)
		}
		d.wait("the locked session", func(e Event) bool { return e.Session != nil && e.Session.Locked })
		if state := d.State(); !state.Session.Locked || state.Snapshot == nil {
			t.Errorf("state while locked: got %+v", state)
		}
		if before.Locked {
			t.Error("a session that was told before has changed")
		}
		session, err := d.Unlock(t.Context(), "demo-1234")
		if err != nil || session.Locked || session.Token != "" {
			t.Errorf("unlocked: got %+v, %v", session, err)
		}
		d.wait("the unlocked session", func(e Event) bool { return e.Session != nil && !e.Session.Locked })
		if got, _ := d.store.Token(sato); got == "" || d.State().Session.Locked {
			t.Errorf("after unlocking: token %q, session %+v", got, d.State().Session)
		}
	})
}

func TestAnAuthenticatorIsEnrolled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := loggedInDesk(t, newFakeServer(t))
		secret, err := d.EnrolOneTimeCode(t.Context())
		if err != nil || secret.Secret != "JBSWY3DP" || secret.URI != "otpauth://totp/x" {
			t.Errorf("got %+v, %v", secret, err)
		}
		if session, err := d.ConfirmOneTimeCode(t.Context(), "123456"); err != nil || session.User.ID != "sato" {
			t.Errorf("got %+v, %v", session, err)
		}
	})
}

func TestASupervisorLogsAUserOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := loggedInDesk(t, newFakeServer(t))
		users, err := d.Users(t.Context())
		if err != nil || len(users) != 1 || users[0].User.ID != "sato" || users[0].Presence != wire.PresenceLost {
			t.Errorf("users: got %+v, %v", users, err)
		}
		if err := d.ForceLogout(t.Context(), "sato"); err != nil {
			t.Error(err)
		}
		if refusal := wantCode(t, d.ForceLogout(t.Context(), "suzuki"), wire.CodeNotAllowed); refusal.Message != message.NotLoggedIn {
			t.Errorf("got %q", refusal.Message)
		}
	})
}
