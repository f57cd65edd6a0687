package pbx

import (
	"regexp"
	"strings"
	"testing"

	"tsunagi/server/e2e/site"
	"tsunagi/shared/wire"
)

// The operator's telephone does the transfer itself: it has a call with the customer
// and one with the IVR, and has the PBX join them by REFER with Replaces (RFC 3891).
func TestAttendedTransferByReferWithReplaces(t *testing.T) {
	t.Parallel()
	f := newOffice(t)
	operator := newBaresip(t, f.pbx)
	dialled := f.customer.dial("103")
	f.pbx.manager.wait("the operator's telephone to ring", func(e event) bool {
		return e["Event"] == "Newstate" && strings.HasPrefix(e["Channel"], "PJSIP/103-") && e["Channelstatedesc"] == "Ringing"
	})
	operator.do("accept", "")
	customer := <-dialled
	if customer.err != nil {
		t.Fatal(customer.err)
	}
	f.pbx.manager.channel("103")
	first := f.dialogWith103()

	operator.do("dial", "sip:"+site.Number+"@"+f.network+".1")
	call := f.desktop.Call(wire.StateSendWindow)
	f.desktop.Send(call, form("T-1"))
	f.desktop.CallIs(call.ID, wire.StateHandover)
	operator.do("line", "2")
	operator.key("1")
	f.desktop.CallIs(call.ID, wire.StateRingback)
	operator.do("transfer", "sip:customer@"+f.network+".1?Replaces="+first)

	f.pay(customer)
	f.paid("T-1")
}

// dialogWith103 is the call that the PBX has made to 103, as a Replaces header within a
// URI names it to the PBX.
func (f *office) dialogWith103() string {
	f.t.Helper()
	answer := regexp.MustCompile(`(?s)Received SIP response \(\d+ bytes\) from UDP:` + regexp.QuoteMeta(f.network) +
		`\.103:5060 --->\nSIP/2\.0 200 .*?\n\n`)
	header := func(message, expression string) string {
		found := regexp.MustCompile(expression).FindStringSubmatch(message)
		if found == nil {
			f.t.Fatalf("no %s in\n%s", expression, message)
		}
		return found[1]
	}
	for _, message := range answer.FindAllString(strings.ReplaceAll(f.pbx.log(), "\r", ""), -1) {
		if strings.Contains(message, " INVITE\n") {
			return header(message, `Call-ID: (\S+)`) + "%3Bto-tag%3D" + header(message, `From: .*;tag=(\S+)`) +
				"%3Bfrom-tag%3D" + header(message, `To: .*;tag=(\S+)`)
		}
	}
	f.t.Fatal("103 has not answered")
	return ""
}
