package sipua

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

// call makes an answered call and returns both its ends.
func call(t *testing.T, cfg Config) (*wire, *Leg) {
	t.Helper()
	ls := make(legs, 1)
	w := dialWire(t, serve(t, cfg, ls))
	return w, w.callTo(t, ls)
}

func (w *wire) callTo(t *testing.T, ls legs) *Leg {
	t.Helper()
	w.send("INVITE", nil, offer)
	return w.confirmed(t, ls)
}

// confirmed has the call that was sent last answered, and acknowledges it.
func (w *wire) confirmed(t *testing.T, ls legs) *Leg {
	t.Helper()
	leg := w.accepted(t, ls)
	w.send("ACK", nil, "")
	until(t, leg, Confirmed)
	return leg
}

// accepted is confirmed up to the 200, whose ACK is the test's.
func (w *wire) accepted(t *testing.T, ls legs) *Leg {
	t.Helper()
	leg := ls.next(t)
	if err := leg.Answer(); err != nil {
		t.Fatal(err)
	}
	w.toTag, _ = w.response(200).To().Params.Get("tag")
	return leg
}

// telephony.md 1, behaviour 11: lost ACK: 200 repeated at 0.5, 1.5, 3.5 s … and BYE at the end.
func TestLostACK(t *testing.T) {
	ls := make(legs, 1)
	e := serve(t, Config{Timing: quick}, ls)
	w := dialWire(t, e)
	w.send("INVITE", nil, offer)
	leg := ls.next(t)
	began := time.Now()
	if err := leg.Answer(); err != nil {
		t.Fatal(err)
	}
	first := w.response(200)
	w.toTag, _ = first.To().Params.Get("tag")
	// T1 = 40 and T2 = 160 ms make pauses of 40, 80, 160, 160 ms; BYE at 600. A busy
	// machine is later than that and repeats less often.
	earliest := []int{40, 120, 280, 440, 600}
	repeated := 0
	var bye *sip.Request
	for bye == nil {
		m, ok := w.read(patience)
		if !ok {
			t.Fatal("no BYE")
		}
		if bye, ok = m.(*sip.Request); ok {
			break
		}
		again := m.(*sip.Response)
		if repeated == len(earliest) {
			t.Fatalf("200 repeated more than %d times", repeated)
		}
		if got, want := time.Since(began), time.Duration(earliest[repeated])*time.Millisecond; got < want {
			t.Errorf("200 repeated after %v, want %v", got, want)
		}
		if string(again.Body()) != string(first.Body()) || again.To().Value() != first.To().Value() {
			t.Error("the repeated 200 is another one")
		}
		repeated++
	}
	if got := time.Since(began); bye.Method != sip.BYE || got < quick.AckWait {
		t.Errorf("got %s after %v, want BYE after %v", bye.Method, got, quick.AckWait)
	}
	if repeated == 0 {
		t.Error("200 never repeated")
	}
	if ev := until(t, leg, Ended); ev.Reason != NotConfirmed {
		t.Errorf("got %s, want %s", ev.Reason, NotConfirmed)
	}
	w.reply(bye, 200, "", "")
}

func TestRepetitionsOfA200FollowRFC3261(t *testing.T) {
	cfg, err := Config{Listen: "127.0.0.1:0"}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	var at []string
	pause, sum := cfg.Timing.T1, time.Duration(0)
	for sum+pause < cfg.Timing.AckWait {
		sum += pause
		at = append(at, sum.String())
		pause = cfg.Timing.longer(pause)
	}
	want := "500ms 1.5s 3.5s 7.5s 11.5s 15.5s 19.5s 23.5s 27.5s 31.5s"
	if got := strings.Join(at, " "); got != want || cfg.Timing.AckWait != 32*time.Second {
		t.Errorf("got %s until %v, want %s until 32s", got, cfg.Timing.AckWait, want)
	}
}

