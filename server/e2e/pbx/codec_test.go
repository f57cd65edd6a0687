package pbx

import (
	"strings"
	"testing"

	"tsunagi/server/e2e/site"
	"tsunagi/shared/wire"
)

// telephony.md 1, behaviour 13: a trunk that speaks G.722 alone. The telephone speaks
// µ-law, so that the PBX makes one of the other, both ways: the prompts are as loud as
// speech, and a call is paid with the keys that come. The telephone does not know them by
// their sound any more, so that the desktop says when to key.
func TestCallByG722(t *testing.T) {
	t.Parallel()
	f := newOfficeWith(t, arrangement{trunk: "disallow = all\nallow = g722"})
	l := f.operator.call(site.Number)
	call := f.desktop.Call(wire.StateSendWindow)
	// A tenth of full scale: the prompts' own loudest is three times that.
	f.comes("a prompt that can be heard", func() bool { return l.since().loudest > 3000 })
	f.desktop.Send(call, form("T-1"))
	f.desktop.CallIs(call.ID, wire.StateHandover)
	l.key("1")
	for _, field := range []struct {
		state wire.State
		keys  string
	}{{wire.StateCardNumber, cardNumber + "#"}, {wire.StateExpiry, cardExpiry}, {wire.StateSecurityCode, cardCode}} {
		f.desktop.CallIs(call.ID, field.state)
		l.key(field.keys)
	}
	l.ended()
	f.paid("T-1")
	for _, answer := range f.fromServer("SIP/2.0 200 OK") {
		if _, media, described := strings.Cut(answer, "\nm=audio "); described {
			if line, _, _ := strings.Cut(media, "\n"); !strings.Contains(line, " RTP/AVP 9 101") {
				t.Errorf("the server has answered with %q, want G.722 and events", line)
			}
			return
		}
	}
	t.Error("the server has sent no answer with a session description")
}
