package ws

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
)

// An order's answer is remembered for an hour, whatever else is sent meanwhile; one that
// was refused is not, and no other is forgotten for it.
func TestAcceptedOrdersAreRememberedForAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(Server)
		sent := make(map[ivr.CallID]int)
		send := func(call ivr.CallID, answer error) {
			t.Helper()
			got := s.once(t.Context(), orderKey{suzuki, call, "key"}, func(context.Context) error {
				sent[call]++
				return answer
			})
			if !errors.Is(got, answer) {
				t.Errorf("%s: got %v, want %v", call, got, answer)
			}
		}
		send("early", nil)
		time.Sleep(orderRemembered / 2)
		send("refused", errNotAllowed)
		send("late", nil)
		time.Sleep(orderRemembered/2 - 1)
		send("early", nil)
		send("late", nil)
		send("refused", errNotAllowed)
		if sent["early"] != 1 || sent["late"] != 1 || sent["refused"] != 2 {
			t.Errorf("within the hour sent %v, want the accepted ones once and the refused one twice", sent)
		}
		time.Sleep(time.Nanosecond)
		send("another", nil) // whose coming forgets the early one
		send("early", nil)
		send("late", nil)
		if sent["early"] != 2 || sent["late"] != 1 || len(s.orders.sent) != 3 || len(s.orders.accepted) != 3 {
			t.Errorf("after the hour sent %v, remembered %d and %d; want early twice, late once, three remembered",
				sent, len(s.orders.sent), len(s.orders.accepted))
		}
		s.running.Wait()
	})
}
