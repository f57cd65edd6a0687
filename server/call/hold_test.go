package call

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
	"tsunagi/shared/wire"
)

// telephony.md 1, behaviour 8: on hold the timers stand still; resume goes on where it was.
func TestTheSendWindowStandsStillOnHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c := s.arrive()
		time.Sleep(8 * time.Second)
		c.putOnHold()
		for range 50 {
			time.Sleep(5*time.Second + 300*time.Millisecond)
			synctest.Wait()
			p, _ := s.board.picture(c.id)
			left := time.Until(time.UnixMilli(p.DeadlineAtMs))
			if p.State != wire.StateSendWindow || !p.Held || left > 12*time.Second || left < 11*time.Second {
				t.Fatalf("on hold the screen shows %s, held %t, with %v left, want about 12s", p.State, p.Held, left)
			}
		}
		c.takeBack()
		resumed := time.Now()
		p, _ := s.board.picture(c.id)
		if left := time.UnixMilli(p.DeadlineAtMs).Sub(resumed); p.Held || left.Round(time.Second) != 12*time.Second {
			t.Errorf("after the hold: held %t with %v left, want 12s", p.Held, left)
		}
		c.until(wire.StateEnded)
		if open := time.Since(resumed); open.Round(time.Second) != 12*time.Second {
			t.Errorf("the window stayed open for %v after the hold, want 12s", open)
		}
		c.end()
		if ends := s.book.ends(); !slices.Equal(ends, []ivr.End{ivr.EndWindowExpired}) {
			t.Errorf("ended %v", ends)
		}
	})
}

// A customer who is put on hold in the middle of an entry finds it as it was, also
// when the hold came during the question.
func TestAnEntryWaitsForWhoIsOnHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c := handOver(t, s, "T-1")
		c.putOnHold() // the question has just begun
		time.Sleep(time.Minute)
		c.takeBack()
		if p := c.until(wire.StateCardNumber); p.RetriesLeft != 3 {
			t.Errorf("being on hold cost an entry: %d left", p.RetriesLeft)
		}
		c.press("411111")
		c.putOnHold()
		time.Sleep(time.Minute)
		c.takeBack()
		time.Sleep(4 * time.Second) // of the 5 between two digits
		c.press("1111111111")
		if p := c.until(wire.StateExpiry); p.RetriesLeft != 3 {
			t.Errorf("the entry was taken with %d left", p.RetriesLeft)
		}
		c.HungUp()
		c.end()
	})
}

// What begins during a hold begins to count after it.
func TestATimerThatStartsOnHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c := s.arrive()
		c.putOnHold()
		c.putOnHold() // a PBX may say it twice
		if err := s.send(c, "T-1"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		c.takeBack()
		c.takeBack()
		resumed := time.Now()
		c.until(wire.StateEnded)
		if open := time.Since(resumed); open.Round(time.Second) != 30*time.Second {
			t.Errorf("the handover waited %v after the hold, want 30s", open)
		}
		c.end()
	})
}

// security.md C4: the card's life is a hard limit, whoever is on hold.
func TestACardIsForgottenOnHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c := handOver(t, s, "T-1")
		c.press(visa)
		c.until(wire.StateExpiry)
		c.putOnHold()
		time.Sleep(cardLife + time.Second)
		synctest.Wait()
		if !c.vault.Wiped() {
			t.Error("the card is still in memory")
		}
		c.takeBack()
		c.end()
		if ends := s.book.ends(); !slices.Equal(ends, []ivr.End{ivr.EndEntryFailed}) {
			t.Errorf("ended %v", ends)
		}
	})
}

// Whoever hangs up on hold ends the call.
func TestHangingUpOnHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c := handOver(t, s, "T-1")
		c.putOnHold()
		time.Sleep(time.Hour)
		c.HungUp()
		c.end()
		if ends := s.book.ends(); !slices.Equal(ends, []ivr.End{ivr.EndHungUp}) {
			t.Errorf("ended %v", ends)
		}
	})
}
