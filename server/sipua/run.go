package sipua

import (
	"time"

	"github.com/emiago/sipgo/sip"
)

// run owns the leg's dialog until it is over and the peer has answered our BYE.
func (l *Leg) run() {
	defer l.leave()
	l.sendInvite()
	var stall <-chan time.Time
	quit := l.endpoint.quit
	for l.state != over || l.bye != nil || l.dialing != nil {
		select {
		case <-l.queue.ready:
			stall = l.serveQueue()
		case <-stall:
			stall = l.serveQueue()
		case f := <-l.commands:
			f()
		case origin := <-l.cancels:
			l.cancel(origin)
		case <-l.accepted.due():
			l.repeat()
		case <-l.expiry.due():
			l.expire()
		case res := <-l.again:
			l.answeredAgain(res)
		case res := <-l.dialing.responses():
			l.dialResponse(res)
		case <-l.dialing.done():
			l.dialFailed()
		case <-l.dialing.patience():
			l.dialAbandoned()
		case res := <-responses(l.bye):
			if !res.IsProvisional() {
				// RFC 3261 15.1.1: whatever the answer is, the dialog is over.
				l.bye.Terminate()
				l.bye = nil
			}
		case <-done(l.bye):
			l.bye = nil
		case <-quit:
			quit = nil
			l.hangUp(Stopped)
		case <-l.endpoint.kill:
			l.hangUp(Stopped) // nobody waits for an answer
			return
		}
	}
}

// leave takes the leg out of the endpoint and answers what still waits.
func (l *Leg) leave() {
	l.endpoint.leave(l)
	close(l.gone)
	for _, t := range l.queue.close() {
		l.unknown(t.req, t.tx)
	}
	if l.refused != nil {
		l.endpoint.drainAcks(l.refused)
	}
}

// unknown answers a request for which the dialog does not exist any more.
func (l *Leg) unknown(req *sip.Request, tx *sip.ServerTx) {
	switch {
	case req.IsAck():
		terminate(tx)
	case req.Method == sip.BYE:
		// Both sides have hung up at once.
		l.endpoint.replyBye(req, tx)
	default:
		l.endpoint.replyFault(req, tx, refuse(sip.StatusCallTransactionDoesNotExists))
	}
}

// serveQueue handles the requests whose turn has come. It returns a timer where others
// wait for one that is on its way.
func (l *Leg) serveQueue() <-chan time.Time {
	for l.state != calling { // RFC 3261 12.1.2: no dialog before its first response
		t, wait := l.queue.next(time.Now())
		if t == nil {
			if wait == 0 {
				return nil
			}
			return time.After(wait)
		}
		l.serve(t.req, t.tx)
	}
	return nil
}

// serve handles a request within the dialog.
func (l *Leg) serve(req *sip.Request, tx *sip.ServerTx) {
	e := l.endpoint
	switch tag, _ := req.From().Params.Get("tag"); {
	case l.state == over:
		l.unknown(req, tx)
		return
	case tag != l.dialog.remoteTag && req.IsAck():
		terminate(tx)
		return
	case tag != l.dialog.remoteTag:
		// RFC 3261 12.2.2: both tags name the dialog.
		e.replyFault(req, tx, refuse(sip.StatusCallTransactionDoesNotExists))
		return
	}
	l.dialog.cameBy(req)
	switch req.Method {
	case sip.ACK:
		terminate(tx)
		l.acked(req)
	case sip.BYE:
		e.replyBye(req, tx)
		l.byeReceived()
	case sip.INVITE:
		l.reinvite(req, tx)
	case sip.UPDATE:
		l.update(req, tx)
	case sip.INFO:
		l.info(req, tx)
	case sip.NOTIFY:
		l.notify(req, tx)
	case sip.PRACK:
		// RFC 3262 3: we send no provisional response that wants one.
		e.replyFault(req, tx, refuse(sip.StatusCallTransactionDoesNotExists))
	case sip.OPTIONS:
		e.options(req, tx)
	default:
		e.replyFault(req, tx, refuse(sip.StatusMethodNotAllowed))
	}
}

// byeReceived ends the leg at the peer's wish.
func (l *Leg) byeReceived() {
	if l.state == ringing {
		// RFC 3261 15.1.2: what is pending in the dialog is answered 487.
		l.refuse(refuse(sip.StatusRequestTerminated), HungUp)
		return
	}
	l.settleAccepted()
	l.state = over
	l.end(HungUp)
}

// hangUp ends the leg from our side, and then tells the peer, which may take its time.
func (l *Leg) hangUp(why Reason) {
	switch l.state {
	case ringing:
		l.refuse(refuse(sip.StatusTemporarilyUnavailable), why)
	case calling:
		l.end(why)
		l.cancelDial()
	case answered:
		// RFC 3261 15: no BYE before the ACK has come or can come no more.
		l.state = closing
		l.end(why)
	case confirmed:
		l.end(why)
		l.sendBye()
	}
}

func (l *Leg) sendBye() {
	l.settleAccepted()
	l.state = over
	tx, err := l.endpoint.send(l.dialog.next(l.endpoint, sip.BYE))
	if err != nil {
		l.log.Warn("send BYE", "error", err)
		return
	}
	l.bye = tx
}

// responses and done are those of a transaction that there may be none of.
func responses(tx *sip.ClientTx) <-chan *sip.Response {
	if tx == nil {
		return nil
	}
	return tx.Responses()
}

func done(tx *sip.ClientTx) <-chan struct{} {
	if tx == nil {
		return nil
	}
	return tx.Done()
}
