package identity

import (
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

const longPassword = "correct-horse-battery1"

// underPCI puts the merchant under the PCI policy, and the users' passwords with it.
func (h *house) underPCI() {
	h.t.Helper()
	merchant := ivr.DefaultMerchant("shop", "つなぎ商店")
	merchant.PasswordPolicy = ivr.PolicyPCI
	h.must(h.store.PutMerchant(h.t.Context(), merchant))
	h.setPassword(operator, longPassword)
	h.setPassword(supervisor, longPassword)
}

func TestPCIPasswordsHaveTwelveToThirty(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.underPCI()
		seat, err := h.login(longPassword, "ws1")
		h.must(err)
		for _, short := range []string{"eleven-let1", "12345678901"} {
			refusedWith(t, h.change(seat, longPassword, short), wire.CodePasswordRefused, message.PasswordRulePCI)
		}
		refusedWith(t, h.change(seat, longPassword, "no-digits-at-all"), wire.CodePasswordRefused, message.PasswordRulePCI)
		h.must(h.change(seat, longPassword, "twelve-lett1"))
	})
}

// A password of 90 days: advice under the guide's policy, forced under the PCI one, and
// a crash in between does not get around it.
func TestPCIForcesAChangeAfterNinetyDays(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.underPCI()
		seat, err := h.login(longPassword, "ws1")
		h.must(err)
		time.Sleep(passwordOld) // a session lasts: nobody is thrown out of a call
		seat = h.mustResume(seat.Grant().Token, "ws1")
		if grant := seat.Grant(); !grant.Ready() || !grant.PasswordIsOld {
			t.Errorf("in the middle of a session: got %+v", grant)
		}
		h.must(seat.Logout(t.Context()))

		seat, err = h.login(longPassword, "ws1")
		h.must(err)
		if !seat.Grant().PasswordMustChange || h.Online(operator) {
			t.Error("an old password may still be worked with")
		}
		h.must(seat.Lost(t.Context()))
		seat = h.mustResume(seat.Grant().Token, "ws1")
		if !seat.Grant().PasswordMustChange {
			t.Error("a resume gets around the change")
		}
		refusedWith(t, h.change(seat, "", longPassword), wire.CodePasswordRefused, message.PasswordReused)
		h.must(h.change(seat, "", "another-long-pass2"))
		if !seat.Grant().Ready() || !h.Online(operator) {
			t.Error("changed, and still not ready")
		}
		seat = h.mustResume(seat.Grant().Token, "ws1")
		if !seat.Grant().Ready() {
			t.Error("a resume asks for the change again")
		}
		// From here on it is a change like any other.
		refusedWith(t, h.change(seat, "", "yet-another-pass3"), wire.CodePasswordRefused, message.PasswordWrong)
	})
}

func TestAPasswordFromBeforeThePolicyIsReplaced(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.underPCI()
		h.setPassword(operator, "short-one1")
		seat, err := h.login("short-one1", "ws1")
		h.must(err)
		if !seat.Grant().PasswordMustChange {
			t.Error("ten characters are enough")
		}
	})
}

func TestPCIDisablesWhatNobodyUses(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.underPCI()
		seat, err := h.login(longPassword, "ws1")
		h.must(err)
		h.must(seat.Logout(t.Context()))
		time.Sleep(dormantAfter - time.Hour)
		seat, err = h.login(longPassword, "ws1") // used in time: it goes on for another 90 days
		h.must(err)
		merchants := []ivr.Merchant{seat.Grant().Merchant}
		time.Sleep(2 * time.Hour)
		h.must(h.DisableDormant(t.Context(), merchants))
		for key, want := range map[ivr.UserKey]bool{operator: false, supervisor: true} { // the supervisor never came
			if user, err := h.store.User(t.Context(), key); err != nil || user.Disabled != want {
				t.Errorf("%s disabled: %v, %v, want %v", key, user.Disabled, err, want)
			}
		}
		time.Sleep(dormantAfter)
		h.must(h.DisableDormant(t.Context(), merchants))
		if !h.Online(operator) {
			t.Error("who is logged in was disabled as unused")
		}
		h.must(seat.Logout(t.Context())) // seen until now
		time.Sleep(dormantAfter)
		_, err = h.login(longPassword, "ws1") // at the login itself, before the day's look
		refusedWith(t, err, wire.CodeAuthFailed, message.AuthFailed)
		user, err := h.store.User(t.Context(), operator)
		if err != nil || !user.Disabled {
			t.Errorf("disabled: %v, %v", user.Disabled, err)
		}

		user.Disabled, user.IVRNumber = false, "05030001024"
		h.must(h.EditUser(t.Context(), byBoss, user))
		if _, err := h.login(longPassword, "ws1"); err != nil {
			t.Errorf("enabled again: %v", err)
		}
	})
}

func TestTheGuidesPolicyDisablesNobody(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		time.Sleep(3 * dormantAfter)
		seat := h.mustLogin("ws1")
		if grant := seat.Grant(); !grant.Ready() || !grant.PasswordIsOld || grant.IdleLock != 0 {
			t.Errorf("got %+v, want advice and nothing else", grant)
		}
	})
}

// A temporary password is good for one session and 24 hours (8.3.5).
func TestTemporaryPasswordIsUsedOnce(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		first, err := h.Initialize(t.Context(), byBoss, operator, false)
		h.must(err)
		seat, err := h.login(first, "ws1")
		h.must(err)
		h.must(seat.Lost(t.Context()))
		seat, err = h.login(first, "ws1") // the same workstation comes back to it
		if err != nil || !seat.Grant().PasswordMustChange {
			t.Fatalf("the same workstation: %v", err)
		}
		h.must(seat.Logout(t.Context()))
		for _, workstation := range []string{"ws1", "ws2"} {
			_, err = h.login(first, workstation)
			refusedWith(t, err, wire.CodeAuthFailed, message.AuthFailed)
		}
	})
}

func TestTemporaryPasswordExpires(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		first, err := h.Initialize(t.Context(), byBoss, operator, false)
		h.must(err)
		time.Sleep(temporaryFor - time.Second)
		seat, err := h.login(first, "ws1")
		h.must(err)
		h.must(seat.Logout(t.Context()))

		first, err = h.Initialize(t.Context(), byBoss, operator, false)
		h.must(err)
		time.Sleep(temporaryFor)
		_, err = h.login(first, "ws1")
		refusedWith(t, err, wire.CodeAuthFailed, message.AuthFailed)
	})
}
