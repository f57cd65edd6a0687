package call

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
	"tsunagi/server/card"
	"tsunagi/server/payment"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

const (
	visa = "4111111111111111"
	amex = "378282246310005"
)

// handOver brings a call to its customer: the order, 「1」, the transfer, the greeting.
func handOver(t *testing.T, s *site, transaction string) *caller {
	t.Helper()
	c := s.arrive()
	if err := s.send(c, transaction); err != nil {
		t.Fatal(err)
	}
	c.press("1")
	c.until(wire.StateCardNumber)
	return c
}

func TestAnOrderIsPaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.acquirer.delay = 2 * time.Second
		c := s.arrive()
		if p := c.until(wire.StateSendWindow); p.DeadlineAtMs-p.ArrivedAtMs != 20_000 {
			t.Errorf("the window is open for %d ms", p.DeadlineAtMs-p.ArrivedAtMs)
		}
		if err := s.send(c, "T-1"); err != nil {
			t.Fatal(err)
		}
		if _, written := s.book.orders[c.id]; !written {
			t.Error("the order was taken but not written down")
		}
		c.until(wire.StateHandover)
		c.press("1")
		c.until(wire.StateRingback)
		c.until(wire.StateCardNumber)
		c.press(visa)
		if p := c.until(wire.StateExpiry); p.Brand != "VISA" || p.Last4 != "1111" {
			t.Errorf("got %s %s", p.Brand, p.Last4)
		}
		c.press("1230")
		c.until(wire.StateSecurityCode)
		c.press("123")
		if p := c.until(wire.StateResult); p.Outcome != wire.OutcomeOK {
			t.Errorf("got outcome %q", p.Outcome)
		}
		c.end()
		want := `01.転送完了トップ
02.カード番号取得
02.有効期限取得
02.セキュリティコード取得
02.カード情報取得OK
03.カード与信
03.カード与信_OK OK A001
【決済OK】IVRとの通話が終了しました。`
		if got := s.book.points(); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		if ends := s.book.ends(); !slices.Equal(ends, []ivr.End{ivr.EndCompleted}) {
			t.Errorf("ended %v", ends)
		}
		if !c.has("wipe keys") || !c.has("bye") {
			t.Errorf("keys were kept, or nobody hung up: %v", c.did)
		}
		r := s.board.results
		if len(r) != 1 || r[0].Outcome != ivr.OutcomePaid || r[0].Last4 != "1111" || r[0].Order.Amount != 4980 {
			t.Errorf("results %+v", r)
		}
	})
}

func TestTheSecondCardIsPaidUnderTheSameTransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.acquirer.answers = []payment.Outcome{{State: payment.NotPaid, Code: "AG61", Message: "NG", Mendable: true}}
		c := handOver(t, s, "T-1")
		c.press(visa)
		c.until(wire.StateExpiry)
		c.press("0999")
		c.until(wire.StateSecurityCode)
		c.press("123")
		c.until(wire.StateCardNumber)
		c.press(amex)
		c.until(wire.StateExpiry)
		c.press("1230")
		c.until(wire.StateSecurityCode)
		c.press("1234")
		c.end()
		if got := s.acquirer.lengths; !slices.Equal(got, []int{16, 15}) {
			t.Errorf("card numbers of %v digits were asked about", got)
		}
		for n, r := range s.acquirer.asked {
			if r.Number != n+1 || r.Order.TransactionID != "T-1" {
				t.Errorf("attempt %d was %+v", n+1, r)
			}
		}
		if r := s.board.results; len(r) != 1 || r[0].Brand != "AMEX" || r[0].Last4 != "0005" {
			t.Errorf("results %+v", r)
		}
	})
}

func TestHangingUpDoesNotUnaskTheAcquirer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.acquirer.delay = 10 * time.Second
		c := handOver(t, s, "T-1")
		c.press(visa)
		c.press("1230")
		c.press("123")
		c.until(wire.StateAuthorizing)
		c.HungUp()
		synctest.Wait()
		select {
		case <-c.gone:
			t.Fatal("the call ended before the acquirer had answered")
		default:
		}
		c.end()
		if r := s.book.records; len(r) != 1 || r[0].Outcome != ivr.OutcomePaid || r[0].End != ivr.EndHungUp {
			t.Errorf("records %+v", r)
		}
	})
}

