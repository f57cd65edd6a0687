package handset

import (
	"context"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"tsunagi/server/e2e/site"
	"tsunagi/server/media"
	"tsunagi/server/sipua"
)

// closePatience is how long a call may take to end when the test is over.
const closePatience = 2 * time.Second

// Handset is one telephone, at an address of its own.
type Handset struct {
	Name     string
	Endpoint *sipua.Endpoint

	t       testing.TB
	calls   chan *sipua.Leg        // unanswered
	refuses atomic.Int32           // 0: the telephone rings
	rings   atomic.Pointer[func()] // nil: nothing else happens
}

// Ports are those of a handset's media.
type Ports struct{ First, Last uint16 }

// New plugs a telephone in.
func New(t testing.TB, name string, address netip.AddrPort, ports Ports) *Handset {
	t.Helper()
	engine, err := media.New(media.Config{Addr: address.Addr(), PortMin: ports.First, PortMax: ports.Last})
	if err != nil {
		t.Fatal(err)
	}
	h := &Handset{Name: name, t: t, calls: make(chan *sipua.Leg, 1)}
	h.Endpoint, err = sipua.New(sipua.Config{Listen: address.String(), UserAgent: "telephone " + name}, engine, h)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- h.Endpoint.Serve(context.Background()) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), closePatience)
		defer cancel()
		for _, err := range []error{h.Endpoint.Close(ctx), <-served, engine.Close()} {
			if err != nil {
				t.Errorf("telephone %s: %v", name, err)
			}
		}
	})
	return h
}

// Admit implements sipua.Front: the telephone rings until somebody answers.
func (h *Handset) Admit(sipua.Invite) (sipua.Handler, *sipua.Refusal) {
	if status := h.refuses.Load(); status != 0 {
		return nil, &sipua.Refusal{Status: int(status)}
	}
	if rings := h.rings.Load(); rings != nil {
		(*rings)()
	}
	return func(l *sipua.Leg) {
		h.calls <- l
		<-h.t.Context().Done()
	}, nil
}

// Refuse has calls refused with a SIP status from now on; 0 has the telephone ring.
func (h *Handset) Refuse(status int) { h.refuses.Store(int32(status)) }

// WhenItRings has something happen when the telephone rings.
func (h *Handset) WhenItRings(do func()) { h.rings.Store(&do) }

// Next waits for the next call, which is unanswered.
func (h *Handset) Next() *sipua.Leg {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), site.Patience)
	defer cancel()
	select {
	case leg := <-h.calls:
		return leg
	case <-ctx.Done():
		h.t.Fatalf("telephone %s: no call has come", h.Name)
		return nil
	}
}
