package media

import (
	"testing"
	"time"
)

// The totals hold what open and ended sessions have counted, each once.
func TestTotalsOutliveTheirSessions(t *testing.T) {
	r := newRig(t, Config{})
	totals := func() Stats {
		t.Helper()
		answer := make(chan Stats, 1)
		go func() { answer <- r.Totals() }()
		for {
			select {
			case sum := <-answer:
				return sum
			default:
				r.pass(tickLength) // the loop obeys at its ticks
			}
		}
	}
	one, _ := r.start(&recorder{}, agreed())
	two, _ := r.start(&recorder{}, agreed())
	r.pass(100 * time.Millisecond)
	press := func(s *Session, sequence uint16) {
		r.deliver(s, peer, packet(101, sequence, 1000, 7, 1, 0, 0, 160), packet(101, sequence+3, 1000, 7, 1, 0, 0, 160))
		r.pass(time.Millisecond)
	}
	press(one, 10)
	press(two, 10)
	before := totals()
	if before.Received != 4 || before.Lost != 4 || before.Keys.Events != 2 {
		t.Errorf("got %+v, want 4 received, 4 lost and 2 keys", before)
	}
	if sum := one.Stats().Sent + two.Stats().Sent; before.Sent == 0 || before.Sent > sum {
		t.Errorf("sent %d, and the sessions %d", before.Sent, sum)
	}
	one.Close()
	r.pass(time.Millisecond)
	after := totals()
	if after.Received != 4 || after.Lost != 4 || after.Keys.Events != 2 || after.Sent < before.Sent {
		t.Errorf("after the end of one: got %+v, before %+v", after, before)
	}
	two.Close()
	r.pass(time.Millisecond)
	if last := totals(); last.Keys.Events != 2 || last.Sent != one.Stats().Sent+two.Stats().Sent {
		t.Errorf("after the end of both: got %+v", last)
	}
}

func TestTotalsOfAClosedEngine(t *testing.T) {
	r := newRig(t, Config{})
	go r.run()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if sum := r.Totals(); sum != (Stats{}) {
		t.Errorf("got %+v", sum)
	}
}
