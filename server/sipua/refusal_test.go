package sipua

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFrontRefusesBeforeAnythingIsAllocated(t *testing.T) {
	for name, row := range map[string]struct {
		refusal    Refusal
		retryAfter string
	}{
		"unknown number":  {Refusal{Status: 404}, ""},
		"logged out":      {Refusal{Status: 480}, ""},
		"busy":            {Refusal{Status: 486, Reason: "Operator has a call"}, ""},
		"at capacity":     {Refusal{Status: 503, RetryAfter: 1500 * time.Millisecond}, "2"},
		"not a refusal":   {Refusal{Status: 200}, ""},
		"line in reason":  {Refusal{Status: 486, Reason: "a\r\nX-Evil: b"}, ""},
		"unknown to us":   {Refusal{Status: 499}, ""},
		"declined at all": {Refusal{Status: 603}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := serve(t, Config{}, frontFunc(func(Invite) (Handler, *Refusal) { return nil, &row.refusal }))
			w := dialWire(t, e)
			w.send("INVITE", nil, offer)
			want := row.refusal.Status
			if want == 200 {
				want = 500
			}
			res := w.response(want)
			var got string
			if h := res.GetHeader("Retry-After"); h != nil {
				got = h.Value()
			}
			if got != row.retryAfter {
				t.Errorf("Retry-After: got %q, want %q", got, row.retryAfter)
			}
			if res.GetHeader("X-Evil") != nil {
				t.Error("the reason has become a header")
			}
			if open := e.media.Stats().Sessions; open != 0 {
				t.Errorf("%d media sessions open", open)
			}
		})
	}
}

// telephony.md 1, behaviour 12: unknown Require: 420.
//
// telephony.md 1, behaviour 13: no common codec: 488.
func TestBadInvitesAreRefusedAsRFC3261Says(t *testing.T) {
	admitted := make(chan struct{}, 1)
	e := serve(t, Config{}, frontFunc(func(Invite) (Handler, *Refusal) {
		admitted <- struct{}{}
		return nil, &Refusal{Status: 404}
	}))
	type headers = map[string]string
	video := strings.Replace(offer, "m=audio 40000 RTP/AVP 0 101", "m=audio 40000 RTP/AVP 18", 1)
	for name, row := range map[string]struct {
		headers headers
		body    string
		status  int
		header  string // and its value, which the response must bear
	}{
		"no common codec":     {nil, video, 488, ""},
		"no audio":            {nil, strings.Replace(offer, "m=audio", "m=video", 1), 488, ""},
		"malformed SDP":       {nil, "this is no session description\n", 400, ""},
		"body without type":   {headers{"Content-Type": ""}, offer, 400, ""},
		"other content":       {headers{"Content-Type": "text/plain"}, "hello\n", 415, "Accept: application/sdp"},
		"multipart":           {headers{"Content-Type": "multipart/mixed;boundary=x"}, "--x--\n", 415, "Accept: application/sdp"},
		"compressed":          {headers{"Content-Encoding": "gzip"}, offer, 415, "Accept-Encoding: identity"},
		"unknown Require":     {headers{"Require": "precondition, timer, x"}, offer, 420, "Unsupported: precondition, x"},
		"loop":                {headers{"Max-Forwards": "0"}, offer, 483, ""},
		"no Contact":          {headers{"Contact": ""}, offer, 400, ""},
		"unusable Contact":    {headers{"Contact": "<tel:1>"}, offer, 400, ""},
		"wildcard Contact":    {headers{"Contact": "*"}, offer, 400, ""},
		"no From":             {headers{"From": ""}, offer, 400, ""},
		"no tag in From":      {headers{"From": "<sip:a@b>"}, offer, 400, ""},
		"CSeq of another":     {headers{"CSeq": "1 BYE"}, offer, 400, ""},
		"other scheme":        {headers{"uri": "mailto:ivr@example.com"}, offer, 416, ""},
		"name for a number":   {headers{"uri": "sip:sales@127.0.0.1"}, offer, 404, ""},
		"no user":             {headers{"uri": "sip:127.0.0.1"}, offer, 404, ""},
		"in a dialog of none": {headers{"To": "<sip:05012345678@127.0.0.1>;tag=unknown"}, offer, 481, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := dialWire(t, e)
			w.send("INVITE", row.headers, row.body)
			res := w.response(row.status)
			if field, value, ok := strings.Cut(row.header, ": "); ok {
				if h := res.GetHeader(field); h == nil || h.Value() != value {
					t.Errorf("%s: got %v, want %s", field, h, value)
				}
			}
			select {
			case <-admitted:
				t.Error("the front was asked")
			default:
			}
		})
	}
}

// telephony.md 1, behaviour 12: OPTIONS answered; Allow, Supported, Accept right.
func TestOtherMethodsOutsideADialog(t *testing.T) {
	e := serve(t, Config{}, answering)
	for method, row := range map[string]struct {
		status  int
		headers []string
	}{
		"OPTIONS":    {200, []string{"Allow", "Accept", "Supported", "Contact"}},
		"REGISTER":   {405, []string{"Allow"}},
		"SUBSCRIBE":  {405, []string{"Allow"}},
		"MESSAGE":    {405, []string{"Allow"}},
		"REFER":      {405, []string{"Allow"}},
		"FROBNICATE": {405, []string{"Allow"}},
		"BYE":        {481, nil}, "INFO": {481, nil}, "UPDATE": {481, nil},
	} {
		t.Run(method, func(t *testing.T) {
			w := dialWire(t, e)
			w.send(method, nil, "")
			res := w.response(row.status)
			for _, name := range row.headers {
				if res.GetHeader(name) == nil {
					t.Errorf("no %s", name)
				}
			}
			if allow := res.GetHeader("Allow"); allow != nil {
				allowed := slices.Contains(strings.Split(allow.Value(), ", "), method)
				if refused := row.status == 405; allowed == refused {
					t.Errorf("Allow holds it: %v, and it got %d: %s", allowed, row.status, allow.Value())
				}
			}
			if accept := res.GetHeader("Accept"); accept != nil && accept.Value() != "application/sdp" {
				t.Errorf("Accept: %s", accept.Value())
			}
			if supported := res.GetHeader("Supported"); supported != nil && supported.Value() != "100rel, replaces, timer" {
				t.Errorf("Supported: %s", supported.Value())
			}
		})
	}
	t.Run("CANCEL of nothing", func(t *testing.T) {
		w := dialWire(t, e)
		w.seq = 1
		w.send("CANCEL", nil, "")
		w.response(481)
	})
	t.Run("ACK of nothing", func(t *testing.T) {
		w := dialWire(t, e)
		w.seq = 1
		w.send("ACK", map[string]string{"To": "<sip:1@h>;tag=x"}, "")
		w.silent(100 * time.Millisecond)
	})
	t.Run("another version of SIP", func(t *testing.T) {
		w := dialWire(t, e)
		w.write(strings.Replace(w.request("OPTIONS", 1, "v", nil, ""), "SIP/2.0\n", "SIP/3.0\n", 1))
		if res := w.response(505); res.SipVersion != "SIP/2.0" {
			t.Errorf("answered in %s", res.SipVersion)
		}
	})
}
