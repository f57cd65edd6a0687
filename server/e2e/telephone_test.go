package e2e

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"tsunagi/server/e2e/site"
	"tsunagi/server/media"
	"tsunagi/server/sipua"
)

// desk is the operator's telephone, without a PBX before it.
type desk struct {
	t        *testing.T
	endpoint *sipua.Endpoint
	calls    chan *sipua.Leg // unanswered
}

func newDeskTelephone(t *testing.T) *desk {
	t.Helper()
	engine, err := media.New(media.Config{Addr: netip.MustParseAddr("127.0.0.1"), PortMin: 31000, PortMax: 39999})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, calls: make(chan *sipua.Leg, 1)}
	d.endpoint, err = sipua.New(sipua.Config{Listen: "127.0.0.1:0", UserAgent: "telephone"}, engine, d)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- d.endpoint.Serve(context.Background()) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if err := d.endpoint.Close(ctx); err != nil {
			t.Errorf("telephone: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("telephone: %v", err)
		}
		if err := engine.Close(); err != nil {
			t.Errorf("telephone: %v", err)
		}
	})
	return d
}

func (d *desk) address() string { return d.endpoint.Addr().String() }

// Admit implements sipua.Front: the telephone rings until somebody answers.
func (d *desk) Admit(sipua.Invite) (sipua.Handler, *sipua.Refusal) {
	return func(l *sipua.Leg) {
		d.calls <- l
		<-d.t.Context().Done()
	}, nil
}

// answer takes the call that comes.
func (d *desk) answer() *sipua.Leg {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), site.Patience)
	defer cancel()
	select {
	case leg := <-d.calls:
		if err := leg.Answer(); err != nil {
			d.t.Fatal(err)
		}
		return leg
	case <-ctx.Done():
		d.t.Fatal("the telephone does not ring")
		return nil
	}
}
