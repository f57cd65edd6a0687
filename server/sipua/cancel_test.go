package sipua

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

func TestCancelBeforeTheAnswer(t *testing.T) {
	ls := make(legs, 1)
	e := serve(t, Config{}, ls)
	w := dialWire(t, e)
	w.send("INVITE", nil, offer)
	leg := ls.next(t)
	branch := w.callID + "-INVITE-1" // a CANCEL bears the branch of its INVITE
	w.write(w.request("CANCEL", 1, branch, nil, ""))
	cancelTag, _ := w.response(200).To().Params.Get("tag")
	res := w.response(487)
	inviteTag, _ := res.To().Params.Get("tag")
	if cancelTag != inviteTag || inviteTag != leg.ID() {
		t.Errorf("tags %q, %q, want %q in both (RFC 3261 9.2)", cancelTag, inviteTag, leg.ID())
	}
	w.write(w.request("ACK", 1, branch, map[string]string{"To": res.To().Value()}, ""))
	if ev := until(t, leg, Ended); ev.Reason != Cancelled {
		t.Errorf("got %s, want %s", ev.Reason, Cancelled)
	}
	if err := leg.Answer(); !errors.Is(err, ErrEnded) {
		t.Errorf("got %v, want ErrEnded", err)
	}
	w.silent(100 * time.Millisecond)
}

// telephony.md 1, behaviour 11: CANCEL crossing 200 both ways: theirs comes behind our
// 200.
func TestCancelAfterTheAnswerHasNoEffect(t *testing.T) {
	ls := make(legs, 1)
	e := serve(t, Config{}, ls)
	w := dialWire(t, e)
	w.send("INVITE", nil, offer)
	leg := w.accepted(t, ls)
	w.write(w.request("CANCEL", 1, w.callID+"-INVITE-1", map[string]string{"To": "<sip:05012345678@127.0.0.1>"}, ""))
	w.response(200)
	w.send("ACK", nil, "")
	until(t, leg, Confirmed)
	leg.Bye()
	w.reply(w.peerRequest("BYE"), 200, "", "")
}

// A CANCEL whose goroutine is faster than its INVITE's finds no transaction. The
// INVITE is then cancelled as soon as it is known, and 487 is ours to send.
func TestCancelThatOvertakesItsInvite(t *testing.T) {
	ls := make(legs, 1)
	e := serve(t, Config{}, ls)
	w := dialWire(t, e)
	w.seq = 1
	w.write(w.request("CANCEL", 1, "early", nil, ""))
	w.write(w.request("INVITE", 1, "late", nil, offer))
	leg := ls.next(t)
	w.response(200)
	w.response(487)
	if ev := until(t, leg, Ended); ev.Reason != Cancelled {
		t.Errorf("got %s, want %s", ev.Reason, Cancelled)
	}
}

// sipgo keeps the last response given to a transaction as what it repeats, even one
// that came too late to be sent.
//
// telephony.md 1, behaviour 11: CANCEL crossing 200: ours is not sent behind their CANCEL.
func TestAnswerThatCrossesACancelIsNeverSent(t *testing.T) {
	ls := make(legs, 1)
	e := serve(t, Config{}, ls)
	for range 20 {
		w := dialWire(t, e)
		w.send("INVITE", nil, offer)
		leg := ls.next(t)
		answered := make(chan error, 1)
		go func() { answered <- leg.Answer() }()
		w.write(w.request("CANCEL", 1, w.callID+"-INVITE-1", nil, ""))
		var statuses []int
		for len(statuses) < 2 {
			m, ok := w.read(patience)
			if !ok {
				t.Fatalf("got %v and no more", statuses)
			}
			if res := m.(*sip.Response); res.StatusCode != 100 {
				statuses = append(statuses, res.StatusCode*10+int(res.CSeq().MethodName[0]-'A')%10)
			}
		}
		err := <-answered
		cancelled := slices.Contains(statuses, 4870+int('I'-'A')%10)
		if cancelled != errors.Is(err, ErrEnded) || !cancelled && err != nil {
			t.Fatalf("responses %v, answer %v", statuses, err)
		}
		if cancelled {
			// Without ACK the 487 comes again, after T1, and must be the 487 still.
			w.response(487)
		} else {
			leg.Bye()
		}
	}
}

func TestRetransmittedInviteIsAbsorbed(t *testing.T) {
	ls := make(legs, 2)
	e := serve(t, Config{}, ls)
	w := dialWire(t, e)
	text := w.send("INVITE", nil, offer)
	leg := ls.next(t)
	w.write(text)
	if err := leg.Answer(); err != nil {
		t.Fatal(err)
	}
	w.toTag, _ = w.response(200).To().Params.Get("tag")
	w.write(text)
	w.send("ACK", nil, "")
	until(t, leg, Confirmed)
	// RFC 3261 8.2.2.2: the same request by another way is a loop.
	tag := w.toTag
	w.toTag = ""
	w.write(w.request("INVITE", 1, "another-way", nil, offer))
	w.response(482)
	w.toTag = tag
	select {
	case <-ls:
		t.Error("one INVITE has made two calls")
	default:
	}
	leg.Bye()
	w.reply(w.peerRequest("BYE"), 200, "", "")
}