func TestACKStopsTheRepetition(t *testing.T) {
	for name, branch := range map[string]string{"own branch": "own", "branch of the INVITE": ""} {
		t.Run(name, func(t *testing.T) {
			ls := make(legs, 1)
			e := serve(t, Config{Timing: quick}, ls)
			w := dialWire(t, e)
			w.send("INVITE", nil, offer)
			leg := ls.next(t)
			if err := leg.Answer(); err != nil {
				t.Fatal(err)
			}
			w.response(200)
			w.toTag, _ = w.response(200).To().Params.Get("tag") // repeated once
			if branch == "" {
				branch = w.callID + "-INVITE-1"
			}
			ack := w.request("ACK", 1, branch, nil, "")
			w.write(ack)
			until(t, leg, Confirmed)
			w.write(ack) // and once more, for the repeated 200
			w.silent(300 * time.Millisecond)
			w.send("BYE", nil, "")
			w.response(200)
			until(t, leg, Ended)
		})
	}
}

// RFC 3261 15: no BYE of the callee before the ACK.
func TestByeWaitsForTheACK(t *testing.T) {
	ls := make(legs, 1)
	e := serve(t, Config{}, ls)
	w := dialWire(t, e)
	w.send("INVITE", nil, offer)
	leg := w.accepted(t, ls)
	leg.Bye()
	if ev := until(t, leg, Ended); ev.Reason != LocalBye {
		t.Errorf("got %s, want %s", ev.Reason, LocalBye)
	}
	w.send("INVITE", nil, offer) // too late
	w.response(481)
	w.write(w.request("ACK", w.seq, fmt.Sprintf("%s-INVITE-%d", w.callID, w.seq), nil, ""))
	w.seq--
	w.send("ACK", nil, "")
	w.reply(w.peerRequest("BYE"), 200, "", "")
}

// telephony.md 1, behaviour 11: non-200 to BYE ends the dialog.
func TestAnyAnswerToByeEndsTheDialog(t *testing.T) {
	for _, status := range []int{481, 500, 408} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			w, leg := call(t, Config{})
			leg.Bye()
			bye := w.peerRequest("BYE")
			w.reply(bye, 100, "", "")
			w.reply(bye, status, "", "")
			idle(t, leg.endpoint)
		})
	}
}

func TestByesCross(t *testing.T) {
	w, leg := call(t, Config{})
	leg.Bye()
	bye := w.peerRequest("BYE")
	w.send("BYE", nil, "")
	w.response(200)
	w.reply(bye, 200, "", "")
	idle(t, leg.endpoint)
}

func TestByeOfAnotherPeerIsRefused(t *testing.T) {
	w, leg := call(t, Config{})
	w.send("BYE", map[string]string{"From": "<sip:09011112222@127.0.0.1>;tag=somebody-else"}, "")
	w.response(481)
	w.send("BYE", nil, "")
	w.response(200)
	until(t, leg, Ended)
}

// telephony.md 1, behaviour 10: back-to-back requests are handled by CSeq, though sipgo runs a
// goroutine for each. The peer sends a burst without waiting for answers.
func TestBurstOfRequestsIsHandledInOrder(t *testing.T) {
	ls := make(legs, 1)
	e := serve(t, Config{}, ls)
	for range 25 {
		w := dialWire(t, e)
		leg := w.callTo(t, ls)
		const burst = 12
		for range burst {
			w.send("INFO", nil, "")
		}
		w.send("BYE", nil, "")
		var got []int
		for range burst + 1 {
			got = append(got, int(w.response(200).CSeq().SeqNo))
		}
		if !slices.IsSorted(got) {
			t.Fatalf("answered in the order %v", got)
		}
		until(t, leg, Ended)
	}
}

// telephony.md 1, behaviour 9: re-INVITE in the same millisecond as the ACK before it.
func TestReinviteRightBehindItsACK(t *testing.T) {
	ls := make(legs, 1)
	e := serve(t, Config{}, ls)
	for range 25 {
		w := dialWire(t, e)
		w.send("INVITE", nil, offer)
		leg := ls.next(t)
		if err := leg.Answer(); err != nil {
			t.Fatal(err)
		}
		w.toTag, _ = w.response(200).To().Params.Get("tag")
		w.send("ACK", nil, "")
		w.send("INVITE", nil, offer)
		w.response(200)
		w.send("ACK", nil, "")
		until(t, leg, Confirmed)
		w.send("BYE", nil, "")
		w.response(200)
	}
}

