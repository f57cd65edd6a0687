package sipua

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
)

// fragment sends NOTIFY about the REFER with CSeq seq.
func (w *wire) fragment(seq uint32, state, line string) {
	w.t.Helper()
	w.send("NOTIFY", map[string]string{
		"Event": fmt.Sprintf("refer;id=%d", seq), "Subscription-State": state,
		"Content-Type": "message/sipfrag;version=2.0",
	}, line+"\n")
}

func goRefer(ctx context.Context, l *Leg, target string, replaces *Leg) <-chan error {
	out := make(chan error, 1)
	go func() { out <- l.Refer(ctx, target, replaces) }()
	return out
}

// section 2 of telephony.md, the return call: the operator has answered our second
// INVITE, and REFER with Replaces on the customer's leg joins the two.
func TestReferWithReplacesJoinsTwoLegs(t *testing.T) {
	ls := make(legs, 1)
	e := serve(t, Config{}, ls)
	w := dialWire(t, e)
	customer := w.callTo(t, ls)
	desk := newCallee(t, e)
	answer := goDial(t.Context(), e, DialParams{To: desk.uri()})
	desk.accept(desk.peerRequest("INVITE"))
	operator := (<-answer).leg
	desk.peerRequest("ACK")

	result := goRefer(t.Context(), customer, "", operator)
	refer := w.peerRequest("REFER")
	want := "<sip:callee@" + desk.addr() + "?Replaces=" +
		url.QueryEscape(operator.SIPCallID()+";to-tag=callee;from-tag="+operator.ID()) + ">"
	if got := refer.GetHeader("Refer-To").Value(); got != want {
		t.Errorf("Refer-To %s, want %s", got, want)
	}
	if refer.Contact() == nil || refer.GetHeader("Referred-By") == nil {
		t.Error("REFER without Contact or Referred-By")
	}
	seq := refer.CSeq().SeqNo
	w.reply(refer, 202, "", "")
	for _, line := range []string{"SIP/2.0 100 Trying", "SIP/2.0 180 Ringing"} {
		w.fragment(seq, "active;expires=60", line)
		w.response(200)
	}
	for _, status := range []int{100, 180} {
		if ev := until(t, customer, Transferring); ev.Status != status {
			t.Errorf("got %d, want %d", ev.Status, status)
		}
	}
	w.fragment(seq, "terminated;reason=noresource", "SIP/2.0 200 OK")
	w.response(200)
	if err := <-result; err != nil {
		t.Errorf("got %v, want success", err)
	}
	w.fragment(seq, "terminated", "SIP/2.0 200 OK") // nobody waits for it any more
	w.response(481)
	customer.Bye()
	w.reply(w.peerRequest("BYE"), 200, "", "")
}

func TestReferFails(t *testing.T) {
	ls := make(legs, 1)
	e := serve(t, Config{}, ls)
	status := func(want int) func(error) bool {
		return func(err error) bool {
			var rejected *Rejected
			return errors.As(err, &rejected) && rejected.Status == want
		}
	}
	is := func(want error) func(error) bool { return func(err error) bool { return errors.Is(err, want) } }
	for name, row := range map[string]struct {
		play func(w *wire, refer *sip.Request)
		want func(error) bool
	}{
		"refused": {func(w *wire, refer *sip.Request) { w.reply(refer, 403, "", "") }, status(403)},
		"party busy": {func(w *wire, refer *sip.Request) {
			w.reply(refer, 202, "", "")
			w.fragment(refer.CSeq().SeqNo, "terminated", "SIP/2.0 486 Busy Here")
			w.response(200)
		}, status(486)},
		"NOTIFY overtakes the 202": {func(w *wire, refer *sip.Request) {
			w.fragment(refer.CSeq().SeqNo, "terminated", "SIP/2.0 503 Service Unavailable")
			w.response(200)
			w.reply(refer, 202, "", "")
		}, status(503)},
		"no result": {func(w *wire, refer *sip.Request) {
			w.reply(refer, 202, "", "")
			w.fragment(refer.CSeq().SeqNo, "terminated;reason=timeout", "SIP/2.0 100 Trying")
			w.response(200)
		}, is(ErrNoResult)},
		"hung up": {func(w *wire, refer *sip.Request) {
			w.reply(refer, 202, "", "")
			w.send("BYE", nil, "")
			w.response(200)
		}, is(ErrEnded)},
	} {
		t.Run(name, func(t *testing.T) {
			w := dialWire(t, e)
			leg := w.callTo(t, ls)
			result := goRefer(t.Context(), leg, "0312345678", nil)
			refer := w.peerRequest("REFER")
			if got, want := refer.GetHeader("Refer-To").Value(), "<sip:0312345678@"+w.addr()+">"; got != want {
				t.Errorf("Refer-To %s, want %s", got, want)
			}
			row.play(w, refer)
			if err := <-result; !row.want(err) {
				t.Errorf("got %v", err)
			}
			leg.Bye()
		})
	}
}

