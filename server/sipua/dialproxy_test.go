package sipua

import (
	"strings"
	"testing"
)

// Outgoing calls by number through a PBX or trunk address, and by URI through a proxy.
func TestDialThroughAProxy(t *testing.T) {
	e := serve(t, Config{}, nil)
	for name, row := range map[string]struct{ to, uri, route string }{
		"a number": {"+81-3-1234-5678", "sip:0312345678@%s", ""},
		"a URI":    {"sip:operator@far.invalid", "sip:operator@far.invalid", "<sip:%s;lr>"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newCallee(t, e)
			fill := func(s string) string { return strings.ReplaceAll(s, "%s", w.addr()) }
			answer := goDial(t.Context(), e, DialParams{To: row.to, Proxy: w.addr(), From: "05012345678", Asserted: "0398765432"})
			invite := w.peerRequest("INVITE")
			if got := invite.Recipient.String(); got != fill(row.uri) {
				t.Errorf("Request-URI %s, want %s", got, fill(row.uri))
			}
			route := ""
			if h := invite.GetHeader("Route"); h != nil {
				route = h.Value()
			}
			if route != fill(row.route) {
				t.Errorf("Route %q, want %q", route, fill(row.route))
			}
			if got, _ := numberInHeader(invite, "P-Asserted-Identity"); got != "0398765432" {
				t.Errorf("asserted %q, want 0398765432", got)
			}
			w.reply(invite, 486, "", "")
			w.peerRequest("ACK")
			if got := <-answer; got.err == nil {
				t.Error("got no error")
			}
		})
	}
	for _, p := range []DialParams{{To: "103"}, {To: "103", Proxy: "a b"}, {To: "103", Proxy: "u@h"}, {To: "x", Proxy: "127.0.0.1"}} {
		if _, err := e.Dial(t.Context(), p); err == nil {
			t.Errorf("%+v: got no error", p)
		}
	}
}
