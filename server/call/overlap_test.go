package call

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// product.md 6.9: calls by one operator may overlap, within the channels. Each has an
// order and rows of its own, numbered from 1.
func TestCallsOfOneOperatorOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.acquirer.delay = 20 * time.Second
		var calls []*caller
		for n := range 3 {
			c := handOver(t, s, fmt.Sprintf("T-%d", n+1))
			c.press(visa)
			calls = append(calls, c)
		}
		for _, c := range calls {
			c.press("1230")
		}
		for _, c := range calls {
			c.press("123")
			c.until(wire.StateAuthorizing)
		}
		if s.Live() != 3 {
			t.Fatalf("%d calls live, want 3", s.Live())
		}
		for _, c := range calls {
			c.end()
		}
		points := map[ivr.CallID][]string{}
		for _, row := range s.book.rows {
			points[row.Call] = append(points[row.Call], row.Point)
			if row.Number != len(points[row.Call]) {
				t.Errorf("row %s of call %s has number %d, want %d", row.Point, row.Call, row.Number, len(points[row.Call]))
			}
		}
		for n, c := range calls {
			want := order.TransactionID(fmt.Sprintf("T-%d", n+1))
			if got := s.book.orders[c.id].TransactionID; got != want {
				t.Errorf("call %d has order %s, want %s", n+1, got, want)
			}
			for _, row := range s.book.rows {
				if row.Call == c.id && row.TransactionID != want {
					t.Errorf("call %d has a row of %s: %s", n+1, row.TransactionID, row.Point)
				}
			}
			if got := strings.Join(points[c.id], " "); !strings.HasPrefix(got, "01.転送完了トップ 02.カード番号取得") || !strings.HasSuffix(got, "通話が終了しました。") {
				t.Errorf("rows of call %d: %s", n+1, got)
			}
		}
	})
}

// product.md 2 and 4: what the operator chose is what the acquirer is asked for: every
// payment count, revolving and bonus among them, and the member ID.
func TestTheOrderReachesTheAcquirerAsSent(t *testing.T) {
	for _, count := range order.PaymentCounts() {
		t.Run(string(count), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t)
				s.merchant.MemberID = true
				c := s.arrive()
				f := form("T-1")
				f.PaymentCount, f.MemberID = string(count), "member-1"
				if err := s.SendOrder(t.Context(), sato, c.id, f); err != nil {
					t.Fatal(err)
				}
				c.press("1")
				c.until(wire.StateCardNumber)
				c.press(visa)
				c.press("1230")
				c.press("123")
				c.end()
				if n := len(s.acquirer.asked); n != 1 {
					t.Fatalf("the acquirer was asked %d times", n)
				}
				if o := s.acquirer.asked[0].Order; o.PaymentCount != count || o.MemberID != "member-1" || o.Amount != 4980 || o.TransactionID != "T-1" {
					t.Errorf("the acquirer was asked about %+v", o)
				}
			})
		})
	}
}

// product.md 6.2: the client is told at once; the deadline that it counts down to is the
// moment at which the window closes.
func TestTheWindowIsToldAtOnceAndEndsWhenItSays(t *testing.T) {
	for _, window := range []time.Duration{20 * time.Second, 45 * time.Second} {
		t.Run(window.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t)
				s.merchant.SendWindow = window
				arrived := time.Now()
				c := s.arrive()
				p, ok := s.board.picture(c.id)
				if !ok || p.State != wire.StateSendWindow || p.ArrivedAtMs != arrived.UnixMilli() {
					t.Fatalf("at the answer the screen shows %+v", p)
				}
				time.Sleep(window - time.Millisecond)
				synctest.Wait()
				if now, _ := s.board.picture(c.id); now.State != wire.StateSendWindow {
					t.Errorf("a millisecond before its deadline the window is %s", now.State)
				}
				time.Sleep(2 * time.Millisecond)
				synctest.Wait()
				closed, _ := s.board.picture(c.id)
				if closed.State != wire.StateEnded || closed.StateAtMs != p.DeadlineAtMs {
					t.Errorf("the window closed as %s at %d, its deadline was %d", closed.State, closed.StateAtMs, p.DeadlineAtMs)
				}
				c.end()
			})
		})
	}
}
