package sipua

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"tsunagi/server/audio"
	"tsunagi/server/dtmf"
)

// dialled is what Dial returns.
type dialled struct {
	leg *Leg
	err error
}

func goDial(ctx context.Context, e *Endpoint, p DialParams) <-chan dialled {
	out := make(chan dialled, 1)
	go func() {
		leg, err := e.Dial(ctx, p)
		out <- dialled{leg, err}
	}()
	return out
}

// a callee is a wire that is called: it reads from any source.
func newCallee(t *testing.T, caller *Endpoint) *wire {
	t.Helper()
	w := dialWire(t, caller)
	w.toTag = "callee"
	return w
}

func (w *wire) uri() string { return "sip:05012345678@" + w.addr() }

func (w *wire) contact() string { return "Contact: <sip:callee@" + w.addr() + ">\n" }

func (w *wire) accept(invite *sip.Request) {
	w.reply(invite, 200, w.contact()+"Content-Type: application/sdp\n", offer)
}

func TestTwoEndpointsTalk(t *testing.T) {
	ls := make(legs, 1)
	answerer := serve(t, Config{}, ls)
	dialler := serve(t, Config{}, nil)
	var frames atomic.Int64
	result := goDial(t.Context(), dialler, DialParams{
		To: "sip:+81-50-1234-5678@" + answerer.Addr().String(), From: "09011112222",
		Heard: func(payload []byte) {
			if len(payload) == audio.FrameBytes {
				frames.Add(1)
			}
		},
	})
	in := ls.next(t)
	if in.Number() != "05012345678" || in.Caller() != "09011112222" {
		t.Errorf("called %q by %q", in.Number(), in.Caller())
	}
	if err := in.Answer(); err != nil {
		t.Fatal(err)
	}
	got := <-result
	if got.err != nil {
		t.Fatal(got.err)
	}
	out := got.leg
	until(t, in, Confirmed)

	in.Play(7, clips(t, 10), false)
	if ev := until(t, in, PlayedOut); ev.Turn != 7 {
		t.Errorf("turn %d, want 7", ev.Turn)
	}
	keys := "0123456789*#"
	for _, c := range []byte(keys) {
		k, _ := dtmf.ParseKey(c)
		out.SendKey(k, 40*time.Millisecond, 20*time.Millisecond)
	}
	var pressed []byte
	for len(pressed) < len(keys) {
		pressed = append(pressed, byte(until(t, in, Key).Key))
	}
	if string(pressed) != keys {
		t.Errorf("got %d keys, not those that were pressed", len(pressed))
	}
	in.WipeKeys()
	if frames.Load() < 10 {
		t.Errorf("heard %d frames, want 10", frames.Load())
	}
	out.Bye()
	if ev := until(t, in, Ended); ev.Reason != HungUp {
		t.Errorf("callee: got %s, want %s", ev.Reason, HungUp)
	}
	if ev := until(t, out, Ended); ev.Reason != LocalBye {
		t.Errorf("caller: got %s, want %s", ev.Reason, LocalBye)
	}
}

func TestDialIsRejected(t *testing.T) {
	for _, status := range []int{404, 480, 486, 503, 302, 603} {
		callee := serve(t, Config{}, frontFunc(func(Invite) (Handler, *Refusal) {
			return nil, &Refusal{Status: status, Reason: "For A Reason"}
		}))
		e := serve(t, Config{}, nil)
		_, err := e.Dial(t.Context(), DialParams{To: "sip:05012345678@" + callee.Addr().String()})
		var rejected *Rejected
		if !errors.As(err, &rejected) || rejected.Status != status || rejected.Reason != "For A Reason" {
			t.Errorf("got %v, want %d For A Reason", err, status)
		}
		idle(t, e)
	}
}

