package sipua

import (
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
)

func TestNumberIsAsDialledInJapan(t *testing.T) {
	for _, row := range []struct{ uri, want string }{
		{"sip:05012345678@pbx.example", "05012345678"},
		{"sip:050-1234-5678@pbx.example", "05012345678"},
		{"sip:+815012345678@pbx.example", "05012345678"},
		{"sip:+81-50-1234-5678@pbx.example;user=phone", "05012345678"},
		{"sip:+81(0)50-1234-5678@pbx.example", "05012345678"},
		{"sip:%2B815012345678@pbx.example", "05012345678"},
		{"sip:05012345678;npdi;rn=1@pbx.example", "05012345678"},
		{"sip:05012345678:secret@pbx.example", "05012345678"},
		{"tel:+815012345678;phone-context=x", "05012345678"},
		{"tel:050-1234-5678", "05012345678"},
		{"sip:8001@pbx.example", "8001"},
		{"sip:+12125550100@pbx.example", "+12125550100"},
		{"sip:anonymous@anonymous.invalid", ""},
		{"sip:pbx.example", ""},
		{"sip:+@pbx.example", ""},
		{"sip:+81@pbx.example", "+81"},
		{"sip:1+2@pbx.example", ""},
		{"sip:%zz@pbx.example", ""},
		{"sip:" + strings.Repeat("1", 33) + "@pbx.example", ""},
	} {
		var u sip.Uri
		if err := sip.ParseUri(row.uri, &u); err != nil {
			t.Fatalf("%s: %v", row.uri, err)
		}
		if got := numberOf(&u); got != row.want {
			t.Errorf("%s: got %q, want %q", row.uri, got, row.want)
		}
	}
}

func requestWith(t *testing.T, headers string) *sip.Request {
	t.Helper()
	text := "INVITE sip:0501@ivr SIP/2.0\n" + headers + "\n\n"
	msg, err := sip.ParseMessage([]byte(strings.ReplaceAll(text, "\n", "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	return msg.(*sip.Request)
}

// telephony.md 1, behaviour 17: the IVR number from Request-URI, To, P-Called-Party-ID or Diversion.
func TestCalledNumberIsTakenFromTheConfiguredField(t *testing.T) {
	req := requestWith(t, `To: "ivr" <sip:0502@ivr>
P-Called-Party-ID: <sip:0503@ivr>
Diversion: "Sales, Osaka" <sip:0504@pbx>;reason=unconditional, <sip:0505@pbx>`)
	for _, row := range []struct {
		from NumberFrom
		want string
	}{
		{NumberFromRequestURI, "0501"}, {NumberFromTo, "0502"},
		{NumberFromPCalledPartyID, "0503"}, {NumberFromDiversion, "0504"},
	} {
		if got := calledNumber(req, row.from); got != row.want {
			t.Errorf("%s: got %q, want %q", row.from, got, row.want)
		}
	}
	bare := requestWith(t, "Diversion: <sip:unclosed")
	for _, from := range []NumberFrom{NumberFromTo, NumberFromPCalledPartyID, NumberFromDiversion} {
		if got := calledNumber(bare, from); got != "" {
			t.Errorf("%s missing: got %q, want none", from, got)
		}
	}
}

// telephony.md 1, behaviour 17: caller ID from P-Asserted-Identity or From.
func TestCallerIsAssertedOrFrom(t *testing.T) {
	for name, row := range map[string]struct{ headers, want string }{
		"from alone":         {"From: <sip:09011112222@pbx>;tag=1", "09011112222"},
		"asserted wins":      {"From: <sip:8001@pbx>;tag=1\nP-Asserted-Identity: \"A\" <sip:+819011112222@pbx>, <tel:+819033334444>", "09011112222"},
		"asserted tel":       {"From: <sip:8001@pbx>;tag=1\nP-Asserted-Identity: <tel:+819011112222>", "09011112222"},
		"asserted is a name": {"From: <sip:8001@pbx>;tag=1\nP-Asserted-Identity: <sip:desk@pbx>", "8001"},
		"withheld":           {"From: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1", ""},
		"private":            {"From: <sip:8001@pbx>;tag=1\nP-Asserted-Identity: <sip:09011112222@pbx>\nPrivacy: none;id", ""},
		"not private":        {"From: <sip:8001@pbx>;tag=1\nPrivacy: none", "8001"},
		"no from":            {"Subject: none", ""},
	} {
		if got := callerNumber(requestWith(t, row.headers)); got != row.want {
			t.Errorf("%s: got %q, want %q", name, got, row.want)
		}
	}
}

func TestParseNumberFrom(t *testing.T) {
	for in, want := range map[string]NumberFrom{
		"": NumberFromRequestURI, "request-uri": NumberFromRequestURI, "TO": NumberFromTo,
		"p-called-party-id": NumberFromPCalledPartyID, "Diversion": NumberFromDiversion,
	} {
		if got, err := ParseNumberFrom(in); err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %q", in, got, err, want)
		}
	}
	if _, err := ParseNumberFrom("from"); err == nil {
		t.Error("from: got no error")
	}
}

// A number is digits with at most a plus before them, whatever a header holds.
func FuzzNumbers(f *testing.F) {
	f.Add("sip:+81-50-1234-5678@h", `"a,b" <sip:0501@h>;x=1, <tel:1>`)
	f.Add("tel:%2B81", "<sip:\x00@>")
	f.Fuzz(func(t *testing.T, uri, header string) {
		var u sip.Uri
		if sip.ParseUri(uri, &u) != nil {
			return
		}
		req := sip.NewRequest(sip.INVITE, u)
		for _, name := range []string{"P-Asserted-Identity", "P-Called-Party-ID", "Diversion", "Privacy"} {
			req.AppendHeader(sip.NewHeader(name, header))
		}
		numbers := []string{callerNumber(req)}
		for _, from := range []NumberFrom{NumberFromRequestURI, NumberFromTo, NumberFromPCalledPartyID, NumberFromDiversion} {
			numbers = append(numbers, calledNumber(req, from))
		}
		for _, n := range numbers {
			if len(n) > 32 || strings.Trim(strings.TrimPrefix(n, "+"), "0123456789") != "" {
				t.Fatalf("got %q as a number", n)
			}
		}
	})
}
