package identity

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

func TestLostSessionIsKeptFiveMinutes(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seat := h.mustLogin("ws1")
		time.Sleep(24 * time.Hour) // a session lasts until logout
		_, err := h.login(password, "ws2")
		refusedWith(t, err, wire.CodeAlreadyLoggedIn, message.AlreadyLoggedIn)

		h.must(seat.Lost(t.Context()))
		time.Sleep(keptFor - time.Second)
		_, err = h.login(password, "ws2")
		refusedWith(t, err, wire.CodeAlreadyLoggedIn, message.AlreadyLoggedIn)
		time.Sleep(time.Second)
		_, err = h.resume(seat.Grant().Token, "ws1")
		refusedWith(t, err, wire.CodeSessionLost, message.E309.Text())
		if _, err := h.login(password, "ws2"); err != nil {
			t.Errorf("login of another workstation after 5 minutes: %v", err)
		}
	})
}

func TestSameWorkstationResumesAtOnce(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seat := h.mustLogin("ws1")
		first := seat.Grant().Token
		h.must(seat.Lost(t.Context()))
		_, err := h.resume(first, "ws2")
		refusedWith(t, err, wire.CodeSessionLost, message.E309.Text())
		_, err = h.resume("no-such-token", "ws1")
		refusedWith(t, err, wire.CodeSessionLost, message.E309.Text())

		seat = h.mustResume(first, "ws1")
		second := seat.Grant().Token
		if second == first {
			t.Error("the token was not replaced")
		}
		if seat.Grant().User.Key != operator {
			t.Errorf("resumed as %s, want %s", seat.Grant().User.Key, operator)
		}
		time.Sleep(2 * keptFor) // connected again: no clock runs
		if !h.Online(operator) {
			t.Error("a resumed operator should be online")
		}
		h.must(seat.Heard(t.Context()))
		_, err = h.resume(first, "ws1")
		refusedWith(t, err, wire.CodeSessionLost, message.E309.Text())
		h.mustResume(second, "ws1")
	})
}

// TestTokenThatNeverArrivedLosesNothing is a connection that breaks while the
// answer to a resume is on its way: the desktop has the older token still.
func TestTokenThatNeverArrivedLosesNothing(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seat := h.mustLogin("ws1")
		token := seat.Grant().Token
		h.must(seat.Lost(t.Context()))
		for range 3 {
			h.must(h.mustResume(token, "ws1").Lost(t.Context()))
		}
		h.restart(time.Minute)
		h.must(h.mustResume(token, "ws1").Lost(t.Context()))
	})
}

// TestTokenThatArrivedIsGoodUnheard is the same with the answer received and
// nothing sent since.
func TestTokenThatArrivedIsGoodUnheard(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		first := h.mustLogin("ws1").Grant().Token
		second := h.mustResume(first, "ws1").Grant().Token
		third := h.mustResume(second, "ws1").Grant().Token
		_, err := h.resume(first, "ws1")
		refusedWith(t, err, wire.CodeSessionLost, message.E309.Text())
		h.mustResume(third, "ws1")
	})
}

func TestSessionOutlivesTheServer(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		token := h.mustLogin("ws1").Grant().Token
		h.restart(time.Hour) // stopped: the connection was not lost by the desktop
		_, err := h.login(password, "ws2")
		refusedWith(t, err, wire.CodeAlreadyLoggedIn, message.AlreadyLoggedIn)
		time.Sleep(keptFor - 2*time.Second)
		token = h.mustResume(token, "ws1").Grant().Token

		h.restart(time.Second)
		time.Sleep(keptFor)
		_, err = h.resume(token, "ws1")
		refusedWith(t, err, wire.CodeSessionLost, message.E309.Text())
	})
}

