package audit

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
)

// paper is a book that keeps lines, or refuses them.
type paper struct {
	lines   []ivr.AuditRecord
	full    error
	commits int
}

func (p *paper) AppendAudit(_ context.Context, records ...ivr.AuditRecord) error {
	p.commits++
	if p.full == nil {
		p.lines = append(p.lines, records...)
	}
	return p.full
}

func TestWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{}
		ctx, hangUp := context.WithCancel(t.Context())
		hangUp()
		who := ivr.UserKey{Merchant: "shop", User: "sato"}
		err := New(p, nil).Write(ctx, Event{Kind: Login, Result: Refused, Who: who, Source: "192.0.2.1", Object: "o", Detail: "d"})
		want := ivr.AuditRecord{
			At: time.Now().UTC(), Kind: "login", Result: "refused", Who: who, Source: "192.0.2.1", Object: "o", Detail: "d",
		}
		if err != nil || len(p.lines) != 1 || p.lines[0] != want {
			t.Errorf("got %+v, %v\nwant %+v", p.lines, err, want)
		}
	})
}

func TestWriteRefusesWhatNobodyKnows(t *testing.T) {
	p := &paper{}
	l := New(p, nil)
	if err := l.Write(t.Context(), Event{Kind: "lgoin", Result: OK}); err == nil || len(p.lines) > 0 {
		t.Errorf("got %v and %d lines", err, len(p.lines))
	}
	if err := l.Ready(t.Context()); err != nil {
		t.Errorf("a misspelled kind makes the log silent: %v", err)
	}
}

// A log that cannot be written stops calls, and says later for how long.
func TestReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{}
		l := New(p, nil)
		p.full = errors.New("disk full")
		for range 2 {
			if err := l.Write(t.Context(), Event{Kind: OrderSent, Result: OK}); !errors.Is(err, p.full) {
				t.Errorf("got %v, want the book's error", err)
			}
		}
		<-time.After(time.Minute)
		if err := l.Ready(t.Context()); !errors.Is(err, ErrSilent) {
			t.Errorf("still full: got %v", err)
		}
		p.full = nil
		if err := l.Ready(t.Context()); !errors.Is(err, ErrSilent) {
			t.Errorf("asked again at once: got %v, want no try yet", err)
		}
		<-time.After(retryAfter)
		if err := l.Ready(t.Context()); err != nil {
			t.Errorf("room again: got %v", err)
		}
		if len(p.lines) != 1 || p.lines[0].Kind != string(AuditRecovered) || !strings.HasSuffix(p.lines[0].Detail, "events lost: 2") {
			t.Errorf("lines: %+v", p.lines)
		}
	})
}

func TestPlain(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"words", "受注 sato", "受注 sato"},
		{"a card typed into a field", "member 4111111111111111!", "member (16 digits)!"},
		{"in groups", "4111 1111-1111 1111", "(19 digits)"},
		{"a telephone number", "05030001024", "05030001024"},
		{"an attempt's name", "01890000-0000-7000-8000-123456789012", "01890000-0000-7000-8000-123456789012"},
		{"a card in a name's place", "41111111-1111-1111-extra", "(18 digits)-extra"},
		{"lines", "a\nlogin ok\x00", "a login ok "},
		{"broken text", "a\xff", "a "},
		{"long", strings.Repeat("あ", 501), strings.Repeat("あ", 500) + "…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := plain(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("4111 1111 1111 1111")
	f.Fuzz(func(t *testing.T, in string) {
		got := plain(in)
		if digits.MatchString(got) && !name.MatchString(got) {
			t.Errorf("%q has a card's digits", got)
		}
		if strings.ContainsAny(got, "\n\r\x00") || len([]rune(got)) > longestText+1 {
			t.Errorf("%q is no line", got)
		}
	})
}

func TestScribeWritesManyLinesToACommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{}
		log := New(p, nil)
		s := NewScribe(log)
		for range 100 {
			s.Tell(Event{Kind: CallStep, Result: OK, Object: "c1"})
		}
		told := time.Now()
		time.Sleep(gather + time.Millisecond)
		synctest.Wait()
		if len(p.lines) != 100 || p.commits != 1 || !p.lines[99].At.Equal(told) {
			t.Errorf("got %d lines in %d commits, want 100 in one, with the time of the deed", len(p.lines), p.commits)
		}
		s.Tell(Event{Kind: CallEnded, Result: OK, Object: "c1"})
		s.Close()
		if len(p.lines) != 101 {
			t.Errorf("%d lines after Close, want 101", len(p.lines))
		}
	})
}

// A log that cannot be written takes no further call (security.md L5), whoever wrote.
func TestScribeThatCannotWriteStopsCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &paper{full: errors.New("disk is full")}
		log := New(p, nil)
		s := NewScribe(log)
		s.Tell(Event{Kind: CallStep, Result: OK})
		s.Close()
		if err := log.Ready(t.Context()); !errors.Is(err, ErrSilent) {
			t.Errorf("got %v, want ErrSilent", err)
		}
		p.full = nil
		time.Sleep(retryAfter)
		if err := log.Ready(t.Context()); err != nil || len(p.lines) != 1 || p.lines[0].Kind != string(AuditRecovered) {
			t.Errorf("recovered: %v, %+v", err, p.lines)
		}
	})
}
