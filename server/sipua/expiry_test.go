package sipua

import (
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

// hasty makes a session of 300 s last 1.2 s.
var hasty = Timing{T1: 40 * time.Millisecond, SessionSecond: 4 * time.Millisecond}

// timedCall makes an answered call whose INVITE has these headers more.
func timedCall(t *testing.T, headers map[string]string) (*wire, *Leg, *sip.Response) {
	t.Helper()
	ls := make(legs, 1)
	w := dialWire(t, serve(t, Config{Timing: hasty}, ls))
	w.send("INVITE", headers, offer)
	leg := ls.next(t)
	if err := leg.Answer(); err != nil {
		t.Fatal(err)
	}
	res := w.response(200)
	w.toTag, _ = res.To().Params.Get("tag")
	w.send("ACK", nil, "")
	until(t, leg, Confirmed)
	return w, leg, res
}

// header is the value of a header, empty where it is missing.
func header(m sip.Message, name string) string {
	if h := m.GetHeaders(name); len(h) > 0 {
		return h[0].Value()
	}
	return ""
}

// telephony.md 1, behaviour 12: session timers (RFC 4028) as refreshed: the peer's UPDATE keeps the
// session, and its silence ends it.
func TestSessionIsRefreshedByThePeer(t *testing.T) {
	w, leg, res := timedCall(t, map[string]string{"Session-Expires": "300;refresher=uac", "Supported": "timer"})
	if got := header(res, "Session-Expires"); got != "300;refresher=uac" || header(res, "Require") != "timer" {
		t.Errorf("Session-Expires %q, Require %q", got, header(res, "Require"))
	}
	var began time.Time
	for range 3 {
		w.silent(500 * time.Millisecond) // in all it takes longer than the session
		began = time.Now()
		w.send("UPDATE", map[string]string{"Session-Expires": "300;refresher=uac", "Supported": "timer"}, "")
		if got := header(w.response(200), "Session-Expires"); got != "300;refresher=uac" {
			t.Errorf("Session-Expires %q", got)
		}
	}
	bye := w.peerRequest("BYE")
	if got := time.Since(began); got < time.Second {
		t.Errorf("BYE after %v, want it shortly before the end of the session", got)
	}
	w.reply(bye, 200, "", "")
	if ev := until(t, leg, Ended); ev.Reason != Expired {
		t.Errorf("got %s, want %s", ev.Reason, Expired)
	}
}

// telephony.md 1, behaviour 12: session timers as refresher, by UPDATE where the peer knows it.
func TestSessionIsRefreshedByUpdate(t *testing.T) {
	w, leg, res := timedCall(t, map[string]string{"Session-Expires": "300;refresher=uas", "Supported": "timer", "Allow": "INVITE, UPDATE"})
	if got := header(res, "Session-Expires"); got != "300;refresher=uas" || header(res, "Require") != "" {
		t.Errorf("Session-Expires %q, Require %q", got, header(res, "Require"))
	}
	for range 3 {
		update := w.peerRequest("UPDATE")
		if got := header(update, "Session-Expires"); got != "300;refresher=uac" || len(update.Body()) > 0 {
			t.Errorf("Session-Expires %q and a body of %d bytes", got, len(update.Body()))
		}
		w.reply(update, 200, "Session-Expires: 300;refresher=uac\nRequire: timer\n", "")
	}
	w.reply(w.peerRequest("UPDATE"), 481, "", "")
	w.reply(w.peerRequest("BYE"), 200, "", "")
	if ev := until(t, leg, Ended); ev.Reason != Expired {
		t.Errorf("got %s, want %s", ev.Reason, Expired)
	}
}

// A proxy may ask for a timer that its client does not know: then it is ours.
func TestSessionOfAPeerWithoutTimersIsRefreshedByReinvite(t *testing.T) {
	w, leg, res := timedCall(t, map[string]string{"Session-Expires": "300"})
	if got := header(res, "Session-Expires"); got != "300;refresher=uas" {
		t.Errorf("Session-Expires %q", got)
	}
	invite := w.peerRequest("INVITE")
	if string(invite.Body()) != string(res.Body()) {
		t.Error("the refresh describes another session")
	}
	accepted := func() {
		w.reply(invite, 200, "Contact: <sip:moved@"+w.addr()+">\nContent-Type: application/sdp\n", offer)
	}
	accepted()
	ack := w.peerRequest("ACK")
	if ack.CSeq().SeqNo != invite.CSeq().SeqNo {
		t.Errorf("ACK of %d, want %d", ack.CSeq().SeqNo, invite.CSeq().SeqNo)
	}
	accepted() // our ACK was lost
	w.peerRequest("ACK")
	leg.Bye()
	bye := w.peerRequest("BYE")
	if got := bye.Recipient.User; got != "moved" {
		t.Errorf("BYE to %q, want the new target", got)
	}
	w.reply(bye, 200, "", "")
}

// telephony.md 1, behaviour 9: glare (491), both ways.
func TestGlare(t *testing.T) {
	w, leg, _ := timedCall(t, map[string]string{"Session-Expires": "600"})
	ours := w.peerRequest("INVITE")
	w.send("INVITE", nil, offer)
	w.response(491)
	w.write(w.request("ACK", w.seq, w.callID+"-INVITE-2", nil, ""))
	w.send("UPDATE", nil, offer)
	w.response(491)
	w.send("UPDATE", nil, "") // offers nothing
	w.response(200)
	w.reply(ours, 491, "", "")
	w.peerRequest("ACK")
	comes(t, "the end of our re-INVITE", func() bool { // the transaction sends the ACK, the leg hears of it later
		over := false
		return leg.ask(func() error { over = !leg.inviting; return nil }) == nil && over
	})
	w.send("INVITE", nil, offer) // it may now
	w.response(200)
	w.send("ACK", nil, "")
	w.send("BYE", nil, "")
	w.response(200)
}

func TestRefreshIsTriedAgainAfterGlare(t *testing.T) {
	w, leg, _ := timedCall(t, map[string]string{"Session-Expires": "600"})
	for range 2 {
		w.reply(w.peerRequest("INVITE"), 491, "", "")
		w.peerRequest("ACK")
	}
	w.reply(w.peerRequest("INVITE"), 200, w.contact()+"Content-Type: application/sdp\n", offer)
	w.peerRequest("ACK")
	leg.Bye()
	w.reply(w.peerRequest("BYE"), 200, "", "")
}

func TestSessionIntervals(t *testing.T) {
	for name, row := range map[string]struct {
		headers map[string]string
		want    string
		status  int // of the refusal
	}{
		"none":                     {nil, "", 0},
		"peer decides nothing":     {map[string]string{"Session-Expires": "1800", "Supported": "replaces, timer"}, "1800;refresher=uac", 0},
		"short form":               {map[string]string{"x": "100;refresher=uas", "k": "timer"}, "100;refresher=uas", 0},
		"too short":                {map[string]string{"Session-Expires": "89", "Supported": "timer"}, "", 422},
		"too short, but a proxy's": {map[string]string{"Session-Expires": "89"}, "89;refresher=uas", 0},
		"required":                 {map[string]string{"Session-Expires": "90", "Require": "timer"}, "90;refresher=uac", 0},
		"nonsense":                 {map[string]string{"Session-Expires": "soon", "Supported": "timer"}, "", 0},
		"negative":                 {map[string]string{"Session-Expires": "-5", "Supported": "timer"}, "", 0},
		"longer than any clock":    {map[string]string{"Session-Expires": "9223372036854775807", "Supported": "timer"}, "2147483648;refresher=uac", 0},
		"unknown refresher":        {map[string]string{"Session-Expires": "90;refresher=me", "Supported": "timer"}, "90;refresher=uac", 0},
	} {
		req := sip.NewRequest(sip.INVITE, sip.Uri{Scheme: "sip", Host: "h"})
		for name, value := range row.headers {
			req.AppendHeader(sip.NewHeader(name, value))
		}
		_, headers, f := agreedInterval(req)
		got, status := "", 0
		if len(headers) > 0 {
			got = headers[0].Value()
		}
		if f != nil {
			status = f.status
		}
		if got != row.want || status != row.status {
			t.Errorf("%s: got %q, %d, want %q, %d", name, got, status, row.want, row.status)
		}
	}
}

func TestTooShortASessionIsRefused(t *testing.T) {
	w := dialWire(t, serve(t, Config{}, answering))
	w.send("INVITE", map[string]string{"Session-Expires": "30", "Supported": "timer"}, offer)
	if got := header(w.response(422), "Min-SE"); got != "90" {
		t.Errorf("Min-SE %q, want 90", got)
	}
}

// Our own INVITE asks for a timer, and for a longer one where the peer wants that.
func TestDialAgreesOnASession(t *testing.T) {
	e := serve(t, Config{Timing: hasty}, nil)
	w := newCallee(t, e)
	result := goDial(t.Context(), e, DialParams{To: w.uri()})
	first := w.peerRequest("INVITE")
	if header(first, "Session-Expires") != "1800" || !supports(first, "timer") {
		t.Errorf("Session-Expires %q, Supported %q", header(first, "Session-Expires"), header(first, "Supported"))
	}
	w.reply(first, 422, "Min-SE: 2000\n", "")
	w.peerRequest("ACK")
	second := w.peerRequest("INVITE")
	if header(second, "Session-Expires") != "2000" || header(second, "Min-SE") != "2000" || second.CSeq().SeqNo != 2 ||
		string(second.Body()) != string(first.Body()) || second.CallID().Value() != first.CallID().Value() {
		t.Errorf("got %s", second)
	}
	w.reply(second, 200, w.contact()+"Allow: UPDATE\nSession-Expires: 300;refresher=uac\nContent-Type: application/sdp\n", offer)
	w.peerRequest("ACK")
	leg := (<-result).leg
	update := w.peerRequest("UPDATE")
	if update.CSeq().SeqNo != 3 {
		t.Errorf("CSeq %d, want 3", update.CSeq().SeqNo)
	}
	w.reply(update, 200, "", "") // the peer wants no timer any more
	w.silent(1300 * time.Millisecond)
	leg.Bye()
	w.reply(w.peerRequest("BYE"), 200, "", "")
}

// telephony.md 1, behaviour 12: 100rel where required. We answer at once, so that no provisional
// response needs a PRACK.
func TestCallerThatRequires100rel(t *testing.T) {
	w := dialWire(t, serve(t, Config{}, answering))
	w.send("INVITE", map[string]string{"Require": "100rel"}, offer)
	w.toTag, _ = w.response(200).To().Params.Get("tag")
	w.send("ACK", nil, "")
	w.send("PRACK", map[string]string{"RAck": "1 1 INVITE"}, "")
	w.response(481)
	w.send("BYE", nil, "")
	w.response(200)
}

// telephony.md 1, behaviour 12: a callee that sends its provisional responses reliably, and its answer
// in one of them.
func TestCalleeThatRequires100rel(t *testing.T) {
	e := serve(t, Config{}, nil)
	w := newCallee(t, e)
	stream := w.listenMedia()
	rings := make(chan int, 10)
	result := goDial(t.Context(), e, DialParams{To: w.uri(), Ringing: func(status int) { rings <- status }})
	invite := w.peerRequest("INVITE")
	if !supports(invite, "100rel") {
		t.Errorf("Supported %q", header(invite, "Supported"))
	}
	progress := func(rseq, kind, body string) {
		headers := w.contact() + "Require: 100rel\nRSeq: " + rseq + "\n"
		if body != "" {
			headers += "Content-Type: application/sdp\n"
		}
		status := 180
		if kind == "183" {
			status = 183
		}
		w.reply(invite, status, headers, body)
	}
	progress("700", "183", stream.describe())
	prack := w.peerRequest("PRACK")
	if got := header(prack, "RAck"); got != "700 1 INVITE" || prack.CSeq().SeqNo != 2 {
		t.Errorf("RAck %q, CSeq %d", got, prack.CSeq().SeqNo)
	}
	if prack.Recipient.User != "callee" {
		t.Errorf("PRACK to %s, want the Contact", prack.Recipient.String())
	}
	progress("700", "183", stream.describe()) // again, before our PRACK has come
	progress("699", "180", "")                // out of order
	w.reply(prack, 200, "", "")
	progress("701", "180", "")
	prack = w.peerRequest("PRACK")
	if got := header(prack, "RAck"); got != "701 1 INVITE" || prack.CSeq().SeqNo != 3 {
		t.Errorf("RAck %q, CSeq %d", got, prack.CSeq().SeqNo)
	}
	w.reply(prack, 200, "", "")
	w.reply(invite, 200, w.contact(), "")
	if ack := w.peerRequest("ACK"); ack.CSeq().SeqNo != 1 {
		t.Errorf("ACK of %d, want 1", ack.CSeq().SeqNo)
	}
	got := <-result
	if got.err != nil {
		t.Fatal(got.err)
	}
	stream.packet()
	got.leg.Bye()
	bye := w.peerRequest("BYE")
	if bye.CSeq().SeqNo != 4 {
		t.Errorf("CSeq %d, want 4", bye.CSeq().SeqNo)
	}
	w.reply(bye, 200, "", "")
	close(rings)
	var heard []int
	for status := range rings {
		heard = append(heard, status)
	}
	if len(heard) != 2 || heard[0] != 183 || heard[1] != 180 {
		t.Errorf("heard %v, want [183 180]", heard)
	}
	if strings.Count(invite.String(), "Session-Expires") != 1 {
		t.Error("want one Session-Expires")
	}
}