// A re-INVITE shows that the peer knows our 200, whether or not its ACK came.
func TestReinviteStandsForALostACK(t *testing.T) {
	ls := make(legs, 1)
	e := serve(t, Config{Timing: quick}, ls)
	w := dialWire(t, e)
	w.send("INVITE", nil, offer)
	leg := ls.next(t)
	if err := leg.Answer(); err != nil {
		t.Fatal(err)
	}
	w.toTag, _ = w.response(200).To().Params.Get("tag")
	w.send("INVITE", nil, offer)
	if res := w.response(200); res.CSeq().SeqNo != 2 {
		t.Fatalf("got the 200 of %d", res.CSeq().SeqNo)
	}
	w.send("ACK", nil, "")
	until(t, leg, Confirmed)
	w.silent(300 * time.Millisecond)
	leg.Bye()
	w.reply(w.peerRequest("BYE"), 200, "", "")
}

func TestOldRequestIsRefused(t *testing.T) {
	w, leg := call(t, Config{})
	w.seq = 9
	w.send("INFO", nil, "") // 10: numbers may be left out
	w.response(200)
	w.write(w.request("INFO", 5, "old", nil, ""))
	w.response(500) // RFC 3261 12.2.2
	leg.Bye()
	if bye := w.peerRequest("BYE"); bye.CSeq().SeqNo == 0 {
		t.Error("BYE without CSeq")
	} else {
		w.reply(bye, 200, "", "")
	}
}

// telephony.md 1, behaviour 9: UPDATE without SDP (session refresh).
func TestRequestsWithinADialog(t *testing.T) {
	w, leg := call(t, Config{})
	for _, row := range []struct {
		method  string
		headers map[string]string
		body    string
		status  int
	}{
		{"OPTIONS", nil, "", 200},
		{"INFO", nil, "", 200},
		{"INFO", map[string]string{"Content-Type": "application/x-unknown"}, "x\n", 415},
		{"MESSAGE", nil, "", 405},
		{"REFER", nil, "", 405},
		{"NOTIFY", nil, "", 489},
		{"SUBSCRIBE", nil, "", 405},
		{"UPDATE", map[string]string{"Require": "precondition"}, "", 420},
		{"UPDATE", nil, "", 200}, // behaviour 9: session refresh
		{"INVITE", nil, "junk\n", 400},
	} {
		w.send(row.method, row.headers, row.body)
		w.response(row.status)
		if row.method == "INVITE" {
			w.write(w.request("ACK", w.seq, fmt.Sprintf("%s-INVITE-%d", w.callID, w.seq), nil, ""))
		}
	}
	leg.Bye()
	w.reply(w.peerRequest("BYE"), 200, "", "")
}

func TestMethodsInTheWrongState(t *testing.T) {
	ls := make(legs, 1)
	e := serve(t, Config{}, ls)
	w := dialWire(t, e)
	w.send("INVITE", nil, offer)
	leg := ls.next(t)
	leg.Play(1, clips(t, 1), false) // before the answer: nothing
	leg.Stop()
	if err := leg.Answer(); err != nil {
		t.Fatal(err)
	}
	if err := leg.Answer(); !errors.Is(err, ErrState) {
		t.Errorf("second answer: got %v, want ErrState", err)
	}
	if err := leg.Refuse(486); !errors.Is(err, ErrState) {
		t.Errorf("refuse after the answer: got %v, want ErrState", err)
	}
	w.toTag, _ = w.response(200).To().Params.Get("tag")
	w.send("ACK", nil, "")
	until(t, leg, Confirmed)
	leg.Bye()
	leg.Bye()
	leg.Play(2, clips(t, 1), false)
	w.reply(w.peerRequest("BYE"), 200, "", "")
	w.silent(50 * time.Millisecond)
}
