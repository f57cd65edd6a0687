package identity

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/server/audit"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

func TestOnlyALockedAccountIsUnlocked(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		if _, err := h.UnlockAccount(t.Context(), byBoss, operator); !errors.Is(err, ErrNotLocked) {
			t.Errorf("got %v, want ErrNotLocked", err)
		}
		nobody := ivr.UserKey{Merchant: "shop", User: "nobody"}
		if _, err := h.UnlockAccount(t.Context(), byBoss, nobody); !errors.Is(err, ivr.ErrNotFound) {
			t.Errorf("got %v, want ivr.ErrNotFound", err)
		}
		if _, err := h.Initialize(t.Context(), byBoss, nobody, false); !errors.Is(err, ivr.ErrNotFound) {
			t.Errorf("got %v, want ivr.ErrNotFound", err)
		}
	})
}

func TestWhoIsDisabledOrGetsAnotherRoleIsLoggedOut(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		for name, edit := range map[string]func(*ivr.User){
			"disabled":     func(u *ivr.User) { u.Disabled = true },
			"another role": func(u *ivr.User) { u.Role, u.IVRNumber = ivr.RoleAuditor, "" },
		} {
			user := ivr.User{Key: operator, Role: ivr.RoleOperator, IVRNumber: "05030001024"}
			h.must(h.EditUser(t.Context(), byBoss, user))
			seat := h.mustLogin("ws1")
			user.Comment = "夜勤"
			h.must(h.EditUser(t.Context(), byBoss, user))
			if seat.Err() != nil {
				t.Errorf("a new comment ended the session: %v", seat.Err())
			}
			edit(&user)
			h.must(h.EditUser(t.Context(), byBoss, user))
			if !errors.Is(seat.Err(), ErrForced) {
				t.Errorf("%s: the seat ended with %v, want %v", name, seat.Err(), ErrForced)
			}
		}
	})
}

func TestAuditorUsesTheSupervisorsEntrance(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		auditor := ivr.User{Key: ivr.UserKey{Merchant: "shop", User: "kansa"}, Role: ivr.RoleAuditor}
		first, err := h.AddUser(t.Context(), byBoss, auditor)
		h.must(err)
		login := loginOf(auditor.Key, first, "ws1")
		_, err = h.Login(t.Context(), login, office)
		refusedWith(t, err, wire.CodeAccessRestricted, message.AccessRestricted)
		login.Entrance = wire.EntranceSupervisor
		if seat, err := h.Login(t.Context(), login, office); err != nil || seat.Grant().User.Role != ivr.RoleAuditor {
			t.Errorf("got %v", err)
		}
	})
}

func TestEveryMistakeOfAUserIsNamed(t *testing.T) {
	err := CheckUser(ivr.User{
		Key: ivr.UserKey{Merchant: "shop", User: "sa to"}, Role: "boss", IVRNumber: "050-1", Comment: "a\nb", Extension: "1;2",
	})
	for _, want := range []string{"user ID", "role", "telephone number", "comment", "extension"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to name the %s", err, want)
		}
	}
	for _, user := range []ivr.User{
		{Key: operator, Role: ivr.RoleOperator},
		{Key: supervisor, Role: ivr.RoleSupervisor, IVRNumber: "05030001024"},
	} {
		if err := CheckUser(user); err == nil || !strings.Contains(err.Error(), "IVR number") {
			t.Errorf("%+v: got %v", user, err)
		}
	}
	if err := CheckUser(ivr.User{Key: operator, Role: ivr.RoleOperator, IVRNumber: "05030001024", Extension: "200", Comment: "佐藤"}); err != nil {
		t.Error(err)
	}
}

func TestRosterSaysWhoIsThere(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		entry := func() Entry {
			t.Helper()
			roster, err := h.Roster(t.Context(), "shop")
			h.must(err)
			if len(roster) != 2 || roster[0].User.Key != supervisor || roster[1].User.Key != operator {
				t.Fatalf("got %+v", roster)
			}
			return roster[1]
		}
		if got := entry(); got.Presence != wire.PresenceOffline || !got.Since.IsZero() {
			t.Errorf("never there: got %+v", got)
		}
		seat := h.mustLogin("ws1")
		login := time.Now()
		time.Sleep(time.Hour)
		if got := entry(); got.Presence != wire.PresenceOnline || got.Since.UnixMilli() != login.UnixMilli() {
			t.Errorf("there: got %+v", got)
		}
		h.must(seat.Lost(t.Context()))
		lost := time.Now()
		time.Sleep(time.Minute)
		if got := entry(); got.Presence != wire.PresenceLost || got.Since.UnixMilli() != lost.UnixMilli() {
			t.Errorf("lost: got %+v", got)
		}
		time.Sleep(keptFor)
		if got := entry(); got.Presence != wire.PresenceOffline || got.Since.UnixMilli() != login.UnixMilli() {
			t.Errorf("expired: got %+v", got)
		}
		if err := h.ForceLogout(t.Context(), byBoss, operator); !errors.Is(err, ivr.ErrNotFound) {
			t.Errorf("forced logout of an expired session: got %v", err)
		}
		for range lockedAfter {
			_, _ = h.login("wrong-horse1", "ws1")
		}
		if got := entry(); !got.Locked || got.Temporary {
			t.Errorf("locked: got %+v", got)
		}
	})
}

