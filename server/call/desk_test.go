package call

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
	"tsunagi/shared/wire"
)

func TestWhoIsNotAdmitted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		admit := func(number string) error {
			_, err := s.Admit(t.Context(), number, "")
			return err
		}
		if err := admit("05099999999"); err != UnknownNumber {
			t.Errorf("unknown number: %v", err)
		}
		s.online = false
		if err := admit(ivrNumber); err != LoggedOut {
			t.Errorf("logged out: %v", err)
		}
		s.online = true
		first := s.arrive()
		if err := admit(ivrNumber); err != Busy {
			t.Errorf("a call in the send window: %v", err)
		}
		if err := s.send(first, "T-1"); err != nil {
			t.Fatal(err)
		}
		if err := admit(ivrNumber); err != Busy {
			t.Errorf("a call in the handover: %v", err)
		}
		first.press("1")
		first.until(wire.StateGreeting)
		if err := admit(ivrNumber); err != nil {
			t.Errorf("the customer is with the IVR, the operator is free: %v", err)
		}
		first.HungUp()
		first.end()
	})
}

// An operator whose caller has hung up is free, however long the disk takes over it.
func TestNextCallNeedNotWaitForTheRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		first := s.arrive()
		s.book.hang(time.Second)
		first.HungUp()
		synctest.Wait()
		if _, err := s.Admit(t.Context(), ivrNumber, ""); err != nil || len(s.book.ends()) > 0 {
			t.Errorf("got %v with records of %v", err, s.book.ends())
		}
		first.end()
	})
}

func TestTwoThatWereAdmittedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		late, err := s.Admit(t.Context(), ivrNumber, "")
		if err != nil {
			t.Fatal(err)
		}
		first := s.arrive()
		second := &caller{Call: late, site: s, gone: make(chan struct{})}
		late.Run(second)
		if !second.has("refuse " + string(Busy)) {
			t.Errorf("the second was not told: %v", second.did)
		}
		first.HungUp()
		first.end()
	})
}

func TestMoreCallsThanChannels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.merchant.Channels = 1
		first := handOver(t, s, "T-1")
		second := s.arrive()
		second.end() // told so by guidance, hung up
		if !second.has("answer") || !second.has("bye") {
			t.Errorf("the second call: %v", second.did)
		}
		if ends := s.book.ends(); !slices.Equal(ends, []ivr.End{ivr.EndChannelsFull}) {
			t.Errorf("ended %v", ends)
		}
		first.HungUp()
		first.end()
		third := s.arrive()
		third.until(wire.StateSendWindow)
		third.HungUp()
		third.end()
	})
}

func TestTheServerIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.MaxCalls = 1
		first := handOver(t, s, "T-1")
		if _, err := s.Admit(t.Context(), ivrNumber, ""); err != AtCapacity {
			t.Errorf("got %v", err)
		}
		first.HungUp()
		first.end()
	})
}

func TestDraining(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		c := handOver(t, s, "T-1")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		s.Drain(ctx) // returns when the call is gone
		c.end()
		if ends := s.book.ends(); !slices.Equal(ends, []ivr.End{ivr.EndServerStopped}) {
			t.Errorf("ended %v", ends)
		}
		if _, err := s.Admit(t.Context(), ivrNumber, ""); err != Draining {
			t.Errorf("a new call: %v", err)
		}
		if s.Live() != 0 {
			t.Errorf("%d calls live on", s.Live())
		}
	})
}
