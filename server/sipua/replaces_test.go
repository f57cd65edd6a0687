package sipua

import (
	"fmt"
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
)

// replacing is the Replaces header that names the dialog of w and its leg.
func (w *wire) replacing(extra string) string {
	return w.callID + ";from-tag=peer;to-tag=" + w.toTag + extra
}

// section 2 of telephony.md: a PBX that joins parties by INVITE with Replaces. The
// media moves, the old dialog ends, the call goes on.
func TestInviteWithReplacesTakesOverALeg(t *testing.T) {
	ls := make(legs, 1)
	e := serve(t, Config{}, ls)
	first, second := dialWire(t, e), dialWire(t, e)
	leg := first.callTo(t, ls)
	stream := second.listenMedia()
	leg.Play(3, clips(t, 500), true)

	second.send("INVITE", map[string]string{
		"Replaces": first.replacing(""), "Require": "replaces",
		"From": "<sip:08033334444@127.0.0.1>;tag=peer",
	}, stream.describe())
	second.toTag, _ = second.response(200).To().Params.Get("tag")
	second.send("ACK", nil, "")
	if ev := until(t, leg, PeerChanged); ev.Caller != "08033334444" || leg.Caller() != ev.Caller {
		t.Errorf("got %q and %q, want 08033334444", ev.Caller, leg.Caller())
	}
	bye := first.peerRequest("BYE")
	first.reply(bye, 200, "", "")
	stream.packet() // the prompt goes on there

	first.send("UPDATE", nil, "") // of a dialog that is no more
	first.response(481)
	second.pressInfo('4')
	second.response(200)
	if got := keys(t, leg, 1); got != "4" {
		t.Errorf("got %s, want 4", got)
	}
	leg.Bye()
	second.reply(second.peerRequest("BYE"), 200, "", "")
	if ev := until(t, leg, Ended); ev.Reason != LocalBye {
		t.Errorf("got %s, want %s", ev.Reason, LocalBye)
	}
	idle(t, e)
}

func TestInviteWithReplacesIsRefused(t *testing.T) {
	ls := make(legs, 2)
	e := serve(t, Config{}, ls)
	w := dialWire(t, e)
	leg := w.callTo(t, ls)
	ringing := dialWire(t, e)
	ringing.send("INVITE", nil, offer)
	unanswered := ls.next(t)
	ringing.toTag = unanswered.ID()
	for name, row := range map[string]struct {
		replaces string
		offer    string
		status   int
	}{
		"unknown dialog":     {"nobody;from-tag=peer;to-tag=x", offer, 481},
		"another peer":       {strings.Replace(w.replacing(""), "from-tag=peer", "from-tag=other", 1), offer, 481},
		"without tags":       {w.callID, offer, 400},
		"empty":              {";", offer, 400},
		"early only":         {w.replacing(";early-only"), offer, 486},
		"unanswered by us":   {ringing.replacing(""), offer, 481},
		"no common codec":    {w.replacing(""), strings.ReplaceAll(offer, "RTP/AVP 0 101", "RTP/AVP 18"), 488},
		"malformed contents": {w.replacing(""), "v=1\n", 400},
	} {
		t.Run(name, func(t *testing.T) {
			third := dialWire(t, e)
			third.send("INVITE", map[string]string{"Replaces": row.replaces}, row.offer)
			third.response(row.status)
			third.write(third.request("ACK", third.seq, fmt.Sprintf("%s-INVITE-%d", third.callID, third.seq), nil, ""))
		})
	}
	two := dialWire(t, e)
	two.write(strings.Replace(two.request("INVITE", 1, "two-"+two.callID, map[string]string{"Replaces": w.replacing("")}, offer),
		"Replaces:", "Replaces: a;from-tag=b;to-tag=c\nReplaces:", 1))
	two.response(400)
	w.send("UPDATE", nil, "") // it stands as before
	w.response(200)
	if err := unanswered.Refuse(480); err != nil {
		t.Fatal(err)
	}
	leg.Bye()
	w.reply(w.peerRequest("BYE"), 200, "", "")
}

// A leg whose takeover is never acknowledged ends as any other.
func TestTakeoverWithoutACK(t *testing.T) {
	ls := make(legs, 1)
	e := serve(t, Config{Timing: quick}, ls)
	first, second := dialWire(t, e), dialWire(t, e)
	leg := first.callTo(t, ls)
	second.send("INVITE", map[string]string{"Replaces": first.replacing("")}, offer)
	second.toTag, _ = second.response(200).To().Params.Get("tag")
	first.reply(first.peerRequest("BYE"), 481, "", "")
	if ev := until(t, leg, Ended); ev.Reason != NotConfirmed {
		t.Errorf("got %s, want %s", ev.Reason, NotConfirmed)
	}
	for {
		m, ok := second.read(patience)
		if !ok {
			t.Fatal("no BYE")
		}
		if bye, ok := m.(*sip.Request); ok {
			second.reply(bye, 200, "", "")
			break
		}
	}
	idle(t, e)
}

// telephony.md 1, behaviour 9: UPDATE without SDP brings a changed P-Asserted-Identity.
func TestUpdateTellsWhoIsThereNow(t *testing.T) {
	w, leg := call(t, Config{})
	if leg.Caller() != "09011112222" {
		t.Fatalf("called by %q", leg.Caller())
	}
	for _, row := range []struct{ method, identity, privacy, want string }{
		{"UPDATE", `"Yamada" <sip:+81-80-3333-4444@pbx.invalid>`, "none", "08033334444"},
		{"INVITE", "<tel:0312345678>", "none", "0312345678"},
		{"UPDATE", "<sip:0312345678@pbx.invalid>", "id", ""},
	} {
		body := ""
		if row.method == "INVITE" {
			body = offer
		}
		headers := map[string]string{"P-Asserted-Identity": row.identity, "Privacy": row.privacy}
		w.send(row.method, headers, body)
		w.response(200)
		if row.method == "INVITE" {
			w.send("ACK", nil, "")
		}
		if ev := until(t, leg, PeerChanged); ev.Caller != row.want || leg.Caller() != row.want {
			t.Errorf("%s: got %q and %q, want %q", row.identity, ev.Caller, leg.Caller(), row.want)
		}
		if row.method == "UPDATE" { // the same again is no change
			w.send(row.method, headers, body)
			w.response(200)
		}
	}
	w.send("BYE", nil, "")
	w.response(200)
	for ev := range leg.Events() {
		if ev.Kind == PeerChanged {
			t.Error("PeerChanged without a change")
		}
	}
}