func TestSessionLostBeforeTheStopKeepsItsClock(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seat := h.mustLogin("ws1")
		h.must(seat.Lost(t.Context()))
		h.restart(keptFor + time.Second)
		_, err := h.resume(seat.Grant().Token, "ws1")
		refusedWith(t, err, wire.CodeSessionLost, message.E309.Text())
		h.mustLogin("ws2")
	})
}

func TestNewerConnectionWins(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		old := h.mustLogin("ws1")
		seat := h.mustResume(old.Grant().Token, "ws1") // the old connection is not known to be dead
		<-old.Ended()
		if err := old.Err(); !errors.Is(err, ErrReplaced) {
			t.Errorf("the older seat ended with %v, want %v", err, ErrReplaced)
		}
		h.must(old.Lost(t.Context())) // when its death is noticed at last
		h.must(old.Logout(t.Context()))
		time.Sleep(2 * keptFor)
		if !h.Online(operator) {
			t.Error("what happens to the older seat should not touch the newer one")
		}
		_, err := h.login(password, "ws2")
		refusedWith(t, err, wire.CodeAlreadyLoggedIn, message.AlreadyLoggedIn)
		h.must(seat.Logout(t.Context()))
	})
}

func TestSameWorkstationMayLogInAgain(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		old := h.mustLogin("ws1")
		_, err := h.login(password, "ws1") // a live session exists
		refusedWith(t, err, wire.CodeAlreadyLoggedIn, message.AlreadyLoggedIn)
		h.must(old.Lost(t.Context())) // and the token went with a broken keyring
		h.mustLogin("ws1")
		_, err = h.resume(old.Grant().Token, "ws1")
		refusedWith(t, err, wire.CodeSessionLost, message.E309.Text())
	})
}

// TestOwnTokenBringsTheUserBack is a workstation that somebody else has used between a
// crash and the login after it: the session is there still, and whose it is proves it by
// the password.
func TestOwnTokenBringsTheUserBack(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.addSecond()
		old := h.mustLogin("ws1")
		other, err := h.Login(t.Context(), loginOf(second, password, "ws1"), office)
		h.must(err)
		h.must(other.Logout(t.Context()))

		login := loginOf(operator, password, "ws1")
		for name, alter := range map[string]func(*wire.Login){
			"no token":             func(*wire.Login) {},
			"the token of nobody":  func(l *wire.Login) { l.Token = "no-such-token" },
			"the token of another": func(l *wire.Login) { l.Token = other.Grant().Token },
			"another workstation":  func(l *wire.Login) { l.Token, l.Workstation = old.Grant().Token, "ws2" },
		} {
			refused := login
			alter(&refused)
			if _, err := h.Login(t.Context(), refused, office); otherThan(err, wire.CodeAlreadyLoggedIn, message.AlreadyLoggedIn) != "" {
				t.Errorf("%s: got %v, want the refusal of a second login", name, err)
			}
		}
		login.Token = old.Grant().Token
		wrong := login
		wrong.Password = "wrong-horse-2"
		_, err = h.Login(t.Context(), wrong, office)
		refusedWith(t, err, wire.CodeAuthFailed, message.AuthFailed)

		seat, err := h.Login(t.Context(), login, office)
		h.must(err)
		<-old.Ended() // its connection was not known to be dead
		h.must(seat.Lost(t.Context()))
		h.must(h.mustResume(seat.Grant().Token, "ws1").Heard(t.Context()))
	})
}

func TestTokenGivenOutLastBringsTheUserBackToo(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		login := loginOf(operator, password, "ws1")
		login.Token = h.mustResume(h.mustLogin("ws1").Grant().Token, "ws1").Grant().Token // unheard
		if _, err := h.Login(t.Context(), login, office); err != nil {
			t.Error(err)
		}
	})
}

