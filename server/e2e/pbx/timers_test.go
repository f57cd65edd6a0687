package pbx

import (
	"strings"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/server/e2e/site"
	"tsunagi/server/prompt"
	"tsunagi/shared/message"
)

// telephony.md 1, behaviour 12: session timers (RFC 4028) of 90 s, the least there is, with
// a PBX that insists on them. While the customer's and the operator's leg are relayed, the
// PBX refreshes the one, which it began, and the server the other; both by UPDATE without
// a session description, and the two go on talking.
func TestSessionTimersOfBothSides(t *testing.T) {
	t.Parallel()
	a := returning(ivr.ReturnBridge)
	a.trunk = "timers = always\ntimers_min_se = 90\ntimers_sess_expires = 90"
	a.settings["sip.session_interval"] = "'90s'"
	f, customer, call := returningOffice(t, a)
	customer.await(prompt.CardNumber)
	customer.key("0#")
	operator := f.operator.answer()
	f.desktop.RowOf(call.ID, string(message.OperatorReturn))

	// Each is due after 45 s.
	f.comes("a refresh by the PBX", func() bool { return refreshes(f.toServer()) > 0 })
	f.comes("a refresh by the server", func() bool { return refreshes(f.fromServer("UPDATE ")) > 0 })
	talk(customer, operator)
	refused := f.fromServer("SIP/2.0 4")
	for _, answer := range refused {
		if strings.Contains(answer, " UPDATE\n") {
			t.Errorf("a refresh was refused:\n%s", answer)
		}
	}
	customer.hangUp()
	operator.ended()
	f.pbx.idle()
}

// refreshes counts the UPDATEs that keep a session and change nothing.
func refreshes(requests []string) (n int) {
	for _, r := range requests {
		if strings.HasPrefix(r, "UPDATE ") && strings.Contains(r, "\nSession-Expires: 90;refresher=uac") && !strings.Contains(r, "\nm=audio ") {
			n++
		}
	}
	return n
}

// comes waits until something holds that no event tells of.
func (f *office) comes(what string, holds func() bool) {
	f.t.Helper()
	limit, look := time.After(2*site.Patience), time.NewTicker(200*time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-look.C:
		case <-limit:
			f.t.Fatalf("waited in vain for %s", what)
		}
	}
}
