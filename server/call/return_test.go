package call

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
	"tsunagi/server/payment"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// returning is a site that brings its customers back.
func returning(t *testing.T, mode ivr.ReturnCall) *site {
	s := newSite(t)
	s.merchant.ReturnCall = mode
	return s
}

// pay brings a call to its result.
func pay(t *testing.T, s *site, transaction string) *caller {
	t.Helper()
	c := handOver(t, s, transaction)
	c.press(visa)
	c.until(wire.StateExpiry)
	c.press("1230")
	c.until(wire.StateSecurityCode)
	c.press("123")
	c.until(wire.StateResult)
	return c
}

// lastRows are the rows from the return call on.
func (s *site) lastRows() string {
	_, rows, _ := strings.Cut(s.book.points(), string(message.OperatorTransfer)+"\n")
	return strings.ReplaceAll(rows, "\n", ", ")
}

func TestTheCustomerIsBroughtBack(t *testing.T) {
	for name, tc := range map[string]struct {
		mode    ivr.ReturnCall
		pbx     func(*exchange)
		decline bool
		read    string // before the telephone rings
		rows    string // after E1
		end     ivr.End
	}{
		"joined by the PBX": {
			mode: ivr.ReturnJoin, read: "I402",
			rows: "T2.オペレータ戻し, 【決済OK】IVRとの通話が終了しました。", end: ivr.EndReturned,
		},
		"joined by the PBX, not paid": {
			mode: ivr.ReturnJoin, decline: true, read: "I405",
			rows: "T2.オペレータ戻し, 【決済NG】IVRとの通話が終了しました。", end: ivr.EndReturned,
		},
		"by a blind REFER": {
			mode: ivr.ReturnBlind, read: "I402",
			rows: "T2.オペレータ戻し, 【決済OK】IVRとの通話が終了しました。", end: ivr.EndReturned,
		},
		"the operator is busy": {
			mode: ivr.ReturnJoin, pbx: func(x *exchange) { x.busy = true }, read: "I402",
			rows: "【決済OK】転送に失敗しました。", end: ivr.EndTransferFailed,
		},
		"the operator is busy, not paid": {
			mode: ivr.ReturnBridge, pbx: func(x *exchange) { x.busy = true }, decline: true, read: "I405",
			rows: "【決済NG】転送に失敗しました。", end: ivr.EndTransferFailed,
		},
		"busy after a blind REFER": {
			mode: ivr.ReturnBlind, pbx: func(x *exchange) { x.busy = true }, read: "I402",
			rows: "【決済OK】転送に失敗しました。", end: ivr.EndTransferFailed,
		},
		"nobody answers": {
			mode: ivr.ReturnJoin, pbx: func(x *exchange) { x.answers = 0 }, read: "I402",
			rows: "【決済OK】転送に失敗しました。", end: ivr.EndTransferFailed,
		},
		"neither joined nor relayed": {
			mode: ivr.ReturnJoin, pbx: func(x *exchange) { x.refuses, x.deaf = true, true }, read: "I402",
			rows: "T2.オペレータ戻し, 【決済OK】転送に失敗しました。", end: ivr.EndTransferFailed,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := returning(t, tc.mode)
				if tc.pbx != nil {
					tc.pbx(s.exchange)
				}
				if tc.decline {
					s.acquirer.answers = []payment.Outcome{{State: payment.NotPaid, Code: "AG61"}}
				}
				c := pay(t, s, "T-1")
				c.end()
				if !slices.Equal(s.exchange.rang, []string{"1024"}) {
					t.Fatalf("rang %v", s.exchange.rang)
				}
				if read := s.exchange.notices[0]; !slices.Equal(read, []string{tc.read}) {
					t.Errorf("when the telephone rang the operator had read %v, want %s", read, tc.read)
				}
				if got := s.lastRows(); got != tc.rows {
					t.Errorf("rows after E1: got %s, want %s", got, tc.rows)
				}
				if ends := s.book.ends(); !slices.Equal(ends, []ivr.End{tc.end}) {
					t.Errorf("ended %v, want %s", ends, tc.end)
				}
				if !c.has("bye") {
					t.Error("the customer's leg stands")
				}
				if line := s.exchange.line(); line != nil && !line.isGone() {
					t.Error("the operator's leg stands")
				}
			})
		})
	}
}