// TestTokenLeftBehindResumesNothing: whoever takes a workstation and the keyring on it
// has the tokens of those who were there before, and not their passwords.
func TestTokenLeftBehindResumesNothing(t *testing.T) {
	for name, between := range map[string]func(*house, *Seat){
		"lost":                 func(h *house, seat *Seat) { h.must(seat.Lost(h.t.Context())) },
		"not known to be lost": func(*house, *Seat) {},
		"over a restart": func(h *house, seat *Seat) {
			h.must(seat.Heard(h.t.Context()))
			h.restart(time.Minute)
		},
		"heard once more meanwhile": func(h *house, seat *Seat) { h.must(seat.Heard(h.t.Context())) },
	} {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(t *testing.T, h *house) {
				h.addSecond()
				seat := h.mustResume(h.mustLogin("ws1").Grant().Token, "ws1")
				other, err := h.Login(t.Context(), loginOf(second, password, "ws1"), office)
				h.must(err)
				h.must(other.Logout(t.Context()))
				between(h, seat)
				_, err = h.resume(seat.Grant().Token, "ws1")
				refusedWith(t, err, wire.CodeSessionLost, message.E309.Text())
				if told := h.told(); !strings.Contains(told, "resumed refused shop/op1") {
					t.Errorf("the audit log has no word of it:\n%s", told)
				}
				login := loginOf(operator, password, "ws1")
				login.Token = seat.Grant().Token
				if _, err := h.Login(t.Context(), login, office); err != nil {
					t.Errorf("with the password: %v", err)
				}
			})
		})
	}
}

func TestUsersOfOtherWorkstationsAreNotDisturbed(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.addSecond()
		seat := h.mustLogin("ws1")
		_, err := h.Login(t.Context(), loginOf(second, password, "ws2"), office)
		h.must(err)
		h.must(seat.Lost(t.Context()))
		h.mustResume(seat.Grant().Token, "ws1")
	})
}

func TestLogoutEndsTheSession(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seat := h.mustLogin("ws1")
		h.must(seat.Logout(t.Context()))
		<-seat.Ended()
		if err := seat.Err(); !errors.Is(err, ErrLoggedOut) {
			t.Errorf("the seat ended with %v, want %v", err, ErrLoggedOut)
		}
		if h.Online(operator) {
			t.Error("a logged-out operator should not be online")
		}
		_, err := h.resume(seat.Grant().Token, "ws1")
		refusedWith(t, err, wire.CodeSessionLost, message.E309.Text())
		h.mustLogin("ws2")
	})
}

func TestForcedLogout(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		if err := h.ForceLogout(t.Context(), byBoss, operator); !errors.Is(err, ivr.ErrNotFound) {
			t.Errorf("forced logout of someone who is not there: %v, want %v", err, ivr.ErrNotFound)
		}
		seat := h.mustLogin("ws1")
		h.must(h.ForceLogout(t.Context(), byBoss, operator))
		<-seat.Ended()
		if err := seat.Err(); !errors.Is(err, ErrForced) {
			t.Errorf("the seat ended with %v, want %v", err, ErrForced)
		}
		if h.Online(operator) {
			t.Error("an operator logged out by force should not be online")
		}
	})
}

func TestForcedLogoutIsToldToWhoWasAway(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seat := h.mustLogin("ws1")
		older := seat.Grant().Token
		seat = h.mustResume(older, "ws1")
		h.must(seat.Lost(t.Context()))
		h.must(h.ForceLogout(t.Context(), byBoss, operator))
		for _, token := range []string{older, seat.Grant().Token} {
			_, err := h.resume(token, "ws1")
			refusedWith(t, err, wire.CodeSessionLost, message.ForcedLogout)
		}
		h.mustLogin("ws2")
		time.Sleep(forcedKept)
		_, err := h.resume(older, "ws1")
		refusedWith(t, err, wire.CodeSessionLost, message.E309.Text())
	})
}

