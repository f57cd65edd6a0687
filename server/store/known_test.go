package store

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
)

func TestKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k known[string, int]
		reads, value := 0, 1
		read := func() (int, error) { reads++; return value, nil }
		expect := func(when string, want, wantReads int) {
			t.Helper()
			if got, err := k.get("a", read); err != nil || got != want || reads != wantReads {
				t.Errorf("%s: got %d after %d reads, %v; want %d after %d", when, got, reads, err, want, wantReads)
			}
		}
		expect("at first", 1, 1)
		value = 2
		expect("again", 1, 1)
		k.forget()
		expect("after a write", 2, 2)
		value = 3
		time.Sleep(staysKnown)
		expect("after a while", 3, 3)
		value = 4
		time.Sleep(staysKnown)
		k.confirm(time.Now())
		time.Sleep(staysKnown - time.Nanosecond)
		expect("as long as it is confirmed", 3, 3)
		time.Sleep(time.Nanosecond)
		expect("and no longer", 4, 4)

		missing := errors.New("missing")
		if _, err := k.get("b", func() (int, error) { return 0, missing }); err != missing {
			t.Errorf("got %v, want %v", err, missing)
		}
		if _, err := k.get("b", read); err != nil || reads != 5 {
			t.Errorf("an error was kept: %v after %d reads", err, reads)
		}
	})
}

// A value that was read before a write and comes back after it is not kept.
func TestKnownOvertaken(t *testing.T) {
	var k known[string, int]
	got, err := k.get("a", func() (int, error) { k.forget(); return 1, nil })
	if err != nil || got != 1 {
		t.Fatalf("got %d, %v", got, err)
	}
	if got, err := k.get("a", func() (int, error) { return 2, nil }); err != nil || got != 2 {
		t.Errorf("got %d, %v, want what was written", got, err)
	}
}

// What is written is what the next call is admitted by.
func TestChangesAreSeenAtOnce(t *testing.T) {
	s := openTest(t)
	user := ivr.User{Key: ivr.UserKey{Merchant: "shop", User: "known"}, Role: ivr.RoleOperator, IVRNumber: "0500000001"}
	for _, extension := range []string{"101", "102"} {
		user.Extension = extension
		if err := s.PutUser(t.Context(), user); err != nil {
			t.Fatal(err)
		}
		if got, err := s.UserByIVRNumber(t.Context(), user.IVRNumber); err != nil || got != user {
			t.Errorf("got %+v, %v\nwant %+v", got, err, user)
		}
	}
	m := ivr.DefaultMerchant("shop", "店")
	for _, channels := range []int{4, 5} {
		m.Channels = channels
		if err := s.PutMerchant(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		got, err := s.Merchant(t.Context(), m.ID)
		if err != nil || got.Channels != channels {
			t.Errorf("got %+v, %v\nwant %d channels", got, err, channels)
		}
		got.Brands[0] = "changed by who was given it"
		if again, err := s.Merchant(t.Context(), m.ID); err != nil || again.Brands[0] != m.Brands[0] {
			t.Errorf("got %+v, %v", again, err)
		}
	}
}

// What a command writes beside a server that takes calls is seen as soon as the server
// has asked; what nobody has touched stays known, whatever else the server writes.
func TestChangesOfOthersAreSeen(t *testing.T) {
	s := openTest(t)
	beside, err := Open(t.Context(), s.path)
	if err != nil {
		t.Fatal(err)
	}
	defer beside.Close() //nolint:errcheck // nothing is left to be written
	user := ivr.User{Key: ivr.UserKey{Merchant: "shop", User: "known"}, Role: ivr.RoleOperator, IVRNumber: "0500000001"}
	expect := func(when, extension string) {
		t.Helper()
		if got, err := s.UserByIVRNumber(t.Context(), user.IVRNumber); err != nil || got.Extension != extension {
			t.Errorf("%s: got %+v, %v, want extension %s", when, got, err, extension)
		}
	}
	// ask has the server write, and so ask.
	ask := func() {
		t.Helper()
		s.others.asked = time.Time{}
		if _, err := s.put(t.Context(), "UPDATE users SET comment = 'ours' WHERE user_id = 'nobody'"); err != nil {
			t.Fatal(err)
		}
	}
	user.Extension = "101"
	if err := beside.PutUser(t.Context(), user); err != nil {
		t.Fatal(err)
	}
	ask()
	expect("at first", "101")
	before := time.Now()
	ask()
	if kept := len(s.byNumber.values); kept != 1 || s.byNumber.confirmed.Before(before) || s.merchants.confirmed.Before(before) {
		t.Errorf("nobody else has written, and %d users are known, as of %v", kept, s.byNumber.confirmed)
	}
	user.Extension = "102"
	if err := beside.PutUser(t.Context(), user); err != nil {
		t.Fatal(err)
	}
	ask()
	expect("once it has asked", "102")
}
