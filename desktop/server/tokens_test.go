package server

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

var suzuki = Owner{address, "demo", "suzuki"}

func (d *desk) loginAs(user string) {
	d.t.Helper()
	if _, err := d.Login(d.t.Context(), wire.Login{MerchantID: "demo", UserID: user, Password: "demo-1234"}); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) wantTokens(want map[Owner]string) {
	d.t.Helper()
	synctest.Wait()
	d.store.mu.Lock()
	defer d.store.mu.Unlock()
	if !maps.Equal(d.store.tokens, want) {
		d.t.Errorf("tokens: got %v, want %v", d.store.tokens, want)
	}
}

// A program that is started for somebody must not show the work of who was there before.
func TestStartForAnotherUserResumesNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		s := newStoreWith("token-of-sato")
		s.pins[address] = f.fingerprint
		d := newDeskFor(t, f, s, Owner{Merchant: "demo", User: "suzuki"})
		d.waitPhase(PhaseConnected)
		if n := f.count(wire.KindResume); n != 0 {
			t.Error("sato's session was resumed")
		}
		d.loginAs("suzuki")
		if f.loginToken != "" {
			t.Errorf("suzuki's login brought the token %q", f.loginToken)
		}
		d.wantTokens(map[Owner]string{sato: "token-of-sato", suzuki: "token-1"})

		if err := d.Logout(t.Context()); err != nil {
			t.Fatal(err)
		}
		d.wantTokens(map[Owner]string{sato: "token-of-sato"})
		d.loginAs("sato")
		if f.loginToken != "token-of-sato" {
			t.Errorf("sato's login brought the token %q, want the one that was left", f.loginToken)
		}
		d.wantTokens(map[Owner]string{sato: "token-2"})
	})
}

func TestStartForAUserResumesThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		f.token, f.user = "token-9", "suzuki"
		s := newStoreWith("token-of-sato")
		s.pins[address], s.tokens[suzuki] = f.fingerprint, "token-9"
		d := newDeskFor(t, f, s, Owner{Merchant: "demo", User: "suzuki"})
		if e := d.wait("the session", func(e Event) bool { return e.Session != nil }); e.Session.User.ID != "suzuki" {
			t.Errorf("resumed %s", e.Session.User.ID)
		}
		d.wantTokens(map[Owner]string{sato: "token-of-sato", suzuki: "token-1"})
	})
}

func TestTokenOfNobodyKnownFindsItsUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		f.token = "token-9"
		s := newStore()
		earlier := Owner{Address: address}
		s.pins[address], s.tokens[earlier], s.current[address] = f.fingerprint, "token-9", earlier
		d := newDesk(t, f, s)
		d.wait("the session", func(e Event) bool { return e.Session != nil })
		d.wantTokens(map[Owner]string{sato: "token-1"})
	})
}

func TestTokenThatTheServerRefusesIsRemoved(t *testing.T) {
	for name, owner := range map[string]Owner{"of a user": sato, "of nobody known": {Address: address}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFakeServer(t)
				s := newStore()
				s.pins[address], s.tokens[owner], s.current[address] = f.fingerprint, "token-9", owner
				d := newDesk(t, f, s)
				d.waitPhase(PhaseConnected)
				d.wantTokens(map[Owner]string{})
			})
		})
	}
}

// However the end of a session and the keeping of its token come together.
func TestSessionThatEndsAtOnceLeavesNoToken(t *testing.T) {
	for range 50 {
		synctest.Test(t, func(t *testing.T) {
			f := newFakeServer(t)
			f.endsAtOnce = true
			d := connectedDesk(t, f)
			d.Login(t.Context(), wire.Login{MerchantID: "demo", UserID: "sato", Password: "demo-1234"}) //nolint:errcheck // either is right
			d.wait("the logout", func(e Event) bool { return e.LoggedOut != nil })
			d.wantTokens(map[Owner]string{})
		})
	}
}

func TestWorksOnWhereTokensCannotBeKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		d := connectedDesk(t, f)
		d.store.mu.Lock()
		d.store.err = errors.New("the keyring is locked")
		d.store.mu.Unlock()
		d.login()
		f.closeAll()
		d.waitPhase(PhaseLost)
		d.wait("the session", func(e Event) bool { return e.Session != nil })
		d.waitPhase(PhaseConnected)
		if err := d.Logout(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestOldTokensAreRemovedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		s := newStore()
		s.pins[address], s.again = f.fingerprint, 6*time.Minute
		begin := time.Now()
		d := newDesk(t, f, s)
		d.waitPhase(PhaseConnected)
		<-time.After(7 * time.Minute)
		s.mu.Lock()
		s.again = 0 // nothing is left
		s.mu.Unlock()
		<-time.After(time.Hour)
		d.login()
		<-time.After(time.Hour)
		var at []time.Duration
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, tidied := range s.tidied {
			at = append(at, tidied.Sub(begin).Round(time.Minute))
		}
		// At the start, when it said so, then at its next word, and after a login.
		want := []time.Duration{0, 6 * time.Minute, 12 * time.Minute, time.Hour + 7*time.Minute}
		if len(at) != len(want) {
			t.Fatalf("looked through after %v, want %v", at, want)
		}
		for i := range want {
			if at[i] != want[i] {
				t.Errorf("looked through after %v, want %v", at, want)
				break
			}
		}
	})
}

func TestDamagedPinIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		s := newStore()
		s.pins[address] = f.fingerprint[:40]
		d := newDesk(t, f, s)
		if l := d.waitPhase(PhaseUntrusted); l.Certificate.Changed || l.Message == message.CertificateChanged {
			t.Errorf("got %+v: the server did not change", l)
		}
		if err := d.Trust(strings.ToUpper(f.fingerprint)); err != nil {
			t.Fatal(err)
		}
		d.waitPhase(PhaseConnected)
	})
}
