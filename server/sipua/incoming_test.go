package sipua

import (
	"errors"
	"strings"
	"testing"
)

func TestCallIsAdmittedAnsweredAndHungUpByThePeer(t *testing.T) {
	ls := make(legs, 1)
	var in Invite
	e := serve(t, Config{UserAgent: "tsunagi-test"}, frontFunc(func(i Invite) (Handler, *Refusal) {
		in = i
		return ls.Admit(i)
	}))
	w := dialWire(t, e)
	w.send("INVITE", map[string]string{"Record-Route": "<sip:127.0.0.1:1;lr>, <sip:127.0.0.1:2;lr>"}, offer)
	leg := ls.next(t)
	if in.Number != "05012345678" || in.Caller != "09011112222" || in.SIPCallID != w.callID || in.Source.String() != w.addr() {
		t.Errorf("got %+v", in)
	}
	if leg.Number() != in.Number || leg.Caller() != in.Caller || leg.SIPCallID() != w.callID {
		t.Errorf("leg of %s from %s", leg.Number(), leg.Caller())
	}
	if err := leg.Answer(); err != nil {
		t.Fatal(err)
	}
	res := w.response(200)
	for name, want := range map[string]string{
		"Allow": allowedMethods, "Accept": "application/sdp", "Content-Type": "application/sdp", "Server": "tsunagi-test",
	} {
		if h := res.GetHeader(name); h == nil || h.Value() != want {
			t.Errorf("%s: got %v, want %s", name, h, want)
		}
	}
	if res.GetHeader("Supported") == nil || res.Contact() == nil {
		t.Error("200 without Supported or Contact")
	}
	if got := len(res.GetHeaders("Record-Route")); got != 2 {
		t.Errorf("got %d Record-Route, want 2 (RFC 3261 12.1.1)", got)
	}
	if body := string(res.Body()); !strings.Contains(body, "m=audio 4") || !strings.Contains(body, "c=IN IP4 127.0.0.1") {
		t.Errorf("got answer %q", body)
	}
	w.toTag, _ = res.To().Params.Get("tag")
	w.send("ACK", nil, "")
	until(t, leg, Confirmed)
	w.send("BYE", nil, "")
	w.response(200)
	if ev := until(t, leg, Ended); ev.Reason != HungUp {
		t.Errorf("got reason %s, want %s", ev.Reason, HungUp)
	}
	if err := leg.Answer(); !errors.Is(err, ErrEnded) {
		t.Errorf("answer after the end: got %v, want ErrEnded", err)
	}
	w.send("BYE", nil, "") // a dialog that is over
	w.response(481)
}

// RFC 3261 13.3.1.4 and 13.2.1: without an offer the 200 makes one, the ACK answers it.
func TestInviteWithoutSDP(t *testing.T) {
	ls := make(legs, 1)
	e := serve(t, Config{}, ls)
	t.Run("answered in ACK", func(t *testing.T) {
		w := dialWire(t, e)
		w.send("INVITE", nil, "")
		leg := ls.next(t)
		if err := leg.Answer(); err != nil {
			t.Fatal(err)
		}
		res := w.response(200)
		if body := string(res.Body()); !strings.Contains(body, "RTP/AVP 0 8 9 101") {
			t.Errorf("got offer %q", body)
		}
		w.toTag, _ = res.To().Params.Get("tag")
		stream := w.listenMedia()
		w.send("ACK", nil, stream.describe())
		until(t, leg, Confirmed)
		leg.Play(1, clips(t, 3), false)
		stream.packet()
		until(t, leg, PlayedOut)
	})
	for name, body := range map[string]string{
		"no answer": "", "malformed": "junk\n",
		"no common codec": strings.Replace(offer, " 0 101", " 18", 1),
	} {
		t.Run(name, func(t *testing.T) {
			w := dialWire(t, e)
			w.send("INVITE", nil, "")
			leg := ls.next(t)
			if err := leg.Answer(); err != nil {
				t.Fatal(err)
			}
			w.toTag, _ = w.response(200).To().Params.Get("tag")
			w.send("ACK", nil, body)
			w.reply(w.peerRequest("BYE"), 200, "", "")
			if ev := until(t, leg, Ended); ev.Reason != Failed {
				t.Errorf("got %s, want %s", ev.Reason, Failed)
			}
		})
	}
}

func TestEachDialogHasItsOwnTag(t *testing.T) {
	e := serve(t, Config{}, answering)
	seen := map[string]bool{}
	for range 20 {
		w := dialWire(t, e)
		w.establish()
		if seen[w.toTag] {
			t.Fatalf("tag %s twice", w.toTag)
		}
		seen[w.toTag] = true
		w.send("BYE", nil, "")
		w.response(200)
	}
}

func TestRefusedLegTellsTheCaller(t *testing.T) {
	ls := make(legs, 1)
	e := serve(t, Config{}, ls)
	w := dialWire(t, e)
	w.send("INVITE", nil, offer)
	leg := ls.next(t)
	if err := leg.Refuse(486); err != nil {
		t.Fatal(err)
	}
	w.response(486)
	if ev := until(t, leg, Ended); ev.Reason != Refused {
		t.Errorf("got %s, want %s", ev.Reason, Refused)
	}
}

func TestALegThatItsHandlerLeavesIsEnded(t *testing.T) {
	answer := make(chan bool, 1)
	e := serve(t, Config{}, frontFunc(func(Invite) (Handler, *Refusal) {
		return func(l *Leg) {
			if <-answer {
				_ = l.Answer()
			}
		}, nil
	}))
	w := dialWire(t, e)
	answer <- false
	w.send("INVITE", nil, offer)
	w.response(480)
	w = dialWire(t, e)
	answer <- true
	w.send("INVITE", nil, offer)
	w.toTag, _ = w.response(200).To().Params.Get("tag")
	w.send("ACK", nil, "")
	w.reply(w.peerRequest("BYE"), 200, "", "")
}

func TestWithoutMediaPortsTheCallerIsTold503(t *testing.T) {
	ls := make(legs, 2)
	e := serve(t, Config{}, ls)
	if err := e.media.Close(); err != nil {
		t.Fatal(err)
	}
	w := dialWire(t, e)
	w.send("INVITE", nil, offer)
	leg := ls.next(t)
	if err := leg.Answer(); err == nil {
		t.Error("answered without media")
	}
	if res := w.response(503); res.GetHeader("Retry-After") == nil {
		t.Error("503 without Retry-After")
	}
	if ev := until(t, leg, Ended); ev.Reason != Failed {
		t.Errorf("got %s, want %s", ev.Reason, Failed)
	}
}
