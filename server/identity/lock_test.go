package identity

import (
	"testing"
	"time"

	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

func (h *house) unlock(seat *Seat, password string) error {
	return h.Unlock(h.t.Context(), seat, wire.Unlock{Password: password})
}

func TestALockedScreenAsksThePasswordWhileTheSessionGoesOn(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.underPCI()
		seat, err := h.login(longPassword, "ws1")
		h.must(err)
		if got := seat.Grant().IdleLock; got != 15*time.Minute {
			t.Errorf("locks after %v, want 15 minutes (8.2.8)", got)
		}
		h.must(h.Lock(t.Context(), seat))
		h.must(h.Lock(t.Context(), seat)) // twice is once
		grant := seat.Grant()
		if blocked := grant.Blocked(); blocked == nil || blocked.Code != wire.CodeScreenLocked || !grant.Ready() {
			t.Errorf("locked: got %+v", grant)
		}
		if !h.Online(operator) {
			t.Error("a locked screen took the operator off the calls")
		}
		_, err = h.login(longPassword, "ws2")
		refusedWith(t, err, wire.CodeAlreadyLoggedIn, message.AlreadyLoggedIn)

		h.must(seat.Lost(t.Context()))
		h.restart(time.Minute)
		seat = h.mustResume(seat.Grant().Token, "ws1")
		if !seat.Grant().Locked {
			t.Fatal("a crash, a restart and a resume open the screen")
		}
		refusedWith(t, h.unlock(seat, "wrong-password1"), wire.CodeAuthFailed, message.AuthFailed)
		if !seat.Grant().Locked {
			t.Error("a wrong password opens the screen")
		}
		h.must(h.unlock(seat, longPassword))
		if seat.Grant().Blocked() != nil {
			t.Errorf("unlocked: got %+v", seat.Grant())
		}
		seat = h.mustResume(seat.Grant().Token, "ws1")
		if seat.Grant().Locked {
			t.Error("locked again after a resume")
		}
	})
}

func TestGuessingAtALockedScreenLocksTheAccount(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seat := h.mustLogin("ws1")
		h.must(h.Lock(t.Context(), seat))
		for range lockedAfter {
			refusedWith(t, h.unlock(seat, "guess-123"), wire.CodeAuthFailed, message.AuthFailed)
		}
		refusedWith(t, h.unlock(seat, password), wire.CodeLocked, message.Locked)

		first, err := h.UnlockAccount(t.Context(), byBoss, operator)
		h.must(err)
		h.must(h.unlock(seat, first))
		if !seat.Grant().PasswordMustChange {
			t.Error("the temporary password need not be replaced")
		}
		h.must(h.change(seat, "", "my-own-pass1"))
		if !seat.Grant().Ready() {
			t.Error("replaced, and still not ready")
		}
	})
}

func TestAnEndedSeatIsNeitherLockedNorUnlocked(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seat := h.mustLogin("ws1")
		h.must(seat.Logout(t.Context()))
		refusedWith(t, h.Lock(t.Context(), seat), wire.CodeSessionLost, message.E309.Text())
		refusedWith(t, h.unlock(seat, password), wire.CodeSessionLost, message.E309.Text())
		h.mustLogin("ws1")
	})
}
