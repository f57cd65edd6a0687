package identity

import (
	"context"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

func TestLoginGivesWhatTheUserWorksWith(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seat := h.mustLogin("ws1")
		grant := seat.Grant()
		if grant.User.Key != operator || grant.Merchant.Name != "つなぎ商店" ||
			grant.PasswordMustChange || grant.PasswordIsOld || len(grant.Token) != 43 {
			t.Errorf("got %+v", grant)
		}
		if !h.Online(operator) || h.Online(supervisor) {
			t.Error("the operator alone should be online")
		}
		credential, err := h.store.Credential(t.Context(), operator)
		if err != nil || !credential.LastLoginAt.Equal(time.Now().Truncate(time.Millisecond)) {
			t.Errorf("last login %v, %v, want now", credential.LastLoginAt, err)
		}
	})
}

func TestLoginMessages(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		merchant := ivr.DefaultMerchant("fenced", "囲い商店")
		merchant.Sources = []string{"198.51.100.0/24", "2001:db8::/32", "203.0.113.9"}
		h.must(h.store.PutMerchant(t.Context(), merchant))
		fenced := ivr.UserKey{Merchant: "fenced", User: "op1"}
		disabled := ivr.UserKey{Merchant: "shop", User: "gone"}
		for _, u := range []ivr.User{{Key: fenced, Role: ivr.RoleOperator}, {Key: disabled, Role: ivr.RoleOperator, Disabled: true}} {
			h.must(h.store.PutUser(t.Context(), u))
			h.setPassword(u.Key, password)
		}
		without := ivr.UserKey{Merchant: "shop", User: "new"}
		h.must(h.store.PutUser(t.Context(), ivr.User{Key: without, Role: ivr.RoleOperator}))
		h.mustLogin("ws1")

		at := func(change func(*wire.Login)) wire.Login {
			login := loginOf(operator, password, "ws2")
			change(&login)
			return login
		}
		supervisorAt := func(entrance wire.Entrance, password string) wire.Login {
			login := loginOf(supervisor, password, "ws2")
			login.Entrance = entrance
			return login
		}
		tests := []struct {
			name   string
			login  wire.Login
			source string
			code   wire.Code
			words  string
		}{
			{"wrong merchant", at(func(l *wire.Login) { l.MerchantID = "shop2" }), "", wire.CodeAuthFailed, message.AuthFailed},
			{"wrong user", at(func(l *wire.Login) { l.UserID = "op9" }), "", wire.CodeAuthFailed, message.AuthFailed},
			{"wrong password", at(func(l *wire.Login) { l.Password = "wrong-horse1" }), "", wire.CodeAuthFailed, message.AuthFailed},
			{"empty password", at(func(l *wire.Login) { l.Password = "" }), "", wire.CodeAuthFailed, message.AuthFailed},
			{"disabled user", loginOf(disabled, password, "ws2"), "", wire.CodeAuthFailed, message.AuthFailed},
			{"user without a password", loginOf(without, "", "ws2"), "", wire.CodeAuthFailed, message.AuthFailed},
			{"supervisor at the operator's entrance", supervisorAt(wire.EntranceOperator, password), "",
				wire.CodeAccessRestricted, message.AccessRestricted},
			{"the same with a wrong password", supervisorAt(wire.EntranceOperator, "wrong-horse1"), "",
				wire.CodeAuthFailed, message.AuthFailed},
			{"operator at the supervisor's entrance", at(func(l *wire.Login) { l.Entrance = wire.EntranceSupervisor }), "",
				wire.CodeAccessRestricted, message.AccessRestricted},
			{"source not allowed", loginOf(fenced, password, "ws2"), "192.0.2.7", wire.CodeAccessRestricted, message.AccessRestricted},
			{"the same with a wrong password", loginOf(fenced, "x", "ws2"), "192.0.2.7",
				wire.CodeAccessRestricted, message.AccessRestricted},
			{"logged in elsewhere", at(func(*wire.Login) {}), "", wire.CodeAlreadyLoggedIn, message.AlreadyLoggedIn},
			{"logged in elsewhere, wrong password", at(func(l *wire.Login) { l.Password = "wrong-horse1" }), "",
				wire.CodeAuthFailed, message.AuthFailed},
			{"no workstation", at(func(l *wire.Login) { l.Workstation = "" }), "", wire.CodeBadRequest, message.E309.Text()},
			{"no entrance", at(func(l *wire.Login) { l.Entrance = "" }), "", wire.CodeBadRequest, message.E309.Text()},
			{"endless name", at(func(l *wire.Login) { l.UserID = strings.Repeat("x", 300) }), "", wire.CodeBadRequest, message.E309.Text()},
		}
		for _, test := range tests {
			source := office
			if test.source != "" {
				source = netip.MustParseAddr(test.source)
			}
			seat, err := h.Login(t.Context(), test.login, source)
			if seat != nil {
				t.Errorf("%s: logged in", test.name)
			}
			if problem := otherThan(err, test.code, test.words); problem != "" {
				t.Errorf("%s: %s", test.name, problem)
			}
		}
		for _, source := range []string{"198.51.100.20", "::ffff:198.51.100.21", "2001:db8::1", "203.0.113.9"} {
			seat, err := h.Login(t.Context(), loginOf(fenced, password, "ws2"), netip.MustParseAddr(source))
			if err != nil {
				t.Errorf("login from %s: %v", source, err)
				continue
			}
			h.must(seat.Logout(t.Context()))
		}
	})
}