// A PBX that does not know Replaces has the media relayed, in mode join too.
func TestTheMediaIsRelayed(t *testing.T) {
	for _, mode := range []ivr.ReturnCall{ivr.ReturnJoin, ivr.ReturnBridge} {
		t.Run(string(mode), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := returning(t, mode)
				s.exchange.refuses = true
				c := pay(t, s, "T-1")
				c.until(wire.StateReturning)
				time.Sleep(time.Minute) // they talk
				c.press(visa)           // nobody asks for it any more
				if s.exchange.relayed() != 1 || s.Live() != 1 || len(s.book.ends()) != 0 {
					t.Fatalf("%d bridges, %d calls, ended %v", s.exchange.relayed(), s.Live(), s.book.ends())
				}
				if p, _ := s.board.picture(c.id); p.Digits != 0 || !c.vault.Wiped() {
					t.Errorf("keys were taken while the two talk: %+v", p)
				}
				s.exchange.line().hangUp()
				c.end()
				if ends := s.book.ends(); !slices.Equal(ends, []ivr.End{ivr.EndReturned}) {
					t.Errorf("ended %v", ends)
				}
			})
		})
	}
}

// product.md 6.6: 0 and # at the card number bring the customer back.
func TestTheCustomerAsksForTheOperator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := returning(t, ivr.ReturnJoin)
		c := handOver(t, s, "T-1")
		c.press("0#")
		c.end()
		if len(s.exchange.notices) != 1 || !slices.Equal(s.exchange.notices[0], []string{"I405"}) {
			t.Errorf("when the telephone rang the operator had read %v, want I405", s.exchange.notices)
		}
		if r := s.book.records; len(r) != 1 || r[0].End != ivr.EndReturned || r[0].Outcome != ivr.OutcomeNotPaid {
			t.Errorf("records %+v", r)
		}
	})
}

// Operator guide 4-8: a returned call that is transferred again takes a second channel,
// may be returned once more, and is not returned a third time.
func TestTransferredAgainWhileRelayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := returning(t, ivr.ReturnBridge)
		s.merchant.Channels = 3
		var calls []*caller
		for n, transaction := range []string{"T-1", "T-2"} {
			calls = append(calls, pay(t, s, transaction))
			calls[n].until(wire.StateReturning)
			time.Sleep(20 * time.Second)
			if s.exchange.relayed() != n+1 || s.Live() != n+1 {
				t.Fatalf("after return %d: %d bridges, %d channels", n+1, s.exchange.relayed(), s.Live())
			}
		}
		third := pay(t, s, "T-3")
		if full := s.arrive(); !full.has("answer") {
			t.Error("the fourth call was not told that all channels are in use")
		} else {
			full.end()
		}
		third.end()
		if len(s.exchange.rang) != 2 {
			t.Errorf("the operator's telephone rang %d times", len(s.exchange.rang))
		}
		want := []ivr.End{ivr.EndChannelsFull, ivr.EndCompleted}
		if ends := s.book.ends(); !slices.Equal(ends, want) {
			t.Errorf("ended %v, want %v", ends, want)
		}
		for _, c := range calls {
			c.HungUp()
			c.end()
		}
		if s.Live() != 0 {
			t.Errorf("%d channels are still counted", s.Live())
		}
	})
}

