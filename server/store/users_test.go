package store

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"

	"tsunagi/server"
)

func TestUsers(t *testing.T) {
	s := openTest(t)
	want := ivr.User{
		Key: ivr.UserKey{Merchant: "shop", User: "op2"}, Role: ivr.RoleOperator, Comment: "夜勤",
		IVRNumber: "05030001025", Extension: "202", Disabled: true,
	}
	if err := s.PutUser(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if got, err := s.User(t.Context(), want.Key); err != nil || got != want {
		t.Errorf("by key: got %+v, %v", got, err)
	}
	if got, err := s.UserByIVRNumber(t.Context(), "05030001025"); err != nil || got != want {
		t.Errorf("by number: got %+v, %v", got, err)
	}
	if all, err := s.Users(t.Context(), "shop"); err != nil || len(all) != 2 || all[1] != want {
		t.Errorf("all: got %+v, %v", all, err)
	}
	for _, number := range []string{"05099999999", ""} {
		if _, err := s.UserByIVRNumber(t.Context(), number); !errors.Is(err, ivr.ErrNotFound) {
			t.Errorf("number %q: got %v, want ivr.ErrNotFound", number, err)
		}
	}
}

// An auditor's row is spelled with two columns.
func TestRolesComeBack(t *testing.T) {
	s := openTest(t)
	key := ivr.UserKey{Merchant: "shop", User: "x"}
	for _, role := range []ivr.Role{ivr.RoleAuditor, ivr.RoleSupervisor, ivr.RoleAuditor, ivr.RoleOperator} {
		if err := s.PutUser(t.Context(), ivr.User{Key: key, Role: role}); err != nil {
			t.Fatal(err)
		}
		if got, err := s.User(t.Context(), key); err != nil || got.Role != role {
			t.Errorf("got %q, %v, want %q", got.Role, err, role)
		}
	}
	if err := s.PutUser(t.Context(), ivr.User{Key: key, Role: "boss"}); err == nil {
		t.Error("a role that is none was written")
	}
}

func TestIVRNumberBelongsToOne(t *testing.T) {
	s := openTest(t)
	second := ivr.User{Key: ivr.UserKey{Merchant: "shop", User: "op2"}, Role: ivr.RoleOperator, IVRNumber: "05030001024"}
	if err := s.PutUser(t.Context(), second); !errors.Is(err, ErrNumberTaken) {
		t.Errorf("got %v, want ErrNumberTaken", err)
	}
	for _, id := range []ivr.UserID{"sv1", "sv2"} { // nobody owns no number
		if err := s.PutUser(t.Context(), ivr.User{Key: ivr.UserKey{Merchant: "shop", User: id}, Role: ivr.RoleSupervisor}); err != nil {
			t.Errorf("%s without a number: %v", id, err)
		}
	}
}

func TestPutUserKeepsTheCredential(t *testing.T) {
	s := openTest(t)
	if c, err := s.Credential(t.Context(), operator); err != nil || c.Hash != "" || !c.Initial || len(c.History) != 0 {
		t.Errorf("of a new user: got %+v, %v", c, err)
	}
	want := ivr.Credential{
		Hash: "$argon2id$1", SetAt: noon, History: []string{"$argon2id$0"}, Failures: 2, LockedAt: noon, LastLoginAt: noon,
		UsedAt: noon, ActiveAt: noon, OneTimeSecret: []byte{1, 2}, OneTimeStep: 57,
	}
	if err := s.PutCredential(t.Context(), operator, want); err != nil {
		t.Fatal(err)
	}
	if err := s.PutUser(t.Context(), ivr.User{Key: operator, Role: ivr.RoleOperator, Comment: "新しい説明"}); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Credential(t.Context(), operator); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
}

func TestCredentialOfNobody(t *testing.T) {
	s := openTest(t)
	ctx, nobody := t.Context(), ivr.UserKey{Merchant: "shop", User: "nobody"}
	for name, do := range map[string]func() error{
		"Credential":    func() error { _, err := s.Credential(ctx, nobody); return err },
		"PutCredential": func() error { return s.PutCredential(ctx, nobody, ivr.Credential{}) },
		"CountFailure":  func() error { _, err := s.CountFailure(ctx, nobody, noon, 6); return err },
		"LoggedIn":      func() error { return s.LoggedIn(ctx, nobody, noon) },
		"UserActive":    func() error { return s.UserActive(ctx, nobody, noon) },
	} {
		if err := do(); !errors.Is(err, ivr.ErrNotFound) {
			t.Errorf("%s: got %v, want ivr.ErrNotFound", name, err)
		}
	}
}

// Six tries in the same moment lock the account as six in a row do.
func TestCountFailureAtOnce(t *testing.T) {
	s := openTest(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	locks := 0
	for range 6 {
		wg.Go(func() {
			locked, err := s.CountFailure(context.Background(), operator, noon, 6)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if locked {
				locks++
			}
		})
	}
	wg.Wait()
	c, err := s.Credential(t.Context(), operator)
	if err != nil || locks != 1 || c.Failures != 6 || !c.LockedAt.Equal(noon) {
		t.Errorf("got %+v, %v, told locked %d times", c, err, locks)
	}
}

func TestLoggedInForgetsFailures(t *testing.T) {
	s := openTest(t)
	if _, err := s.CountFailure(t.Context(), operator, noon, 6); err != nil {
		t.Fatal(err)
	}
	if err := s.LoggedIn(t.Context(), operator, noon); err != nil {
		t.Fatal(err)
	}
	if c, err := s.Credential(t.Context(), operator); err != nil || c.Failures != 0 || !c.LastLoginAt.Equal(noon) {
		t.Errorf("got %+v, %v", c, err)
	}
}
