package identity

import (
	"strings"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// change replaces the password of the user at a seat by one that is repeated right.
func (h *house) change(seat *Seat, current, next string) error {
	return h.SetPassword(h.t.Context(), seat, wire.SetPassword{Current: current, New: next, Repeat: next})
}

func TestPasswordMessages(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seat := h.mustLogin("ws1")
		tests := []struct {
			name  string
			set   wire.SetPassword
			words string
		}{
			{"repeated otherwise", wire.SetPassword{Current: password, New: "abcdefg1", Repeat: "abcdefg2"}, message.PasswordMismatch},
			{"too short", wire.SetPassword{Current: password, New: "abcdef1", Repeat: "abcdef1"}, message.PasswordRule},
			{"wrong present one", wire.SetPassword{Current: "abcdefg2", New: "abcdefg1", Repeat: "abcdefg1"}, message.PasswordWrong},
			{"no present one", wire.SetPassword{New: "abcdefg1", Repeat: "abcdefg1"}, message.PasswordWrong},
			{"the present one", wire.SetPassword{Current: password, New: password, Repeat: password}, message.PasswordReused},
		}
		for _, test := range tests {
			err := h.SetPassword(t.Context(), seat, test.set)
			if problem := otherThan(err, wire.CodePasswordRefused, test.words); problem != "" {
				t.Errorf("%s: %s", test.name, problem)
			}
		}
		h.must(h.change(seat, password, "abcdefg1"))
		h.must(seat.Logout(t.Context()))
		_, err := h.login(password, "ws1")
		refusedWith(t, err, wire.CodeAuthFailed, message.AuthFailed)
		if _, err := h.login("abcdefg1", "ws1"); err != nil {
			t.Errorf("login with the new password: %v", err)
		}
	})
}

func TestPasswordRule(t *testing.T) {
	tests := []struct {
		password string
		obeys    bool
	}{
		{"abcdefg1", true},
		{"1234567a", true},
		{"ABCDEFG1", true},
		{"a1!\"#$%&'()*+,-./:;<=>?@[\\]^", true},
		{"a1_`{|}~", true},
		{strings.Repeat("a", 29) + "1", true},
		{strings.Repeat("a", 30) + "1", false},
		{"abcdef1", false},
		{"abcdefgh", false},
		{"12345678", false},
		{"1234567!", false},
		{"abcdefg １", false},
		{"abcdefg1 ", false},
		{"abcdefg\t1", false},
		{"abcdefg1ｱ", false},
		{"ａｂｃｄｅｆｇ１", false},
		{"", false},
	}
	for _, test := range tests {
		if got := obeysRule(test.password, shortestSeed); got != test.obeys {
			t.Errorf("%q obeys: %v, want %v", test.password, got, test.obeys)
		}
	}
}

func TestNoneOfTheLastFour(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seat := h.mustLogin("ws1")
		had := []string{password, "second-pass2", "third-pass3", "fourth-pass4"}
		for n := 1; n < len(had); n++ {
			h.must(h.change(seat, had[n-1], had[n]))
		}
		for _, old := range had {
			refusedWith(t, h.change(seat, had[3], old), wire.CodePasswordRefused, message.PasswordReused)
		}
		h.must(h.change(seat, had[3], "fifth-pass5"))
		refusedWith(t, h.change(seat, "fifth-pass5", had[1]), wire.CodePasswordRefused, message.PasswordReused)
		if err := h.change(seat, "fifth-pass5", had[0]); err != nil {
			t.Errorf("the fifth last should be allowed again: %v", err)
		}
	})
}

func TestFirstPasswordMustBeReplaced(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		newcomer := ivr.User{Key: ivr.UserKey{Merchant: "shop", User: "op2"}, Role: ivr.RoleOperator, IVRNumber: "05030001025"}
		first, err := h.AddUser(t.Context(), byBoss, newcomer)
		h.must(err)
		if _, err := h.AddUser(t.Context(), byBoss, newcomer); err == nil {
			t.Error("a user was added twice")
		}
		seat, err := h.Login(t.Context(), loginOf(newcomer.Key, first, "ws1"), office)
		h.must(err)
		if !seat.Grant().PasswordMustChange {
			t.Error("a first password should have to be replaced")
		}
		refusedWith(t, h.change(seat, "", first), wire.CodePasswordRefused, message.PasswordReused)
		h.must(h.change(seat, "", "my-own-pass1"))
		if seat.Grant().PasswordMustChange {
			t.Error("the password was set and must be set again")
		}
		refusedWith(t, h.change(seat, "", "my-own-pass2"), wire.CodePasswordRefused, message.PasswordWrong)
	})
}

