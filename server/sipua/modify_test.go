package sipua

import (
	"strings"
	"testing"
)

// version is the version in the o= line of a session description.
func version(body []byte) string {
	_, rest, _ := strings.Cut(string(body), "o=")
	return strings.Fields(rest)[2]
}

// telephony.md 1, behaviour 9: re-INVITE that moves media.
func TestReinviteMovesTheMedia(t *testing.T) {
	w, leg := call(t, Config{})
	leg.Play(1, clips(t, 500), true)
	moved := w.listenMedia()
	w.send("INVITE", nil, moved.describe())
	res := w.response(200)
	w.send("ACK", nil, "")
	moved.packet()
	if got := version(res.Body()); got != "1" {
		t.Errorf("version %s of an unchanged description, want 1 (RFC 3264 8)", got)
	}
	again := w.listenMedia()
	w.send("UPDATE", nil, again.describe()) // RFC 3311
	w.response(200)
	again.packet()
	w.send("BYE", nil, "")
	w.response(200)
}

// telephony.md 1, behaviour 8 in part: hold is answered correctly, and the reader told of it.
func TestHoldAndResume(t *testing.T) {
	w, leg := call(t, Config{})
	stream := w.listenMedia()
	zero := strings.Replace(stream.describe(), "c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0", 1)
	versions := map[string]bool{}
	for _, row := range []struct {
		name, offer, answer string
		event               Kind
	}{
		{"sendonly", stream.describe("a=sendonly"), "a=recvonly", Held},
		{"resumed", stream.describe("a=sendrecv"), "a=sendrecv", Resumed},
		{"inactive", stream.describe("a=inactive"), "a=inactive", Held},
		{"resumed again", stream.describe(), "a=sendrecv", Resumed},
		{"0.0.0.0", zero, "a=recvonly", Held},
		{"resumed at last", stream.describe(), "a=sendrecv", Resumed},
	} {
		w.send("INVITE", nil, row.offer)
		res := w.response(200)
		w.send("ACK", nil, "")
		if body := string(res.Body()); !strings.Contains(body, row.answer+"\r\n") {
			t.Errorf("%s: got answer %q, want %s", row.name, body, row.answer)
		}
		if v := version(res.Body()); versions[v] {
			t.Errorf("%s: version %s twice", row.name, v)
		} else {
			versions[v] = true
		}
		until(t, leg, row.event)
	}
	leg.Play(1, clips(t, 3), false)
	stream.packet()
	until(t, leg, PlayedOut)
	w.send("BYE", nil, "")
	w.response(200)
}

// telephony.md 1, behaviour 9: an empty re-INVITE (we offer); glare of offers (491).
func TestEmptyReinviteGetsAnOffer(t *testing.T) {
	w, leg := call(t, Config{})
	w.send("INVITE", nil, "")
	res := w.response(200)
	if !strings.Contains(string(res.Body()), "RTP/AVP 0 8 9 101") {
		t.Errorf("got %q, want an offer", res.Body())
	}
	w.send("UPDATE", nil, offer)
	w.response(491)
	stream := w.listenMedia()
	w.seq-- // of the INVITE
	w.send("ACK", nil, stream.describe())
	w.seq++
	leg.Play(1, clips(t, 3), false)
	stream.packet()
	w.send("BYE", nil, "")
	w.response(200)
}

func TestReinviteThatCannotBeTakenLeavesTheSession(t *testing.T) {
	w, leg := call(t, Config{})
	stream := w.listenMedia()
	w.send("INVITE", nil, stream.describe())
	w.response(200)
	w.send("ACK", nil, "")
	w.send("INVITE", nil, strings.Replace(offer, " 0 101", " 18", 1))
	w.response(488)
	leg.Play(1, clips(t, 3), false)
	stream.packet()
	until(t, leg, PlayedOut)
	w.send("BYE", nil, "")
	w.response(200)
}

// telephony.md 1, behaviour 11: target refresh. RFC 3261 12.2.1.1: the route set stays.
func TestTargetRefreshAndRouteSet(t *testing.T) {
	ls := make(legs, 1)
	e := serve(t, Config{}, ls)
	for name, row := range map[string]struct {
		recordRoute string // %s is the wire
		uri         string
		routes      []string
	}{
		"no proxy": {"", "sip:new@%s;x=1", nil},
		"loose routers": {"<sip:%s;lr>, <sip:far.invalid;lr>", "sip:new@%s;x=1",
			[]string{"<sip:%s;lr>", "<sip:far.invalid;lr>"}},
		"a strict router": {"<sip:%s>, <sip:far.invalid;lr>", "sip:%s",
			[]string{"<sip:far.invalid;lr>", "<sip:new@%s;x=1>"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := dialWire(t, e)
			fill := func(s string) string { return strings.ReplaceAll(s, "%s", w.addr()) }
			w.send("INVITE", map[string]string{"Record-Route": fill(row.recordRoute)}, offer)
			leg := ls.next(t)
			if err := leg.Answer(); err != nil {
				t.Fatal(err)
			}
			w.toTag, _ = w.response(200).To().Params.Get("tag")
			w.send("ACK", nil, "")
			w.send("UPDATE", map[string]string{"Contact": fill("<sip:new@%s;x=1>")}, "")
			w.response(200)
			leg.Bye()
			bye := w.peerRequest("BYE")
			if got := bye.Recipient.String(); got != fill(row.uri) {
				t.Errorf("Request-URI %s, want %s", got, fill(row.uri))
			}
			var routes []string
			for _, h := range bye.GetHeaders("Route") {
				routes = append(routes, h.Value())
			}
			if got := strings.Join(routes, " "); got != fill(strings.Join(row.routes, " ")) {
				t.Errorf("Route %s, want %s", got, fill(strings.Join(row.routes, " ")))
			}
			if from, _ := bye.From().Params.Get("tag"); from != leg.ID() {
				t.Errorf("From tag %s, want %s", from, leg.ID())
			}
			w.reply(bye, 200, "", "")
		})
	}
}

func TestResponseIsNotBoundByTheLimitOfRequests(t *testing.T) {
	e := serve(t, Config{}, answering)
	w := dialWire(t, e)
	long := "<sip:" + strings.Repeat("r", 1500) + ".invalid;lr>"
	w.send("INVITE", map[string]string{"Record-Route": long}, offer)
	res := w.response(200)
	if len(res.String()) < 1500 || res.GetHeader("Record-Route") == nil {
		t.Error("the 200 has lost its Record-Route")
	}
}
