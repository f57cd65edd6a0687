package store

import (
	"errors"
	"testing"
	"time"

	"tsunagi/server"
)

func TestSessions(t *testing.T) {
	s := openTest(t)
	ctx := t.Context()
	first := ivr.Session{
		Token: ivr.TokenHash{1}, User: operator, Workstation: "ws-1", Source: "10.0.0.7", CreatedAt: noon, SeenAt: noon,
		LockedAt: noon, MustChange: true, MustEnrol: true, LeftAt: noon,
	}
	second := first
	second.Token, second.Workstation = ivr.TokenHash{2}, "ws-2"
	for _, session := range []ivr.Session{first, second} {
		if err := s.PutSession(ctx, session); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.SessionByToken(ctx, first.Token); !errors.Is(err, ivr.ErrNotFound) {
		t.Errorf("the session that was replaced: got %v, want ivr.ErrNotFound", err)
	}
	if got, err := s.SessionByToken(ctx, second.Token); err != nil || got != second {
		t.Errorf("by token: got %+v, %v", got, err)
	}

	lost := noon.Add(time.Minute)
	for _, at := range []time.Time{lost, lost.Add(time.Minute)} { // the earlier time counts
		if err := s.LoseSession(ctx, second.Token, at); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.SessionOf(ctx, operator); err != nil || !got.LostAt.Equal(lost) {
		t.Errorf("lost: got %+v, %v", got, err)
	}
	if gone, err := s.DeleteSessionsLostBefore(ctx, lost); err != nil || len(gone) != 0 {
		t.Errorf("lost just now: got %v, %v", gone, err)
	}
	if err := s.TouchSession(ctx, second.Token, noon.Add(3*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if gone, err := s.DeleteSessionsLostBefore(ctx, noon.Add(time.Hour)); err != nil || len(gone) != 0 {
		t.Errorf("resumed: got %v, %v", gone, err)
	}
	if err := s.LoseSessions(ctx, lost); err != nil {
		t.Fatal(err)
	}
	gone, err := s.DeleteSessionsLostBefore(ctx, noon.Add(time.Hour))
	if err != nil || len(gone) != 1 || gone[0].Token != second.Token {
		t.Errorf("after the 5 minutes: got %v, %v", gone, err)
	}
	if err := s.TouchSession(ctx, second.Token, noon); !errors.Is(err, ivr.ErrNotFound) {
		t.Errorf("touched when gone: got %v, want ivr.ErrNotFound", err)
	}
	if all, err := s.Sessions(ctx, "shop"); err != nil || len(all) != 0 {
		t.Errorf("all: got %v, %v", all, err)
	}
}

func TestSessionsAreLeft(t *testing.T) {
	s := openTest(t)
	ctx := t.Context()
	others := []ivr.UserKey{{Merchant: operator.Merchant, User: "elsewhere"}, {Merchant: operator.Merchant, User: "other"}}
	for _, key := range others {
		if err := s.PutUser(ctx, ivr.User{Key: key, Role: ivr.RoleOperator}); err != nil {
			t.Fatal(err)
		}
	}
	for n, session := range []ivr.Session{
		{User: operator, Workstation: "ws-1"}, {User: others[0], Workstation: "ws-2"}, {User: others[1], Workstation: "ws-1"},
	} {
		session.Token, session.CreatedAt, session.SeenAt = ivr.TokenHash{byte(n)}, noon, noon
		if err := s.PutSession(ctx, session); err != nil {
			t.Fatal(err)
		}
	}
	for _, at := range []time.Time{noon.Add(time.Minute), noon.Add(time.Hour)} { // the earlier time counts
		if err := s.LeaveSessions(ctx, "ws-1", operator, at); err != nil {
			t.Fatal(err)
		}
	}
	for key, want := range map[ivr.UserKey]time.Time{operator: {}, others[0]: {}, others[1]: noon.Add(time.Minute)} {
		if got, err := s.SessionOf(ctx, key); err != nil || !got.LeftAt.Equal(want) {
			t.Errorf("%s: left at %v, %v, want %v", key, got.LeftAt, err, want)
		}
	}
}