func TestReferIsGivenUp(t *testing.T) {
	w, leg := call(t, Config{})
	ctx, cancel := context.WithCancel(t.Context())
	result := goRefer(ctx, leg, "sip:103@pbx.invalid", nil)
	refer := w.peerRequest("REFER")
	if err := leg.Refer(t.Context(), "104", nil); !errors.Is(err, ErrState) {
		t.Errorf("a second REFER: got %v, want ErrState", err)
	}
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	w.reply(refer, 202, "", "")
	w.fragment(refer.CSeq().SeqNo, "active", "SIP/2.0 180 Ringing")
	w.response(481)
}

func TestReferNeedsTwoDialogs(t *testing.T) {
	ls := make(legs, 2)
	e := serve(t, Config{}, ls)
	w, other := dialWire(t, e), dialWire(t, e)
	leg := w.callTo(t, ls)
	other.send("INVITE", nil, offer)
	ringing := ls.next(t)
	for name, err := range map[string]error{
		"unanswered":        ringing.Refer(t.Context(), "104", nil),
		"unanswered target": leg.Refer(t.Context(), "", ringing),
		"itself":            leg.Refer(t.Context(), "", leg),
	} {
		if !errors.Is(err, ErrState) {
			t.Errorf("%s: got %v, want ErrState", name, err)
		}
	}
	for _, target := range []string{"", "tel:103", "sip:", "somebody"} {
		if err := leg.Refer(t.Context(), target, nil); err == nil {
			t.Errorf("%q: got no error", target)
		}
	}
	if err := ringing.Refuse(486); err != nil {
		t.Fatal(err)
	}
}

func TestNotifyThatNobodyHasAskedFor(t *testing.T) {
	w, leg := call(t, Config{})
	result := goRefer(t.Context(), leg, "104", nil)
	refer := w.peerRequest("REFER")
	w.reply(refer, 202, "", "")
	for _, row := range []struct {
		headers map[string]string
		body    string
		status  int
	}{
		{map[string]string{"Event": "message-summary"}, "", 489},
		{map[string]string{}, "", 489},
		{map[string]string{"Event": "refer;id=4711"}, "", 481},
		{map[string]string{"Event": "refer", "Content-Type": "text/plain"}, "SIP/2.0 200 OK\n", 415},
		{map[string]string{"Event": "refer", "Content-Type": "message/sipfrag"}, "200 OK\n", 415},
		{map[string]string{"Event": "refer"}, "", 200},
		{map[string]string{"o": "refer", "c": "message/sipfrag"}, "SIP/2.0 200 OK\n", 200},
	} {
		if row.headers["Content-Type"] == "" && row.body != "" {
			row.headers["Content-Type"] = "" // none beside the short form
		}
		w.send("NOTIFY", row.headers, row.body)
		w.response(row.status)
	}
	if err := <-result; err != nil {
		t.Errorf("got %v, want success", err)
	}
}

// FuzzSipfrag takes any body. Facts: a status is one of SIP's; a reason stays in a line.
func FuzzSipfrag(f *testing.F) {
	f.Add("SIP/2.0 200 OK\r\n")
	f.Add("SIP/2.0 100\n\nSIP/2.0 486 Busy")
	f.Fuzz(func(t *testing.T, body string) {
		req := sip.NewRequest(sip.NOTIFY, sip.Uri{Scheme: "sip", Host: "h"})
		req.AppendHeader(sip.NewHeader("Content-Type", "message/sipfrag"))
		req.SetBody([]byte(body))
		status, reason, ok := sipfrag(req)
		if ok != (status >= 100 && status <= 699) || strings.ContainsAny(reason, "\r\n") {
			t.Errorf("got %d %q, %v", status, reason, ok)
		}
	})
}
