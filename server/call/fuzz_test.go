package call

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
	"tsunagi/server/dtmf"
	"tsunagi/server/payment"
	"tsunagi/server/store"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// ledger is the book of a site with the real database beneath it.
type ledger struct {
	*book
	store *store.Store
}

func openLedger(t *testing.T, b *book) ledger {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "tsunagi.db"))
	if err != nil {
		t.Fatal(err)
	}
	return ledger{b, db}
}

func (l ledger) PutOrder(ctx context.Context, call ivr.CallID, operator ivr.UserKey, o order.Order, at time.Time) error {
	return errors.Join(l.book.PutOrder(ctx, call, operator, o, at), l.store.PutOrder(ctx, call, operator, o, at))
}

func (l ledger) AppendRows(ctx context.Context, rows ...ivr.Row) error {
	return errors.Join(l.book.AppendRows(ctx, rows...), l.store.AppendRows(ctx, rows...))
}

func (l ledger) PutRecord(ctx context.Context, record ivr.Record, last ...ivr.Row) error {
	return errors.Join(l.book.PutRecord(ctx, record, last...), l.store.PutRecord(ctx, record, last...))
}

// closed holds the database to what the call has told, and closes it.
func (l ledger) closed(t *testing.T, id ivr.CallID) {
	t.Helper()
	if record, err := l.store.Record(t.Context(), id); err != nil {
		t.Errorf("the call's record: %v", err)
	} else if want := l.book.recordOf(id); record.End != want.End || record.Outcome != want.Outcome || record.Order != want.Order {
		t.Errorf("recorded as %+v, want %+v", record, want)
	}
	if err := l.store.Close(); err != nil {
		t.Error(err)
	}
}

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
	f.Add([]byte("o1sGGGG0#ggggggno1sGGGGV1230CGGGGGGGGgggQH"), byte(1|2<<2))
	f.Fuzz(func(t *testing.T, happenings []byte, settings byte) {
		if len(happenings) > 200 {
			return
		}
		synctest.Test(t, func(t *testing.T) { anything(t, happenings, settings) })
	})
}

func anything(t *testing.T, happenings []byte, settings byte) {
	s := newSite(t)
	written := openLedger(t, s.book)
	s.Book = written
	fuzzedSite(s, settings)
	c := s.arrive()
	var others []*caller // calls that the same operator transfers meanwhile
	for _, b := range happenings {
		if b == 'n' && len(others) < 3 {
			if _, err := s.Admit(t.Context(), ivrNumber, ""); err == nil {
				others = append(others, s.arrive())
			}
			continue
		}
		happen(s, c, b)
		for _, other := range others {
			if b == 'o' {
				_ = s.SendOrder(t.Context(), sato, other.id, form("T-1")) // it may be refused
			} else if b >= '0' && b <= '9' {
				other.Key(dtmf.Key(b)) // the operator's telephone, and whoever comes after
			}
		}
	}
	for _, other := range others {
		other.HungUp()
	}
	c.HungUp()
	for _, line := range s.exchange.all() {
		line.hangUp()
	}
	select {
	case <-c.gone:
	case <-time.After(time.Hour):
		p, _ := s.board.picture(c.id)
		t.Fatalf("an hour after the end of the line the call is still in %s", p.State)
	}
	for _, other := range others {
		<-other.gone
		if !other.vault.Wiped() {
			t.Error("the card of another call was not wiped")
		}
	}
	switch {
	case !c.vault.Wiped():
		t.Error("the card was not wiped")
	case len(s.book.records) != 1+len(others):
		t.Errorf("%d records of %d calls", len(s.book.records), 1+len(others))
	case s.Live() != 0:
		t.Errorf("%d channels are still counted", s.Live())
	case !c.has("bye"):
		t.Error("the line was not ended")
	}
	for _, line := range s.exchange.all() {
		if !line.isGone() {
			t.Error("an operator's line was not ended")
		}
	}
	written.closed(t, c.id)
	if p, _ := s.board.picture(c.id); p.State != wire.StateEnded {
		t.Errorf("the screen still shows %s", p.State)
	}
	if n := len(s.acquirer.asked); n > s.merchant.CardAttempts*(1+len(others)) {
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
