package pbx

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tsunagi/server/e2e/site"
	"tsunagi/shared/wire"
)

// onHold is longer than a prompt and the 10 s to the first key after it, after which the
// IVR asks once more and the customer has a retry less.
const onHold = 25 * time.Second

// telephony.md 1.8: a call on hold waits, prompt and timers, and goes on where it was.
// The PBX passes the hold on to the trunk (moh_passthrough).
func TestCallOnHoldWaitsForTheCustomer(t *testing.T) {
	t.Parallel()
	f := newOffice(t)
	telephone := newBaresip(t, f.pbx)
	telephone.do("dial", "sip:"+site.Number+"@"+f.network+".1")
	call := f.desktop.Call(wire.StateSendWindow)
	f.desktop.Send(call, form("T-1"))
	f.desktop.CallIs(call.ID, wire.StateHandover)
	telephone.key("1")
	asked := f.desktop.CallIs(call.ID, wire.StateCardNumber)

	telephone.do("hold", "")
	f.pbx.manager.wait("hold", func(e event) bool { return e["Event"] == "Hold" })
	<-time.After(onHold) // nothing happens meanwhile, which is what is tested
	telephone.do("resume", "")
	f.pbx.manager.wait("resume", func(e event) bool { return e["Event"] == "Unhold" })

	f.keySlowly(telephone, call.ID, wire.StateCardNumber, cardNumber)
	f.desktop.CallIs(call.ID, wire.StateExpiry)
	for _, c := range f.desktop.Calls(call.ID) {
		if c.State == wire.StateCardNumber && c.RetriesLeft != asked.RetriesLeft {
			t.Errorf("%d retries left, want %d: the time on hold was counted", c.RetriesLeft, asked.RetriesLeft)
		}
	}
	f.keySlowly(telephone, call.ID, wire.StateExpiry, cardExpiry)
	f.desktop.CallIs(call.ID, wire.StateSecurityCode)
	f.keySlowly(telephone, call.ID, wire.StateSecurityCode, cardCode)
	f.paid("T-1")
	if got, want := f.directions(), []string{"sendrecv", "sendonly", "sendrecv"}; !slices.Equal(got, want) {
		t.Errorf("the server was offered %q, want %q", got, want)
	}
}

// keySlowly keys a field, each key once the server has told of the one before, as a
// person does who watches: baresip sends a key in no less than 240 ms, and on a busy
// machine Asterisk loses those that come in a bunch.
func (f *office) keySlowly(telephone *baresip, call string, field wire.State, keys string) {
	f.t.Helper()
	for i := range keys {
		telephone.key(keys[i : i+1])
		if i+1 < len(keys) { // the last one ends the field
			f.desktop.Keyed(call, field, i+1)
		}
	}
}

// directions are those of the media offered to the server, in order; the same one twice
// in a row counts once.
func (f *office) directions() []string {
	f.t.Helper()
	var got []string
	for _, request := range f.toServer() {
		for _, direction := range []string{"sendrecv", "sendonly", "recvonly", "inactive"} {
			if strings.Contains(request, "a="+direction) {
				got = append(got, direction)
			}
		}
	}
	return slices.Compact(got)
}
