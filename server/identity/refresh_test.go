package identity

import (
	"testing"
	"time"

	"tsunagi/server"
)

// edit changes the merchant as an administrator's command does.
func (h *house) edit(change func(*ivr.Merchant)) {
	h.t.Helper()
	merchant, err := h.store.Merchant(h.t.Context(), operator.Merchant)
	h.must(err)
	change(&merchant)
	h.must(h.store.PutMerchant(h.t.Context(), merchant))
	h.must(h.Refresh(h.t.Context(), merchant.ID))
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
		if err := h.Refresh(t.Context(), "nobody"); err == nil {
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
