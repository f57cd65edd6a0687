package sipua

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// dialing is an INVITE of ours that has no final response. The nil dialing is none.
type dialing struct {
	req         *sip.Request
	tx          *sip.ClientTx
	ringing     func(int)
	result      chan error // of size 1: Dial waits for it
	provisional bool       // one has come: CANCEL may be sent
	cancelled   bool
	sent        bool // CANCEL is sent
	timer       *time.Timer
	seq         uint32 // CSeq of our last request
	minimum     bool   // the interval was raised after 422
	attempts    int    // how often it was sent with credentials
	early       map[string]*early
}

// early is what reliable provisional responses of one callee have told (RFC 3262).
type early struct {
	rseq   uint32        // of the last one
	answer *sip.Response // to our offer; nil where none has come
}

func (d *dialing) responses() <-chan *sip.Response {
	if d == nil {
		return nil
	}
	return d.tx.Responses()
}

func (d *dialing) done() <-chan struct{} {
	if d == nil {
		return nil
	}
	return d.tx.Done()
}

func (d *dialing) patience() <-chan time.Time {
	if d == nil || d.timer == nil {
		return nil
	}
	return d.timer.C
}

// sendInvite sends the INVITE of an outgoing leg.
func (l *Leg) sendInvite() {
	if l.dialing == nil {
		return
	}
	if err := l.dialing.tx.Init(); err != nil {
		l.dialing.tx.Terminate()
		l.dialOver(fmt.Errorf("send INVITE: %w", err), Failed)
	}
}

// dialOver ends an outgoing leg that was never answered.
func (l *Leg) dialOver(err error, why Reason) {
	d := l.dialing
	l.dialing, l.state = nil, over
	d.result <- err
	l.end(why)
}

// dialResponse takes a response to our INVITE.
func (l *Leg) dialResponse(res *sip.Response) {
	d := l.dialing
	switch {
	case res.IsProvisional():
		d.provisional = true
		if d.cancelled {
			l.sendCancel()
		}
		if !l.acknowledge(res) {
			return // repeated, or out of order
		}
		if d.ringing != nil && res.StatusCode > 100 {
			d.ringing(res.StatusCode)
		}
	case res.IsSuccess():
		l.dialing = nil
		d.result <- l.dialAnswered(d, res)
	case res.StatusCode == 422 && !d.cancelled && !d.minimum:
		d.minimum = true
		l.redial(l.endpoint.longerInterval(res)...)
	case challenged(res) && !d.cancelled:
		header, err := l.endpoint.authorize(d.req, res, d.attempts)
		if err != nil {
			l.dialOver(fmt.Errorf("%w: %w", &Rejected{Status: res.StatusCode, Reason: res.Reason}, err), Refused)
			return
		}
		d.attempts++
		l.redial(header)
	default:
		l.dialOver(&Rejected{Status: res.StatusCode, Reason: res.Reason}, Refused)
	}
}

// redial sends our INVITE again with other headers, after a response that asks for it.
func (l *Leg) redial(headers ...sip.Header) {
	d := l.dialing
	d.seq++
	req := l.endpoint.repeated(d.req, d.seq, headers...)
	tx, err := l.transaction(req)
	if err != nil {
		l.dialOver(fmt.Errorf("send INVITE again: %w", err), Failed)
		return
	}
	d.req, d.tx, d.provisional, d.early = req, tx, false, nil
	l.sendInvite()
}

// longerInterval are the headers of an INVITE after a 422 (RFC 4028 7.3).
func (e *Endpoint) longerInterval(res *sip.Response) []sip.Header {
	seconds := e.sessionSeconds()
	if h := res.GetHeader("Min-SE"); h != nil {
		value, _, _ := strings.Cut(h.Value(), ";")
		if n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64); err == nil {
			seconds = min(max(n, seconds), maxSessionSeconds)
		}
	}
	text := strconv.FormatInt(seconds, 10)
	return []sip.Header{sip.NewHeader("Session-Expires", text), sip.NewHeader("Min-SE", text)}
}

// acknowledge sends PRACK for a reliable provisional response and reports whether the
// response is to be looked at (RFC 3262 4).
func (l *Leg) acknowledge(res *sip.Response) bool {
	d, e := l.dialing, l.endpoint
	rseq, reliable := rseqOf(res)
	if !reliable {
		return true
	}
	tag, _ := res.To().Params.Get("tag")
	seen := d.early[tag]
	if seen != nil && rseq != seen.rseq+1 || seen == nil && len(d.early) >= forkLimit {
		return false
	}
	if seen == nil {
		seen = &early{}
		if d.early == nil {
			d.early = map[string]*early{}
		}
		d.early[tag] = seen
	}
	seen.rseq = rseq
	if seen.answer == nil && len(res.Body()) > 0 {
		seen.answer = res
	}
	dialog := dialogOfAnswer(d.req, res)
	d.seq++
	prack := dialog.request(e, sip.PRACK, d.seq)
	prack.AppendHeader(sip.NewHeader("RAck", fmt.Sprintf("%d %d INVITE", rseq, d.req.CSeq().SeqNo)))
	l.send(prack, func(*sip.Response) {})
	return true
}