func TestDialOfNonsense(t *testing.T) {
	e := serve(t, Config{}, nil)
	for _, to := range []string{"", "sip:", "tel:1", "sips:1@127.0.0.1", "http://x", "05012345678"} {
		if _, err := e.Dial(t.Context(), DialParams{To: to}); err == nil {
			t.Errorf("%q: got no error", to)
		}
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Dial(done, DialParams{To: "sip:1@127.0.0.1:9"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

// sipgo's own WaitAnswer gives up after ten provisional responses.
func TestManyProvisionalResponses(t *testing.T) {
	e := serve(t, Config{}, nil)
	w := newCallee(t, e)
	rings := make(chan int, 100)
	result := goDial(t.Context(), e, DialParams{To: w.uri(), Ringing: func(status int) { rings <- status }})
	invite := w.peerRequest("INVITE")
	for name, want := range map[string]string{"Allow": allowedMethods, "Content-Type": "application/sdp", "User-Agent": defaultUserAgent} {
		if h := invite.GetHeader(name); h == nil || h.Value() != want {
			t.Errorf("%s: got %v, want %s", name, h, want)
		}
	}
	if invite.Via().Port != int(e.Addr().Port()) || !invite.Via().Params.Has("rport") {
		t.Errorf("Via %s, want our port and rport", invite.Via().Value())
	}
	w.reply(invite, 100, "", "")
	for range 25 {
		w.reply(invite, 180, "", "")
		if got := <-rings; got != 180 {
			t.Errorf("got %d, want 180", got)
		}
	}
	w.accept(invite)
	got := <-result
	if got.err != nil {
		t.Fatal(got.err)
	}
	ack := w.peerRequest("ACK")
	if ack.Recipient.User != "callee" || ack.CSeq().SeqNo != invite.CSeq().SeqNo {
		t.Errorf("got %s, CSeq %s", ack.StartLine(), ack.CSeq().Value())
	}
	got.leg.Bye()
	w.reply(w.peerRequest("BYE"), 200, "", "")
}

func TestRepeated200IsAcknowledgedAgain(t *testing.T) {
	e := serve(t, Config{}, nil)
	w := newCallee(t, e)
	result := goDial(t.Context(), e, DialParams{To: w.uri()})
	invite := w.peerRequest("INVITE")
	for range 3 {
		w.accept(invite)
		w.peerRequest("ACK")
	}
	leg := (<-result).leg
	// A second callee behind a proxy that forks: acknowledged and hung up.
	w.toTag = "fork"
	w.accept(invite)
	for _, method := range []sip.RequestMethod{"ACK", "BYE"} {
		req := w.peerRequest(method)
		if tag, _ := req.To().Params.Get("tag"); tag != "fork" {
			t.Errorf("%s to %s, want the fork", method, tag)
		}
		if method == "BYE" {
			w.reply(req, 200, "", "")
		}
	}
	w.toTag = "callee"
	leg.Bye()
	w.reply(w.peerRequest("BYE"), 200, "", "")
}

func TestDialIsCancelled(t *testing.T) {
	e := serve(t, Config{}, nil)
	w := newCallee(t, e)
	ctx, cancel := context.WithCancel(t.Context())
	result := goDial(ctx, e, DialParams{To: w.uri()})
	invite := w.peerRequest("INVITE")
	cancel()
	if got := <-result; !errors.Is(got.err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", got.err)
	}
	// RFC 3261 9.1: no CANCEL before a provisional response. INVITE may be repeated.
	w.silent(100 * time.Millisecond)
	w.reply(invite, 180, "", "")
	var request *sip.Request
	for request == nil || request.Method == sip.INVITE {
		m, ok := w.read(patience)
		if !ok {
			t.Fatal("no CANCEL")
		}
		request = m.(*sip.Request)
	}
	if got, want := request.Via().Value(), invite.Via().Value(); request.Method != sip.CANCEL || got != want {
		t.Fatalf("got %s with Via %s, want CANCEL with %s", request.Method, got, want)
	}
	w.reply(request, 200, "", "")
	w.reply(invite, 487, "", "")
	w.peerRequest("ACK")
	idle(t, e)
}

// telephony.md 1, behaviour 11: CANCEL crossing 200.
func TestA200ThatCrossesOurCancelIsHungUp(t *testing.T) {
	e := serve(t, Config{}, nil)
	w := newCallee(t, e)
	ctx, cancel := context.WithCancel(t.Context())
	result := goDial(ctx, e, DialParams{To: w.uri(), Ringing: func(int) { cancel() }})
	invite := w.peerRequest("INVITE")
	w.reply(invite, 180, "", "")
	if got := <-result; !errors.Is(got.err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", got.err)
	}
	cancelled := w.peerRequest("CANCEL")
	w.accept(invite)
	w.peerRequest("ACK")
	bye := w.peerRequest("BYE")
	w.reply(cancelled, 481, "", "")
	w.reply(bye, 200, "", "")
	idle(t, e)
}

func TestAnswersThatCannotBeUsed(t *testing.T) {
	for name, body := range map[string]string{
		"none": "", "junk": "junk\n",
		"refused":         strings.Replace(offer, "audio 40000", "audio 0", 1),
		"no common codec": strings.Replace(offer, " 0 101", " 18", 1),
	} {
		t.Run(name, func(t *testing.T) {
			e := serve(t, Config{}, nil)
			w := newCallee(t, e)
			result := goDial(t.Context(), e, DialParams{To: w.uri()})
			w.reply(w.peerRequest("INVITE"), 200, w.contact()+"Content-Type: application/sdp\n", body)
			w.peerRequest("ACK")
			w.reply(w.peerRequest("BYE"), 200, "", "")
			if got := <-result; got.err == nil {
				t.Error("got a leg")
			}
		})
	}
}

func TestCalleeHangsUpAndModifies(t *testing.T) {
	e := serve(t, Config{}, nil)
	w := newCallee(t, e)
	result := goDial(t.Context(), e, DialParams{To: w.uri()})
	invite := w.peerRequest("INVITE")
	w.accept(invite)
	w.peerRequest("ACK")
	leg := (<-result).leg
	// Requests of the callee: From and To change sides.
	headers := map[string]string{"From": "<sip:callee@x>;tag=callee", "To": invite.From().Value(), "Call-ID": invite.CallID().Value()}
	stream := w.listenMedia()
	w.send("INVITE", headers, stream.describe())
	w.response(200)
	w.send("ACK", headers, "")
	leg.Play(1, clips(t, 3), false)
	stream.packet()
	w.send("BYE", headers, "")
	w.response(200)
	if ev := until(t, leg, Ended); ev.Reason != HungUp {
		t.Errorf("got %s, want %s", ev.Reason, HungUp)
	}
}

func TestCloseEndsADialThatIsUnanswered(t *testing.T) {
	e := serve(t, Config{}, nil)
	w := newCallee(t, e)
	ringing := make(chan struct{})
	result := goDial(t.Context(), e, DialParams{To: w.uri(), Ringing: func(int) { close(ringing) }})
	invite := w.peerRequest("INVITE")
	w.reply(invite, 180, "", "")
	<-ringing
	closed := make(chan error, 1)
	go func() { closed <- e.Close(t.Context()) }()
	w.reply(w.peerRequest("CANCEL"), 200, "", "")
	w.reply(invite, 487, "", "")
	if got := <-result; got.err == nil {
		t.Error("got a leg")
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}
