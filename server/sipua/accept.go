package sipua

import (
	"time"

	"github.com/emiago/sipgo/sip"
)

// accepted is a 200 to an INVITE whose ACK has not come. sipgo repeats it on no
// schedule of RFC 3261 and never gives up, so the leg does both (13.3.1.4). The nil
// accepted is none, and all methods take it.
type accepted struct {
	req      *sip.Request
	res      *sip.Response
	tx       *sip.ServerTx
	seq      uint32
	offered  bool // the 200 holds our offer, which the ACK has to answer
	interval time.Duration
	deadline time.Time
	timer    *time.Timer
}

func (a *accepted) due() <-chan time.Time {
	if a == nil {
		return nil
	}
	return a.timer.C
}

// accept sends 200 to an INVITE and arms its repetition and the session timer.
func (l *Leg) accept(req *sip.Request, tx *sip.ServerTx, body []byte, offered bool) error {
	e := l.endpoint
	kept, headers, _ := agreedInterval(req) // its fault was looked at before
	res := e.response(req, sip.StatusOK, "", append(capabilities(), headers...)...)
	res.AppendHeader(e.contact(req.Transport()))
	setSDP(res, body)
	if err := e.transactions.accept(tx, res); err != nil {
		return err
	}
	l.keepFor(kept, refresherUAS)
	l.peerUpdates = allows(req, sip.UPDATE)
	t := e.cfg.Timing
	l.settleAccepted()
	l.accepted = &accepted{
		req: req, res: res, tx: tx, seq: req.CSeq().SeqNo, offered: offered,
		interval: t.T1, deadline: time.Now().Add(t.AckWait), timer: time.NewTimer(min(t.T1, t.AckWait)),
	}
	return nil
}

// repeat sends the 200 once more, at T1, 3 T1, 7 T1 and so on with pauses of at most
// T2, and ends the leg when the time for the ACK is over.
func (l *Leg) repeat() {
	a := l.accepted
	left := time.Until(a.deadline)
	if left <= 0 {
		l.log.Warn("no ACK to our 200: hanging up")
		l.end(NotConfirmed)
		l.sendBye()
		return
	}
	if err := a.tx.Connection().WriteMsg(a.res); err != nil {
		l.log.Warn("repeat 200", "error", err)
	}
	a.interval = l.endpoint.cfg.Timing.longer(a.interval)
	a.timer.Reset(min(a.interval, left))
}

// longer is the pause after one of pause.
func (t Timing) longer(pause time.Duration) time.Duration { return min(2*pause, t.T2) }

// acked takes the ACK of the 200 that waits for it.
func (l *Leg) acked(req *sip.Request) {
	a := l.accepted
	if a == nil || req.CSeq() == nil || req.CSeq().SeqNo != a.seq {
		return
	}
	l.settleAccepted()
	switch l.state {
	case closing:
		l.sendBye()
		return
	case answered:
		l.state = confirmed
		l.emit(Event{Kind: Confirmed})
	}
	if !a.offered {
		return
	}
	if err := l.takeAnswer(req); err != nil {
		// RFC 3261 13.3.1.4 with 14.2: nothing but BYE can tell the peer now.
		l.log.Warn("no usable session description in ACK: hanging up", "error", err)
		l.end(Failed)
		l.sendBye()
	}
}

// settleAccepted forgets an INVITE that is answered and acknowledged, or whose ACK nobody
// waits for any more; if there is one.
func (l *Leg) settleAccepted() {
	a := l.accepted
	if a == nil {
		return
	}
	a.timer.Stop()
	l.endpoint.settle(a.req, a.tx)
	l.accepted = nil
	if a.tx == l.inviteTx { // and no later INVITE of the dialog
		l.invite, l.inviteTx, l.offer = nil, nil, nil
	}
}

// confirm treats the 200 that waits for its ACK as acknowledged, because the peer has
// shown that it knows the dialog: its re-INVITE may overtake the ACK.
func (l *Leg) confirm() {
	if l.accepted == nil {
		return
	}
	l.settleAccepted()
	if l.state == answered {
		l.state = confirmed
		l.emit(Event{Kind: Confirmed})
	}
}

// setSDP puts a session description into a message; nil is none.
func setSDP(m sip.Message, body []byte) {
	if body == nil {
		return
	}
	contentType := sip.ContentTypeHeader(contentSDP)
	m.AppendHeader(&contentType)
	m.SetBody(body)
}
