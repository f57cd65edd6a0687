package sipua

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

// telephony.md 1, behaviour 20: draining. Registrations are withdrawn, no new call is
// taken, OPTIONS say so, and a call in progress goes on to its own end.
func TestDraining(t *testing.T) {
	var draining atomic.Bool
	ls := make(legs, 1)
	pbx := newRegistrar(t)
	e := serve(t, Config{Timing: brisk, Accounts: []Account{{Registrar: pbx.addr(), User: "101", Password: password}}},
		frontFunc(func(i Invite) (Handler, *Refusal) {
			if draining.Load() {
				return nil, &Refusal{Status: 503, RetryAfter: 10 * time.Second}
			}
			return ls.Admit(i)
		}))
	pbx.reply(pbx.meet(sip.REGISTER), 200, "Expires: 3600\n", "")
	comes(t, "the registration", func() bool { return !e.Registrations()[0].Until.IsZero() })
	caller := dialWire(t, e)
	leg := caller.callTo(t, ls)

	draining.Store(true)
	withdrawn := make(chan struct{})
	go func() { e.Withdraw(context.Background()); close(withdrawn) }()
	last := pbx.meet(sip.REGISTER)
	if header(last, "Expires") != "0" {
		t.Errorf("Expires %q, want 0", header(last, "Expires"))
	}
	pbx.reply(last, 200, "", "")
	<-withdrawn

	another := dialWire(t, e)
	another.send("INVITE", nil, offer)
	if res := another.response(503); header(res, "Retry-After") != "10" {
		t.Errorf("Retry-After %q, want 10", header(res, "Retry-After"))
	}
	asking := dialWire(t, e)
	asking.send("OPTIONS", nil, "")
	if res := asking.response(503); header(res, "Retry-After") == "" {
		t.Error("503 to OPTIONS without Retry-After")
	}
	caller.send("OPTIONS", nil, "") // within the call
	caller.response(200)
	caller.send("BYE", nil, "")
	caller.response(200)
	if ev := until(t, leg, Ended); ev.Reason != HungUp {
		t.Errorf("got %s, want %s", ev.Reason, HungUp)
	}
}