// An order that comes when the window has just closed is answered with F303. The same
// window needs no second dialog; one that is told by nothing else does.
func TestOneDialogForAnOrderThatComesTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c := s.arrive()
		time.Sleep(20*time.Second + time.Millisecond)
		if err := s.send(c, "T-1"); err != errNoWindow {
			t.Errorf("an order after the window: %v", err)
		}
		c.end()
		if len(s.board.notices) != 0 {
			t.Errorf("the operator has read F303 and then %v", s.board.notices)
		}

		c = s.arrive()
		if err := s.send(c, "T-1"); err != nil {
			t.Fatal(err)
		}
		if err := s.send(c, "T-1"); err != errNoWindow {
			t.Errorf("a second order: %v", err)
		}
		c.end() // nobody has pressed 1
		if !slices.Equal(s.board.notices, []string{"F301"}) {
			t.Errorf("after the handover ran out: %v", s.board.notices)
		}
	})
}

// A dialog is about what the screen shows already.
func TestThePictureComesBeforeItsDialog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := returning(t, ivr.ReturnJoin)
		s.acquirer.answers = []payment.Outcome{{State: payment.Unknown}}
		pay(t, s, "T-1").end()
		second := s.arrive()
		second.HungUp()
		second.end()
		pay(t, s, "T-3").end()
		want := []struct {
			notice  string
			state   wire.State
			outcome wire.Outcome
		}{
			{"W406", wire.StateResult, wire.OutcomeHold}, {"F301", wire.StateEnded, ""}, {"I402", wire.StateReturning, wire.OutcomeOK},
		}
		for n, w := range want {
			if n >= len(s.board.notices) || s.board.notices[n] != w.notice || s.board.shown[n].State != w.state || s.board.shown[n].Outcome != w.outcome {
				t.Fatalf("notices %v with pictures %+v, want %+v", s.board.notices, s.board.shown, want)
			}
		}
	})
}

func TestNoOrderWithinTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c := s.arrive()
		c.end()
		if !slices.Equal(s.board.notices, []string{"F301"}) {
			t.Errorf("notices %v", s.board.notices)
		}
		if ends := s.book.ends(); !slices.Equal(ends, []ivr.End{ivr.EndWindowExpired}) {
			t.Errorf("ended %v", ends)
		}
		if err := s.send(c, "T-1"); ivr.ErrorCode(err) != wire.CodeNoWindow {
			t.Errorf("an order after the end: %v", err)
		}
	})
}

func TestWhatIsWrongWithAnOrder(t *testing.T) {
	for name, tc := range map[string]struct {
		form    order.Form
		code    wire.Code
		field   order.Field
		message string
	}{
		"a field out of rule": {order.Form{TransactionID: "T/1", Amount: "1"}, wire.CodeOrderRefused, order.FieldTransactionID, order.TransactionIDCharacters},
		"a card number":       {order.Form{TransactionID: visa, Amount: "1"}, wire.CodeOrderRefused, order.FieldTransactionID, order.IDIsCard},
		"paid before":         {form("PAID"), wire.CodeOrderRefused, order.FieldTransactionID, order.AlreadyPaid},
		"still open":          {form("OPEN"), wire.CodeOrderRefused, order.FieldTransactionID, message.W406.Text()},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t)
				s.acquirer.paid = map[order.TransactionID]bool{"PAID": true}
				s.acquirer.open = map[order.TransactionID]bool{"OPEN": true}
				c := s.arrive()
				err := s.SendOrder(t.Context(), sato, c.id, tc.form)
				var e *ivr.Error
				if !errors.As(err, &e) || e.Code != tc.code || len(e.Refusals) != 1 ||
					e.Refusals[0] != (order.Refusal{Field: tc.field, Message: tc.message}) {
					t.Errorf("got %#v", err)
				}
				c.until(wire.StateSendWindow) // still open
				if err := s.send(c, "T-1"); err != nil {
					t.Errorf("the right order afterwards: %v", err)
				}
				if err := s.send(c, "T-2"); ivr.ErrorCode(err) != wire.CodeNoWindow {
					t.Errorf("a second order: %v", err)
				}
				c.HungUp()
				c.end()
			})
		})
	}
}

func TestAnOrderThatCannotBeWrittenDownIsNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c := s.arrive()
		s.book.fails = errors.New("disk full")
		if err := s.send(c, "T-1"); err == nil {
			t.Error("it was taken")
		}
		c.until(wire.StateSendWindow)
		s.book.fails = nil
		if err := s.send(c, "T-1"); err != nil {
			t.Error(err)
		}
		c.HungUp()
		c.end()
	})
}