// While a customer is relayed the operator's line hears no key. Transferred again, the
// customer is heard through that very line, so the keys go from the former call to the
// new one here; not before the customer is there, and not to the call of somebody else.
func TestTheKeysOfWhoIsTransferredAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := returning(t, ivr.ReturnBridge)
		s.merchant.Channels = 4
		first := pay(t, s, "T-1")
		first.until(wire.StateReturning)
		time.Sleep(20 * time.Second)

		second := s.arrive()
		first.press("1") // the customer on hold is not the operator
		if err := s.send(second, "T-2"); err != nil {
			t.Fatal(err)
		}
		first.press("1")
		if p := second.until(wire.StateHandover); p.State != wire.StateHandover {
			t.Fatalf("the customer's 1 counts as the operator's: %s", p.State)
		}
		second.press("1")
		second.until(wire.StateCardNumber)
		somebodyElse := handOver(t, s, "T-3") // the operator's next customer
		first.press(visa)
		if p := second.until(wire.StateExpiry); p.Last4 != "1111" {
			t.Errorf("the card number came in as %+v", p)
		}
		if p, _ := s.board.picture(somebodyElse.id); p.Digits != 0 {
			t.Errorf("%d digits went to another customer's call", p.Digits)
		}
		first.mu.Lock()
		wiped := slices.Contains(first.did, "wipe keys")
		first.did = nil
		first.mu.Unlock()
		if !wiped {
			t.Error("the first call's card was not wiped")
		}
		first.press("1230")
		second.until(wire.StateSecurityCode)
		first.press("123")
		second.until(wire.StateReturning)
		if !first.has("wipe keys") {
			t.Error("the line on which the card was keyed remembers its keys")
		}
		second.until(wire.StateReturning)
		for _, c := range []*caller{first, second, somebodyElse} {
			c.HungUp()
			c.end()
		}
		if p := handOver(t, s, "T-4"); !p.machine.MayReturn() {
			t.Error("the next customer counts as one who was brought back")
		} else {
			p.HungUp()
			p.end()
		}
	})
}

// After a join in the PBX nothing of the former call is left here but its order.
func TestTransferredAgainAfterAJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := returning(t, ivr.ReturnJoin)
		back := func(transaction string) int {
			c := handOver(t, s, transaction)
			c.press("0#")
			c.until(wire.StateReturning)
			c.end()
			return len(s.exchange.rang)
		}
		for n := 1; n <= 2; n++ {
			if rang := back("T-1"); rang != n {
				t.Fatalf("return %d: the telephone rang %d times", n, rang)
			}
			if s.Live() != 0 {
				t.Errorf("a joined call still holds %d channels", s.Live())
			}
		}
		third := handOver(t, s, "T-1")
		third.press("0#")
		if p := third.until(wire.StateCardNumber); p.RetriesLeft != 2 {
			t.Errorf("0 and # the third time: %+v", p)
		}
		third.HungUp()
		third.end()
		if rang := back("T-2"); rang != 3 {
			t.Error("another customer's order counts as a returned one")
		}
		time.Sleep(returnMemory + time.Second)
		if rang := back("T-1"); rang != 4 {
			t.Error("an order is remembered for ever")
		}
	})
}

// Whatever the setting says, nobody is told that an operator is being called who
// cannot be.
func TestNoReturnWithoutATelephone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := returning(t, ivr.ReturnJoin)
		s.Operators = nil
		c := pay(t, s, "T-1")
		c.end()
		if len(s.exchange.rang) != 0 || len(s.board.notices) != 0 {
			t.Errorf("rang %v, told %v", s.exchange.rang, s.board.notices)
		}
	})
}

// Whoever hangs up while the operator's telephone rings stops it.
func TestHangingUpWhileTheOperatorIsCalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := returning(t, ivr.ReturnJoin)
		c := pay(t, s, "T-1")
		c.until(wire.StateReturning)
		time.Sleep(time.Second)
		c.HungUp()
		c.end()
		if line := s.exchange.line(); !line.isGone() || line.byes != 1 {
			t.Errorf("the telephone rings on: %d Byes", line.byes)
		}
		if ends := s.book.ends(); !slices.Equal(ends, []ivr.End{ivr.EndHungUp}) {
			t.Errorf("ended %v", ends)
		}
	})
}