func TestResumeLooksAtTheAccountAgain(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		token := h.mustLogin("ws1").Grant().Token
		merchant := ivr.DefaultMerchant("shop", "新しい名前")
		merchant.Sources = []string{"198.51.100.0/24"}
		h.must(h.store.PutMerchant(t.Context(), merchant))
		_, err := h.resume(token, "ws1")
		refusedWith(t, err, wire.CodeAccessRestricted, message.AccessRestricted)

		merchant.Sources = nil
		h.must(h.store.PutMerchant(t.Context(), merchant))
		seat := h.mustResume(token, "ws1")
		if got := seat.Grant().Merchant.Name; got != "新しい名前" {
			t.Errorf("merchant is called %q after the resume", got)
		}
		h.must(h.store.PutUser(t.Context(), ivr.User{Key: operator, Role: ivr.RoleOperator, Disabled: true}))
		_, err = h.resume(seat.Grant().Token, "ws1")
		refusedWith(t, err, wire.CodeSessionLost, message.E309.Text())
		<-seat.Ended()
	})
}

// TestOnline is who gets calls (product.md 6.1): see onlineGrace.
func TestOnline(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seat := h.mustLogin("ws1")
		h.must(seat.Lost(t.Context()))
		time.Sleep(onlineGrace - 1)
		if !h.Online(operator) {
			t.Error("a blip of the network should not refuse a call")
		}
		time.Sleep(time.Nanosecond)
		if h.Online(operator) {
			t.Error("a desktop that stays away cannot see the send window")
		}
		seat = h.mustResume(seat.Grant().Token, "ws1")
		if !h.Online(operator) {
			t.Error("back again, the operator should get calls")
		}
		h.must(seat.Logout(t.Context()))
		first, err := h.Initialize(t.Context(), byBoss, operator, false)
		h.must(err)
		seat, err = h.login(first, "ws1")
		h.must(err)
		if h.Online(operator) {
			t.Error("an operator who must set a password first cannot take a call")
		}
		h.must(h.SetPassword(t.Context(), seat, wire.SetPassword{New: "brand-new-pass1", Repeat: "brand-new-pass1"}))
		if !h.Online(operator) {
			t.Error("with the password set the operator should get calls")
		}
	})
}

var errFull = errors.New("disk is full")

// fullDisk is a store that begins sessions and can write nothing more of them.
type fullDisk struct{ Store }

func (fullDisk) LoseSession(context.Context, ivr.TokenHash, time.Time) error { return errFull }
func (fullDisk) LoggedIn(context.Context, ivr.UserKey, time.Time) error      { return errFull }
func (fullDisk) DeleteSession(context.Context, ivr.TokenHash) error          { return errFull }

// TestStoreThatFailsKeepsTheClock is a full disk at the moment when a connection
// is lost: the session ends after 5 minutes all the same.
func TestStoreThatFailsKeepsTheClock(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seat := h.mustLogin("ws1")
		h.Identity.store = fullDisk{h.Identity.store}
		if err := seat.Lost(t.Context()); !errors.Is(err, errFull) {
			t.Errorf("lost: %v, want %v", err, errFull)
		}
		h.Identity.store = h.store
		time.Sleep(keptFor)
		h.mustLogin("ws2")
	})
}

// TestLoginThatFailsHalfWayLocksNoOneOut is a full disk in the middle of a login.
func TestLoginThatFailsHalfWayLocksNoOneOut(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.Identity.store = fullDisk{h.Identity.store}
		if _, err := h.login(password, "ws1"); !errors.Is(err, errFull) {
			t.Errorf("login: %v, want %v", err, errFull)
		}
		h.Identity.store = h.store
		if h.Online(operator) {
			t.Error("online after a login that failed")
		}
		h.must(h.mustLogin("ws1").Logout(t.Context())) // the same seat may try again at once
		h.Identity.store = fullDisk{h.Identity.store}
		if _, err := h.login(password, "ws1"); !errors.Is(err, errFull) {
			t.Errorf("login: %v, want %v", err, errFull)
		}
		h.Identity.store = h.store
		time.Sleep(keptFor)
		h.mustLogin("ws2")
	})
}
