package payment

import (
	"testing"
	"time"

	"tsunagi/server"
)

// The times of spec/payments.md, of an acquirer that is reached and knows nothing new.
func TestTimetable(t *testing.T) {
	want := []time.Duration{
		3 * time.Second, 6 * time.Second, 12 * time.Second, 20 * time.Second, time.Minute, 2 * time.Minute,
		5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour,
	}
	a := ivr.Attempt{SendingAt: sentAt, DoneAt: sentAt}
	now := sentAt
	for n, offset := range want {
		at, ok := nextInquiry(a, true, now)
		if !ok || at.Sub(sentAt) != offset {
			t.Fatalf("inquiry %d: got %v, %t; want %v", n+1, at.Sub(sentAt), ok, offset)
		}
		now = at
	}
}

func TestNextInquiry(t *testing.T) {
	tests := []struct {
		name          string
		sending, done time.Duration // all times since sentAt
		notFound      time.Duration // 0: never
		reached       bool
		now           time.Duration
		want          time.Duration // 0: give up
	}{
		{"hourly", 0, 0, 0, true, 3*time.Hour + time.Minute, 4 * time.Hour},
		{"the last one", 0, 0, 0, true, 47*time.Hour + 1, 48 * time.Hour},
		{"48 hours are over", 0, 0, 0, true, 48 * time.Hour, 0},
		{"48 hours are over, unreachable", 0, 0, 0, false, 48 * time.Hour, 0},
		{"unreachable: not later than 10 minutes", 0, 0, 0, false, 2*time.Hour + time.Minute, 2*time.Hour + 11*time.Minute},
		{"unreachable at first: by the timetable", 0, 0, 0, false, 3 * time.Second, 6 * time.Second},
		{"not found late: again after 5 minutes", 0, 0, 2 * time.Hour, true, 2 * time.Hour, 2*time.Hour + 5*time.Minute},
		{"not found at once: by the timetable", 0, 0, 3 * time.Second, true, 3 * time.Second, 6 * time.Second},
		{"not found: no sooner than 10 minutes after sending", 0, 30 * time.Second, 4 * time.Minute, true,
			6 * time.Minute, 10 * time.Minute},
		{"found at the second look to be under way", 0, 0, 3 * time.Second, true, 30 * time.Minute, time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := ivr.Attempt{SendingAt: sentAt.Add(tt.sending), DoneAt: sentAt.Add(tt.done)}
			if tt.notFound > 0 {
				a.NotFoundAt = sentAt.Add(tt.notFound)
			}
			at, ok := nextInquiry(a, tt.reached, sentAt.Add(tt.now))
			if tt.want == 0 && ok || tt.want > 0 && at.Sub(sentAt) != tt.want {
				t.Errorf("got %v, %t; want %v", at.Sub(sentAt), ok, tt.want)
			}
		})
	}
}
