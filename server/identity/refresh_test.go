package identity

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// edit changes the merchant as an administrator's command does.
func (h *house) edit(change func(*ivr.Merchant)) {
	h.t.Helper()
	merchant, err := h.store.Merchant(h.t.Context(), operator.Merchant)
	h.must(err)
	change(&merchant)
	h.must(h.store.PutMerchant(h.t.Context(), merchant))
	h.must(h.Refresh(h.t.Context(), byBoss, merchant.ID))
}

func changed(seat *Seat) bool {
	select {
	case <-seat.Changed():
		return true
	default:
		return false
	}
}

func TestSettingsReachStandingSessions(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seat := h.mustLogin("ws1")
		if changed(seat) {
			t.Error("a session that has just begun has nothing new")
		}
		h.edit(func(m *ivr.Merchant) { m.MemberID = true })
		h.edit(func(m *ivr.Merchant) { m.Monitoring = false })
		if !changed(seat) || changed(seat) {
			t.Error("two changes at once should be told once")
		}
		grant := seat.Grant()
		if !grant.Merchant.MemberID || grant.Merchant.Monitoring {
			t.Errorf("got %+v", grant.Merchant)
		}

		user := grant.User
		user.Comment, user.IVRNumber = "受注センター", "05030001024"
		h.must(h.EditUser(t.Context(), byBoss, user))
		if got := seat.Grant().User; !changed(seat) || got != user {
			t.Errorf("got %+v, want %+v", got, user)
		}
		h.must(h.EditUser(t.Context(), byBoss, user)) // nothing is new
		if changed(seat) {
			t.Error("told of an edit that changed nothing")
		}
		if err := h.Refresh(t.Context(), byBoss, "nobody"); err == nil {
			t.Error("refreshed a merchant that is not there")
		}
	})
}

func TestSettingsReachNobodyElse(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.addSecond()
		other, err := h.Login(t.Context(), loginOf(second, password, "ws2"), office)
		h.must(err)
		user := h.mustLogin("ws1").Grant().User
		user.Comment, user.IVRNumber = "受注センター", "05030001024"
		h.must(h.EditUser(t.Context(), byBoss, user))
		if changed(other) || other.Grant().User.Key != second {
			t.Errorf("another's session has changed: %+v", other.Grant().User)
		}
	})
}

// TestNewPolicyWaitsForTheNextLogin: nobody is taken away from a call to enrol an
// authenticator or to think of a longer password.
func TestNewPolicyWaitsForTheNextLogin(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.setPassword(operator, "short-1A") // too short for the policy
		seat, err := h.login("short-1A", "ws1")
		h.must(err)
		h.edit(func(m *ivr.Merchant) { m.PasswordPolicy = ivr.PolicyPCI })
		grant := seat.Grant()
		if !grant.Ready() || grant.Blocked() != nil {
			t.Errorf("the work is interrupted: %+v", grant)
		}
		if grant.IdleLock != idleLock || Shortest(grant.Merchant) != shortestPCI {
			t.Errorf("idle lock after %v, passwords from %d characters", grant.IdleLock, Shortest(grant.Merchant))
		}
		h.must(seat.Logout(t.Context()))
		seat, err = h.login("short-1A", "ws1")
		h.must(err)
		if !seat.Grant().PasswordMustChange {
			t.Error("the next login does not ask for a longer password")
		}
	})
}

// TestLoginSeesWhatChangedWhileThePasswordWasChecked: the account is looked up before.
func TestLoginSeesWhatChangedWhileThePasswordWasChecked(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		who, err := h.account(t.Context(), operator)
		h.must(err)
		h.edit(func(m *ivr.Merchant) { m.MemberID = true })
		h.changing.Lock()
		seat, err := h.admit(t.Context(), who, loginOf(operator, password, "ws1"), office, byBoss)
		h.changing.Unlock()
		h.must(err)
		if !seat.Grant().Merchant.MemberID {
			t.Error("the session began with the settings of before")
		}
		h.must(seat.Logout(t.Context()))

		h.edit(func(m *ivr.Merchant) { m.Sources = []string{"198.51.100.0/24"} })
		h.changing.Lock()
		_, err = h.admit(t.Context(), who, loginOf(operator, password, "ws1"), office, byBoss)
		h.changing.Unlock()
		refusedWith(t, err, wire.CodeAccessRestricted, message.AccessRestricted)
		h.edit(func(m *ivr.Merchant) { m.Sources = nil })

		user := who.user
		user.Disabled = true
		h.must(h.store.PutUser(t.Context(), user))
		h.changing.Lock()
		_, err = h.admit(t.Context(), who, loginOf(operator, password, "ws1"), office, byBoss)
		h.changing.Unlock()
		if err == nil {
			t.Error("a user was let in who was disabled meanwhile")
		}
	})
}

// TestWhoIsConnectedFromElsewhereIsLoggedOut: where logins may come from holds for the
// sessions that stand too, at once.
func TestWhoIsConnectedFromElsewhereIsLoggedOut(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.addSecond()
		home := netip.MustParseAddr("198.51.100.9")
		inOffice := h.mustLogin("ws1")
		atHome, err := h.Login(t.Context(), loginOf(second, password, "ws2"), home)
		h.must(err)
		h.edit(func(m *ivr.Merchant) { m.Sources = []string{office.String(), home.String()} })
		if err := errors.Join(inOffice.Err(), atHome.Err()); err != nil {
			t.Fatalf("logged out though both sources are allowed: %v", err)
		}

		h.edit(func(m *ivr.Merchant) { m.Sources = []string{office.String()} })
		<-atHome.Ended()
		if err := atHome.Err(); !errors.Is(err, ErrSource) || h.Online(second) {
			t.Errorf("ended with %v, online %v", err, h.Online(second))
		}
		if err := inOffice.Err(); err != nil {
			t.Errorf("the session in the office ended with %v", err)
		}
		for _, source := range []netip.Addr{home, office} {
			_, err := h.Resume(t.Context(), wire.Resume{Token: atHome.Grant().Token, Workstation: "ws2"}, source)
			refusedWith(t, err, wire.CodeAccessRestricted, message.AccessRestricted)
		}
		if want := "forced_logout ok shop/op2 by shop/boss from 192.0.2.8: source 198.51.100.9 not allowed any more"; !strings.Contains(h.told(), want) {
			t.Errorf("the audit log has no %q:\n%s", want, h.told())
		}
	})
}

// A session whose connection is lost has no source: its resume is looked at.
func TestLostSessionIsKeptWhereverItWas(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		home := netip.MustParseAddr("198.51.100.9")
		seat, err := h.Login(t.Context(), loginOf(operator, password, "ws1"), home)
		h.must(err)
		h.must(seat.Lost(t.Context()))
		h.edit(func(m *ivr.Merchant) { m.Sources = []string{office.String()} })
		resume := wire.Resume{Token: seat.Grant().Token, Workstation: "ws1"}
		_, err = h.Resume(t.Context(), resume, home)
		refusedWith(t, err, wire.CodeAccessRestricted, message.AccessRestricted)
		_, err = h.Resume(t.Context(), resume, office)
		h.must(err)
	})
}

func TestLostSeatComesBackWithTheSettings(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seat := h.mustLogin("ws1")
		h.must(seat.Lost(t.Context()))
		h.edit(func(m *ivr.Merchant) { m.MemberID = true })
		time.Sleep(time.Second)
		if !h.mustResume(seat.Grant().Token, "ws1").Grant().Merchant.MemberID {
			t.Error("resumed with the settings of before")
		}
	})
}