// TestNothingTellsWhichWasWrong holds product.md 3: the same text, the same work
// and the same time for any wrong credential.
func TestNothingTellsWhichWasWrong(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		wrong := map[string]wire.Login{
			"merchant": {MerchantID: "shop2", UserID: "op1", Password: password},
			"user":     {MerchantID: "shop", UserID: "op9", Password: password},
			"password": {MerchantID: "shop", UserID: "op1", Password: "wrong-horse1"},
		}
		for name, login := range wrong {
			login.Entrance, login.Workstation = wire.EntranceOperator, "ws1"
			for try := 1; try <= 8; try++ {
				began, computed := time.Now(), h.hasher.computed.Load()
				_, err := h.Login(t.Context(), login, office)
				if got := h.hasher.computed.Load() - computed; got != 1 {
					t.Errorf("wrong %s, try %d: %d hashes computed, want 1", name, try, got)
				}
				if took := time.Since(began); took != refusedAfter {
					t.Errorf("wrong %s, try %d: answered after %v, want %v", name, try, took, refusedAfter)
				}
				if try <= lockedAfter {
					refusedWith(t, err, wire.CodeAuthFailed, message.AuthFailed)
				} else {
					refusedWith(t, err, wire.CodeLocked, message.Locked)
				}
			}
		}
	})
}

func TestSixFailuresInARowLock(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		for range lockedAfter - 1 {
			_, err := h.login("wrong-horse1", "ws1")
			refusedWith(t, err, wire.CodeAuthFailed, message.AuthFailed)
		}
		h.must(h.mustLogin("ws1").Logout(t.Context())) // ends the row
		for range lockedAfter {
			_, err := h.login("wrong-horse1", "ws1")
			refusedWith(t, err, wire.CodeAuthFailed, message.AuthFailed)
		}
		_, err := h.login(password, "ws1")
		refusedWith(t, err, wire.CodeLocked, message.Locked)
		h.restart(30 * 24 * time.Hour)
		_, err = h.login(password, "ws1")
		refusedWith(t, err, wire.CodeLocked, message.Locked)

		first, err := h.Initialize(t.Context(), byBoss, operator, false)
		h.must(err)
		seat, err := h.login(first, "ws1")
		if err != nil || !seat.Grant().PasswordMustChange {
			t.Errorf("login after the initialization: %v, want one that must set a password", err)
		}
	})
}

