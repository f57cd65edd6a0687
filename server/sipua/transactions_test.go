package sipua

import (
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
)

// requestBy is a request with the given Via and Call-ID.
func requestBy(t *testing.T, method, via, callID string) *sip.Request {
	t.Helper()
	m, err := sip.ParseMessage([]byte(strings.ReplaceAll(method+` sip:a@b SIP/2.0
Via: SIP/2.0/UDP `+via+`
From: <sip:c@d>;tag=e
To: <sip:a@b>
Call-ID: `+callID+`
CSeq: 7 `+method+`
Content-Length: 0

`, "\n", "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	return m.(*sip.Request)
}

// RFC 3261 17.2.3, which requests are of one transaction.
func TestServerKeyOf(t *testing.T) {
	const unique, old = "h:5070;branch=z9hG4bK1", "h:5070;branch=1"
	invite, ofOld := requestBy(t, "INVITE", unique, "x"), requestBy(t, "INVITE", old, "x")
	for name, row := range map[string]struct {
		first, second *sip.Request
		method        sip.RequestMethod
		same          bool
	}{
		"a copy":                           {invite, requestBy(t, "INVITE", unique, "x"), "", true},
		"a unique branch counts alone":     {invite, requestBy(t, "INVITE", unique, "y"), "", true},
		"the ACK of a refusal":             {invite, requestBy(t, "ACK", unique, "x"), "", true},
		"the CANCEL about it":              {invite, requestBy(t, "CANCEL", unique, "x"), sip.INVITE, true},
		"the CANCEL itself":                {invite, requestBy(t, "CANCEL", unique, "x"), "", false},
		"another branch":                   {invite, requestBy(t, "INVITE", unique+"2", "x"), "", false},
		"another port":                     {invite, requestBy(t, "INVITE", "h:5071;branch=z9hG4bK1", "x"), "", false},
		"the usual port":                   {requestBy(t, "BYE", "h;branch=z9hG4bK1", "x"), requestBy(t, "BYE", "h:5060;branch=z9hG4bK1", "x"), "", true},
		"a copy by RFC 2543":               {ofOld, requestBy(t, "INVITE", old, "x"), "", true},
		"the CANCEL by RFC 2543":           {ofOld, requestBy(t, "CANCEL", old, "x"), sip.INVITE, true},
		"another call by RFC 2543":         {ofOld, requestBy(t, "INVITE", old, "y"), "", false},
		"nothing behind the magic cookie":  {requestBy(t, "INVITE", "h;branch=z9hG4bK", "x"), requestBy(t, "INVITE", "h;branch=z9hG4bK", "y"), "", false},
		"no branch at all, another method": {requestBy(t, "BYE", "h", "x"), requestBy(t, "INFO", "h", "x"), "", false},
	} {
		first, ok := serverKeyOf(row.first, "")
		second, and := serverKeyOf(row.second, row.method)
		if !ok || !and || (first == second) != row.same {
			t.Errorf("%s: got %v (%v) and %v (%v), want same: %v", name, first, ok, second, and, row.same)
		}
	}
}

// RFC 3261 18.2.2 and RFC 3581 4.
func TestBackPort(t *testing.T) {
	for via, want := range map[string]uint16{
		"h:5070;branch=1": 5070, "h;branch=1": 5060, "h:5070;rport;branch=1": 4000, "h;rport": 4000,
		"h:5070;rport=5080": 5080, "h:5070;rport=0": 5070, "h:5070;rport=x": 5070,
	} {
		if got := backPort(requestBy(t, "INVITE", via, "x").Via(), 4000); got != want {
			t.Errorf("%s: got %d, want %d", via, got, want)
		}
	}
}