// rseqOf is the number of a reliable provisional response.
func rseqOf(res *sip.Response) (rseq uint32, reliable bool) {
	h := res.GetHeader("RSeq")
	if h == nil || res.StatusCode <= 100 || res.To() == nil || !requires(res, "100rel") {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(h.Value()), 10, 32)
	return uint32(n), err == nil
}

// requires reports whether a message lists an extension in Require.
func requires(m sip.Message, tag string) bool {
	return slices.ContainsFunc(headerValues(m, "Require"), func(v string) bool { return strings.EqualFold(v, tag) })
}

// dialAnswered makes the dialog, acknowledges the answer and starts the media.
func (l *Leg) dialAnswered(d *dialing, res *sip.Response) error {
	if res.To() == nil {
		l.state = over
		l.end(Failed)
		return fmt.Errorf("%w: 200 without To", ErrNoAnswer)
	}
	l.invite = d.req
	l.dialog = dialogOfAnswer(d.req, res)
	l.dialog.localSeq = d.seq
	l.state = confirmed
	l.peerUpdates = allows(res, sip.UPDATE)
	if source, err := netip.ParseAddrPort(res.Source()); err == nil {
		l.peer = source.Addr().Unmap()
	}
	l.ack = l.dialog.request(l.endpoint, sip.ACK, d.req.CSeq().SeqNo)
	l.ackAgain()
	if d.cancelled {
		// RFC 3261 15: a 200 that has crossed our CANCEL is acknowledged and hung up.
		l.sendBye()
		return ErrEnded
	}
	described := res
	if before := d.early[l.dialog.remoteTag]; before != nil && before.answer != nil && len(res.Body()) == 0 {
		described = before.answer // RFC 3262 5: it was the answer already
	}
	if err := l.takeAnswer(described); err != nil {
		l.end(Failed)
		l.sendBye()
		return err
	}
	in := sessionExpires(res)
	if in.by == "" {
		in.by = refresherUAC
	}
	l.keepFor(in, refresherUAC)
	l.log.Info("call answered by peer", "number", l.number)
	l.queue.wake() // requests of the peer may have overtaken its 200
	return nil
}

// dialFailed takes the end of our INVITE's transaction without a final response.
func (l *Leg) dialFailed() {
	l.dialOver(fmt.Errorf("%w: %w", ErrNoAnswer, l.dialing.tx.Err()), Failed)
}

// dialAbandoned gives up on an INVITE that not even CANCEL has ended.
func (l *Leg) dialAbandoned() {
	l.dialing.tx.Terminate()
	l.dialOver(ErrEnded, LocalBye)
}

// cancelDial cancels our INVITE, which goes on until its final response.
func (l *Leg) cancelDial() {
	d := l.dialing
	if d == nil || d.cancelled {
		return
	}
	d.cancelled = true
	d.timer = time.NewTimer(cancelPatience)
	if d.provisional {
		l.sendCancel()
	}
}

// sendCancel cancels our INVITE. RFC 3261 9.1: not before a provisional response.
func (l *Leg) sendCancel() {
	d := l.dialing
	if d.sent {
		return
	}
	d.sent = true
	req := sip.NewRequest(sip.CANCEL, d.req.Recipient)
	req.AppendHeader(d.req.Via().Clone()) // the same branch names the transaction
	forwards := sip.MaxForwardsHeader(maxForwards)
	req.AppendHeader(&forwards)
	for _, name := range []string{"Route", "From", "To", "Call-ID"} {
		sip.CopyHeaders(name, d.req, req)
	}
	req.AppendHeader(&sip.CSeqHeader{SeqNo: d.req.CSeq().SeqNo, MethodName: sip.CANCEL})
	req.SetBody(nil)
	req.SetTransport(d.req.Transport())
	req.SetDestination(d.req.Destination())
	d.req.Laddr.Copy(&req.Laddr)
	tx, err := l.endpoint.send(req)
	if err != nil {
		l.log.Warn("send CANCEL", "error", err)
		return
	}
	l.endpoint.tasks.Go(func() { l.endpoint.discard(tx) })
}

// answeredAgain takes a further 2xx to our INVITE: the same because our ACK was lost,
// or another callee's after a proxy has forked the INVITE. That one is acknowledged
// and hung up (RFC 3261 13.2.2.4).
func (l *Leg) answeredAgain(res *sip.Response) {
	if res.To() == nil || l.ack == nil {
		return
	}
	// Nothing forks an INVITE within a dialog that the peer has made.
	if tag, _ := res.To().Params.Get("tag"); tag == l.dialog.remoteTag || l.invite == nil {
		l.ackAgain()
		return
	}
	e, fork := l.endpoint, dialogOfAnswer(l.invite, res)
	if err := e.write(fork.request(e, sip.ACK, l.invite.CSeq().SeqNo)); err != nil {
		l.log.Warn("send ACK to a second callee", "error", err)
	}
	tx, err := e.send(fork.next(e, sip.BYE))
	if err != nil {
		l.log.Warn("send BYE to a second callee", "error", err)
		return
	}
	e.tasks.Go(func() { e.discard(tx) })
}

// ackAgain sends the ACK, the first time or because its loss has had the 200 repeated.
func (l *Leg) ackAgain() {
	if l.ack == nil {
		return
	}
	if err := l.endpoint.write(l.ack); err != nil {
		l.log.Warn("send ACK", "error", err)
	}
}