// TestRightPasswordEndsTheRow holds where it does not end in a session.
func TestRightPasswordEndsTheRow(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		h.mustLogin("ws1")
		for range lockedAfter {
			_, err := h.login("wrong-horse1", "ws2")
			refusedWith(t, err, wire.CodeAuthFailed, message.AuthFailed)
			_, err = h.login(password, "ws2")
			refusedWith(t, err, wire.CodeAlreadyLoggedIn, message.AlreadyLoggedIn)
		}
	})
}

func TestSourceThatFailsTooOftenIsShutOut(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		attacker := netip.MustParseAddr("2001:db8::1")
		attack := func() error {
			attacker = attacker.Next() // another address of the same network
			nobody := ivr.UserKey{Merchant: "shop", User: ivr.UserID(attacker.String())}
			_, err := h.Login(t.Context(), loginOf(nobody, "guess-123", "ws1"), attacker)
			return err
		}
		tries := 0
		for ; ivr.ErrorCode(attack()) == wire.CodeAuthFailed; tries++ {
			if tries > 2*sourceFailures {
				t.Fatalf("%d failures and still not shut out", tries)
			}
		}
		if tries < sourceFailures {
			t.Errorf("shut out after %d failures, want at least %d", tries, sourceFailures)
		}
		computed := h.hasher.computed.Load()
		_, err := h.Login(t.Context(), loginOf(operator, password, "ws1"), attacker)
		refusedWith(t, err, wire.CodeAccessRestricted, message.AccessRestricted)
		if h.hasher.computed.Load() != computed {
			t.Error("a source that is shut out still makes the server hash")
		}
		h.must(h.mustLogin("ws1").Logout(t.Context())) // from elsewhere, at the same moment
		time.Sleep(sourceForgives)
		if _, err = h.Login(t.Context(), loginOf(operator, password, "ws1"), attacker); err != nil {
			t.Errorf("login after a failure was forgiven: %v", err)
		}
	})
}

func TestSuccessfulLoginsNeverShutOut(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		for range sourceFailures + 1 {
			h.must(h.mustLogin("ws1").Logout(t.Context()))
		}
	})
}

// TestSecretsAreNotKept looks for passwords and tokens in everything written.
func TestSecretsAreNotKept(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seat := h.mustLogin("ws1")
		tokens := []string{seat.Grant().Token}
		seat = h.mustResume(tokens[0], "ws1")
		tokens = append(tokens, seat.Grant().Token)
		h.must(seat.Heard(t.Context()))
		_, err := h.login("typed-wrong1", "ws1")
		refusedWith(t, err, wire.CodeAuthFailed, message.AuthFailed)
		_, err = h.Login(t.Context(), loginOf(ivr.UserKey{Merchant: "shop", User: "typed-as-id1"}, "x", "ws1"), office)
		refusedWith(t, err, wire.CodeAuthFailed, message.AuthFailed)
		first, err := h.Initialize(t.Context(), byBoss, supervisor, false)
		h.must(err)

		written := h.log.String()
		for _, suffix := range []string{"", "-wal"} {
			data, err := os.ReadFile(h.path + suffix)
			h.must(err)
			written += string(data)
		}
		for _, secret := range append(tokens, password, "typed-wrong1", "typed-as-id1", first) {
			if strings.Contains(written, secret) {
				t.Errorf("%q was written to the log or the database", secret)
			}
		}
		if !strings.Contains(written, "$argon2id$v=19$m=8,t=1,p=1$") {
			t.Error("no Argon2id hash was found where it should be")
		}
	})
}

func TestLoginGivesUpWithItsContext(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		for range hashings {
			h.hasher.slots <- struct{}{} // all computations are taken
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := h.Login(ctx, loginOf(operator, password, "ws1"), office)
		refusedWith(t, err, wire.CodeUnavailable, message.E309.Text())
		for range hashings {
			<-h.hasher.slots
		}
		h.mustLogin("ws1")
	})
}