// TestInitializationDoesNotEmptyTheHistory: it must not be a way to keep one
// password for ever.
func TestInitializationDoesNotEmptyTheHistory(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seat := h.mustLogin("ws1")
		had := []string{password, "second-pass2", "third-pass3", "fourth-pass4"}
		for n := 1; n < len(had); n++ {
			h.must(h.change(seat, had[n-1], had[n]))
		}
		h.must(seat.Logout(t.Context()))
		for range 2 {
			_, err := h.Initialize(t.Context(), byBoss, operator, false)
			h.must(err)
		}
		first, err := h.Initialize(t.Context(), byBoss, operator, false)
		h.must(err)
		seat, err = h.login(first, "ws1")
		h.must(err)
		for _, old := range had {
			refusedWith(t, h.change(seat, "", old), wire.CodePasswordRefused, message.PasswordReused)
		}
	})
}

func TestPasswordIsOldAfterNinetyDays(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		time.Sleep(90*24*time.Hour - time.Hour)
		seat := h.mustLogin("ws1")
		if seat.Grant().PasswordIsOld {
			t.Error("a password of less than 90 days is called old")
		}
		time.Sleep(time.Hour)
		seat = h.mustResume(seat.Grant().Token, "ws1")
		if !seat.Grant().PasswordIsOld {
			t.Error("a password of 90 days is not called old")
		}
		h.must(h.change(seat, password, "brand-new-pass1"))
		if seat.Grant().PasswordIsOld {
			t.Error("a new password is called old")
		}
	})
}

func TestGuessingThePresentPasswordLocks(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seat := h.mustLogin("ws1")
		for range lockedAfter {
			refusedWith(t, h.change(seat, "guess-123", "abcdefg1"), wire.CodePasswordRefused, message.PasswordWrong)
		}
		refusedWith(t, h.change(seat, password, "abcdefg1"), wire.CodeLocked, message.Locked)
	})
}

func TestPasswordOfAnEndedSeatIsNotSet(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seat := h.mustLogin("ws1")
		h.must(seat.Logout(t.Context()))
		err := h.change(seat, password, "abcdefg1")
		refusedWith(t, err, wire.CodeSessionLost, message.E309.Text())
		h.mustLogin("ws1")
	})
}

func TestFirstPasswordsObeyTheRuleAndDiffer(t *testing.T) {
	seen := make(map[string]bool)
	for range 200 {
		first := FirstPassword()
		if !obeysRule(first, shortestPCI) || strings.ContainsAny(first, "lo01") || seen[first] {
			t.Fatalf("made %q", first)
		}
		seen[first] = true
	}
}

func TestHashIsAPHCString(t *testing.T) {
	h, err := newHasher(Cost{})
	if err != nil {
		t.Fatal(err)
	}
	hash, err := h.hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("got %q", hash)
	}
	for typed, want := range map[string]bool{password: true, password + " ": false, "": false} {
		if got, err := h.matches(t.Context(), hash, typed); err != nil || got != want {
			t.Errorf("%q matches: %v, %v, want %v", typed, got, err, want)
		}
	}
	if again, err := h.hash(t.Context(), password); err != nil || again == hash {
		t.Errorf("the same password has the same hash twice (%v): no salt", err)
	}
}

// TestKnownHash is a hash of the reference implementation: echo -n password |
// argon2 somesalt -id -t 2 -m 16 -p 1, from its test suite.
func TestKnownHash(t *testing.T) {
	h, err := newHasher(Cost{MemoryKiB: 8, Passes: 1, Lanes: 1})
	if err != nil {
		t.Fatal(err)
	}
	const known = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if got, err := h.matches(t.Context(), known, "password"); err != nil || !got {
		t.Errorf("matches: %v, %v, want true", got, err)
	}
}

func FuzzDecodeHash(f *testing.F) {
	f.Add("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$argon2i$v=19$m=0,t=0,p=0$$")
	f.Fuzz(func(t *testing.T, hash string) {
		cost, salt, key, err := decodeHash(hash)
		if err != nil {
			return
		}
		if cost.MemoryKiB > maxCost.MemoryKiB || cost.Passes > maxCost.Passes || cost.Lanes > maxCost.Lanes {
			t.Errorf("%q asks for %+v", hash, cost)
		}
		if c, s, k, err := decodeHash(encodeHash(cost, salt, key)); err != nil ||
			c != cost || string(s) != string(salt) || string(k) != string(key) {
			t.Errorf("%q does not come back from its own spelling", hash)
		}
	})
}
