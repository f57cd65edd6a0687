package call

import (
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
	"tsunagi/server/dtmf"
	"tsunagi/server/payment"
	"tsunagi/shared/wire"
)

// FuzzCall lets anything happen to a call at any moment: keys, holds, the operator's
// buttons, an order, time, the acquirer's and the PBX's moods, the end of the line and
// of the server. However it goes, the call ends, is recorded once, its card is wiped,
// both lines are ended and no channel is left counted.
func FuzzCall(f *testing.F) {
	paid := "o1sGGGGV1230C"
	f.Add([]byte("H"), byte(0))
	f.Add([]byte("ooR1ssA"), byte(0))
	f.Add([]byte(paid+"GGGG"), byte(1))
	f.Add([]byte(paid+"GGGGGGGGggggQ"), byte(1|1<<2))
	f.Add([]byte(paid+"GGGGGGGGggggV123#*GGGGQ"), byte(1|2<<2))
	f.Add([]byte(paid+"GGGGGGGGgg"), byte(1|3<<2|1<<4))
	f.Add([]byte("o1sGGGG0#ggggggQ"), byte(1<<2|1<<5))
	f.Add([]byte("hGGo1sr41h1111GGGGr#*9"), byte(1<<6))
	f.Add([]byte("o1sGGGGVD"), byte(1<<7))
	f.Add([]byte(paid+"D"), byte(1))
	f.Add([]byte(paid+"H"), byte(1|1<<6))
	f.Fuzz(func(t *testing.T, happenings []byte, settings byte) {
		if len(happenings) > 200 {
			return
		}
		synctest.Test(t, func(t *testing.T) { anything(t, happenings, settings) })
	})
}

func anything(t *testing.T, happenings []byte, settings byte) {
	s := newSite(t)
	fuzzedSite(s, settings)
	c := s.arrive()
	for _, b := range happenings {
		happen(s, c, b)
	}
	c.HungUp()
	if line := s.exchange.line(); line != nil {
		line.hangUp()
	}
	select {
	case <-c.gone:
	case <-time.After(time.Hour):
		p, _ := s.board.picture(c.id)
		t.Fatalf("an hour after the end of the line the call is still in %s", p.State)
	}
	switch {
	case !c.vault.Wiped():
		t.Error("the card was not wiped")
	case len(s.book.records) != 1:
		t.Errorf("%d records", len(s.book.records))
	case s.Live() != 0:
		t.Errorf("%d channels are still counted", s.Live())
	case !c.has("bye"):
		t.Error("the line was not ended")
	}
	if line := s.exchange.line(); line != nil && !line.isGone() {
		t.Error("the operator's line was not ended")
	}
	if p, _ := s.board.picture(c.id); p.State != wire.StateEnded {
		t.Errorf("the screen still shows %s", p.State)
	}
	if n := len(s.acquirer.asked); n > s.merchant.CardAttempts {
		t.Errorf("the acquirer was asked %d times", n)
	}
}

// fuzzedSite spreads a byte over settings and moods.
func fuzzedSite(s *site, b byte) {
	modes := []ivr.ReturnCall{ivr.ReturnOff, ivr.ReturnJoin, ivr.ReturnBridge, ivr.ReturnBlind}
	s.merchant.SecurityCode = b&1 != 0
	s.merchant.EntryRetries = 1 + int(b>>1&1)*2
	s.merchant.ReturnCall = modes[b>>2&3]
	s.exchange.refuses = b>>4&1 != 0
	s.exchange.busy = b>>5&1 != 0
	if b>>6&1 != 0 {
		s.acquirer.answers = []payment.Outcome{
			{State: payment.NotPaid, Code: "AG61", Mendable: true}, {State: payment.Unknown},
		}
	}
	if b>>7 != 0 {
		s.acquirer.delay = 20 * time.Second
	}
}

// happen does what a byte stands for; what stands for nothing is a key.
func happen(s *site, c *caller, b byte) {
	switch b {
	case 'o':
		_ = s.SendOrder(s.t.Context(), sato, c.id, form("T-1")) // it may be refused
	case 'g':
		time.Sleep(time.Second)
	case 's':
		time.Sleep(5 * time.Second)
	case 'G':
		time.Sleep(10 * time.Second)
	case 'V':
		c.press(visa)
	case 'C':
		c.press("123")
	case 'h':
		c.putOnHold()
	case 'r':
		c.takeBack()
	case 'R':
		_ = s.Ask(s.t.Context(), sato, c.id, wire.RequestAgain)
	case 'A':
		_ = s.Ask(s.t.Context(), sato, c.id, wire.RequestAbort)
	case 'Q':
		if line := s.exchange.line(); line != nil {
			line.hangUp()
		}
	case 'H':
		c.HungUp()
	case 'D':
		c.post(stopped{})
	default:
		c.Key(dtmf.Key(b))
	}
	synctest.Wait()
}