func TestOnlyTheCallsOwnOperatorIsHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c := s.arrive()
		other := ivr.UserKey{Merchant: "shop", User: "suzuki"}
		if err := s.SendOrder(t.Context(), other, c.id, form("T-1")); ivr.ErrorCode(err) != wire.CodeNoWindow {
			t.Errorf("order: %v", err)
		}
		if err := s.Ask(t.Context(), other, c.id, wire.RequestAbort); ivr.ErrorCode(err) != wire.CodeNotAllowed {
			t.Errorf("button: %v", err)
		}
		c.HungUp()
		c.end()
	})
}

func TestTheOperatorsButtons(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c := handOver(t, s, "T-1")
		c.press("411111")
		if p := c.until(wire.StateCardNumber); p.Digits != 6 || !p.CanAskAgain {
			t.Errorf("got %+v", p)
		}
		if err := s.Ask(t.Context(), sato, c.id, wire.RequestAgain); err != nil {
			t.Fatal(err)
		}
		if p := c.until(wire.StateCardNumber); p.Digits != 0 || p.RetriesLeft != 3 {
			t.Errorf("after 入力をやり直す: %+v", p)
		}
		if err := s.Ask(t.Context(), sato, c.id, wire.RequestAbort); err != nil {
			t.Fatal(err)
		}
		c.end()
		if ends := s.book.ends(); !slices.Equal(ends, []ivr.End{ivr.EndAborted}) {
			t.Errorf("ended %v", ends)
		}
	})
}

func TestACardDoesNotStayInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.merchant.EntryRetries = 5
		c := handOver(t, s, "T-1")
		c.press(visa)
		c.until(wire.StateExpiry)
		pressed := time.Now()
		for !c.vault.Wiped() && time.Since(pressed) < 10*time.Minute {
			time.Sleep(time.Second)
			if p, _ := s.board.picture(c.id); p.State == wire.StateExpiry {
				c.press("*") // somebody who never gets on, yet keeps the time-outs away
			}
			synctest.Wait()
		}
		if held := time.Since(pressed); held > cardLife+5*time.Second {
			t.Errorf("the card was held for %v", held)
		}
		c.HungUp()
		c.end()
	})
}

// The card goes after its time although the call's goroutine hangs in a write.
func TestACardIsEmptiedWhileTheDiskHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c := handOver(t, s, "T-1")
		c.until(wire.StateCardNumber)
		s.book.hang(10 * time.Minute)
		c.press(visa) // its last key completes the field, whose row is never written
		pressed := time.Now()
		if n := c.vault.Len(card.CardNumber); n != len(visa) {
			t.Fatalf("the vault has %d digits", n)
		}
		for c.vault.Len(card.CardNumber) > 0 && time.Since(pressed) < 5*time.Minute {
			time.Sleep(time.Second)
		}
		if held := time.Since(pressed); held > cardLife+time.Second {
			t.Errorf("the card was held for %v", held)
		}
		s.book.hang(0)
		c.HungUp()
		c.end()
	})
}

// The three rows of the last field stand on one page: the card is asked about after one
// write, however slow the disk is.
func TestTheCustomerWaitsForTheDiskOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.acquirer.delay = 30 * time.Second
		c := handOver(t, s, "T-1")
		c.press(visa)
		c.until(wire.StateExpiry)
		c.press("1230")
		c.until(wire.StateSecurityCode)
		s.book.hang(2 * time.Second)
		pressed := time.Now()
		c.press("123")
		c.until(wire.StateAuthorizing)
		if waited := time.Since(pressed); waited < 2*time.Second || waited >= 4*time.Second {
			t.Errorf("authorized %v after the last key, want the 2 s of one write", waited)
		}
		if got := s.book.points(); !strings.HasSuffix(got, "02.セキュリティコード取得\n02.カード情報取得OK\n03.カード与信") {
			t.Errorf("written down:\n%s", got)
		}
		c.end()
	})
}

// Whatever ends a call, its vault is wiped and its memory given back, once.
func TestTheVaultsMemoryIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		var made, freed int
		var vault *card.Vault
		s.Vaults = func() (*card.Vault, func(), error) {
			made++
			vault = card.NewVault()
			return vault, func() {
				if freed++; !vault.Wiped() {
					t.Error("the memory was given back with the card in it")
				}
			}, nil
		}
		c := handOver(t, s, "T-1")
		c.press("41111")
		c.HungUp()
		c.end()
		if made != 1 || freed != 1 {
			t.Errorf("made %d, given back %d", made, freed)
		}
		s.Vaults = func() (*card.Vault, func(), error) { return nil, nil, errors.New("no memory") }
		refused := s.arrive()
		<-refused.gone
		if !refused.has("refuse " + string(AtCapacity)) {
			t.Error("a call without a vault was not refused")
		}
	})
}
