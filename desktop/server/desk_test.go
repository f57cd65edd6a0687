package server

import (
	"errors"
	"testing"
	"time"

	"tsunagi/shared/wire"
)

// desk is a client at the fake server with its events.
type desk struct {
	*Client
	t      *testing.T
	store  *store
	events chan Event
}

func newDesk(t *testing.T, f *fakeServer, s *store) *desk {
	return newDeskFor(t, f, s, Owner{})
}

// newDeskFor is one that is started for a user.
func newDeskFor(t *testing.T, f *fakeServer, s *store, owner Owner) *desk {
	d := &desk{t: t, store: s, events: make(chan Event, 1000)}
	d.Client = Start(Options{
		Address: address, Pins: s, Tokens: s, Owner: owner, Workstation: "ws-1",
		Notify:  func(e Event) { d.events <- e },
		connect: f.dial,
	})
	t.Cleanup(d.Stop)
	return d
}

// connectedDesk trusts the server from the start.
func connectedDesk(t *testing.T, f *fakeServer) *desk {
	t.Helper()
	s := newStore()
	s.pins[address] = f.fingerprint
	d := newDesk(t, f, s)
	d.waitPhase(PhaseConnected)
	return d
}

func loggedInDesk(t *testing.T, f *fakeServer) *desk {
	t.Helper()
	d := connectedDesk(t, f)
	d.login()
	d.wait("the first snapshot", func(e Event) bool { return e.Snapshot != nil })
	return d
}

func (d *desk) login() wire.Session {
	d.t.Helper()
	session, err := d.Login(d.t.Context(), wire.Login{MerchantID: "demo", UserID: "sato", Password: "demo-1234"})
	if err != nil {
		d.t.Fatal(err)
	}
	return session
}

// wait takes events until one fits.
func (d *desk) wait(what string, fits func(Event) bool) Event {
	d.t.Helper()
	late := time.After(10 * time.Minute) // of the bubble's time
	for {
		select {
		case e := <-d.events:
			if fits(e) {
				return e
			}
		case <-late:
			d.t.Fatalf("%s did not come; the link is %+v", what, d.State().Link)
		}
	}
}

func (d *desk) waitPhase(phase Phase) Link {
	d.t.Helper()
	return *d.wait("phase "+string(phase), func(e Event) bool { return e.Link != nil && e.Link.Phase == phase }).Link
}

// wantCode checks that err is a *wire.Error of the code.
func wantCode(t *testing.T, err error, code wire.Code) *wire.Error {
	t.Helper()
	var refusal *wire.Error
	if !errors.As(err, &refusal) || refusal.Code != code {
		t.Fatalf("got %v, want a *wire.Error with code %s", err, code)
	}
	return refusal
}