// TestEveryStepIsInTheAuditLog is a day of one operator (security.md L1).
func TestEveryStepIsInTheAuditLog(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		user := ivr.User{Key: ivr.UserKey{Merchant: "shop", User: "op2"}, Role: ivr.RoleOperator, IVRNumber: "05030001025"}
		first, err := h.AddUser(t.Context(), audit.Actor{Source: "console root"}, user)
		h.must(err)
		login := loginOf(user.Key, first, "ws1")
		seat, err := h.Login(t.Context(), login, office)
		h.must(err)
		_ = h.change(seat, "", "short1")
		h.must(h.change(seat, "", "my-own-pass1"))
		h.must(seat.Lost(t.Context()))
		seat, err = h.Resume(t.Context(), wire.Resume{Token: seat.Grant().Token, Workstation: "ws1"}, netip.MustParseAddr("192.0.2.9"))
		h.must(err)
		h.must(h.Lock(t.Context(), seat))
		_ = h.unlock(seat, "wrong-pass1")
		h.must(h.unlock(seat, "my-own-pass1"))
		h.must(h.ForceLogout(t.Context(), byBoss, user.Key))
		for range lockedAfter {
			_, _ = h.Login(t.Context(), loginOf(user.Key, "wrong-pass1", "ws1"), office)
		}
		_, _ = h.Login(t.Context(), loginOf(ivr.UserKey{Merchant: "shop", User: "my-password1"}, "x", "ws1"), office)
		first, err = h.UnlockAccount(t.Context(), byBoss, user.Key)
		h.must(err)
		user.Disabled = true
		h.must(h.EditUser(t.Context(), byBoss, user))
		user.Role, user.IVRNumber, user.Disabled = ivr.RoleAuditor, "", false
		h.must(h.EditUser(t.Context(), byBoss, user))

		wrong := "login refused - by shop/op2 from 192.0.2.7: wrong password\n"
		want := `user_added ok shop/op2 by - from console root: role operator, IVR number "05030001025", extension "", comment "", disabled false
login ok shop/op2 by shop/op2 from 192.0.2.7: workstation ws1
password_set refused shop/op2 by shop/op2 from 192.0.2.7: against the rule
password_set ok shop/op2 by shop/op2 from 192.0.2.7: 
connection_lost ok shop/op2 by shop/op2 from 192.0.2.7: 
resumed ok shop/op2 by shop/op2 from 192.0.2.9: workstation ws1
screen_locked ok shop/op2 by shop/op2 from 192.0.2.9: 
screen_unlocked refused shop/op2 by shop/op2 from 192.0.2.9: wrong password
screen_unlocked ok shop/op2 by shop/op2 from 192.0.2.9: 
forced_logout ok shop/op2 by shop/boss from 192.0.2.8: 
` + strings.Repeat(wrong, lockedAfter) + `locked ok shop/op2 by shop/op2 from 192.0.2.7: 6 failures in a row
login refused - by - from 192.0.2.7: no such user
password_reset ok shop/op2 by shop/boss from 192.0.2.8: 
unlocked ok shop/op2 by shop/boss from 192.0.2.8: 
user_changed ok shop/op2 by shop/boss from 192.0.2.8: disabled "false" to "true"
user_changed ok shop/op2 by shop/boss from 192.0.2.8: role "operator" to "auditor"; IVR number "05030001025" to ""; disabled "true" to "false"
role_changed ok shop/op2 by shop/boss from 192.0.2.8: operator to auditor
`
		got := h.told()
		if got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
		for _, secret := range []string{first, "my-own-pass1", "my-password1", "wrong-pass1"} {
			if strings.Contains(got, secret) {
				t.Errorf("%q stands in the audit log", secret)
			}
		}
		if lines, err := h.store.VerifyAudit(t.Context()); err != nil || lines != int64(strings.Count(want, "\n")) {
			t.Errorf("verify: %d lines, %v", lines, err)
		}
	})
}

func TestASessionThatExpiresIsToldOfInTime(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		seat := h.mustLogin("ws1")
		h.must(h.Sweep(t.Context()))
		h.must(seat.Lost(t.Context()))
		time.Sleep(keptFor + time.Second)
		h.must(h.Sweep(t.Context()))
		h.must(h.Sweep(t.Context()))
		if got := strings.Count(h.told(), "session_expired ok shop/op1"); got != 1 {
			t.Errorf("told %d times, want once:\n%s", got, h.told())
		}
		if _, err := h.resume(seat.Grant().Token, "ws1"); ivr.ErrorCode(err) != wire.CodeSessionLost {
			t.Errorf("resumed: %v", err)
		}
	})
}

// A flood of guesses from one address must not fill the disk.
func TestAFloodOfLoginsIsToldOnce(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		for range sourceFailures + 50 {
			_, _ = h.Login(t.Context(), loginOf(ivr.UserKey{Merchant: "shop", User: "x"}, "guess-123", "ws1"), office)
			if h.sources.spent(sourceName(office), time.Now()) {
				break
			}
		}
		before := strings.Count(h.told(), "\n")
		for range 50 {
			_, err := h.Login(t.Context(), loginOf(operator, password, "ws1"), office)
			refusedWith(t, err, wire.CodeAccessRestricted, message.AccessRestricted)
		}
		told := h.told()
		if after := strings.Count(told, "\n"); after != before || strings.Count(told, "source_shut_out ok 192.0.2.7") != 1 {
			t.Errorf("%d lines before, %d after 50 more; the end:\n%s", before, after, told[max(0, len(told)-500):])
		}
	})
}
