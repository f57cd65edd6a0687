package sipua

import (
	"github.com/emiago/sipgo/sip"

	"tsunagi/server/sdp"
)

// reinvite answers an INVITE within the dialog: the peer moves its media, holds or
// resumes, changes its target, or wants an offer (RFC 3261 14.2).
func (l *Leg) reinvite(req *sip.Request, tx *sip.ServerTx) {
	e := l.endpoint
	offer, f := l.modification(req)
	var body []byte
	if f == nil {
		var err error
		if body, err = l.describe(offer); err != nil {
			f = faultOf(err)
		}
	}
	if f != nil {
		// RFC 3261 14.2: the session stays as it was.
		e.replyFault(req, tx, f)
		e.tasks.Go(func() { e.drainAcks(tx) })
		return
	}
	l.confirm()
	l.dialog.refresh(req.Contact())
	if err := l.accept(req, tx, body, offer == nil); err != nil {
		tx.Terminate()
		l.log.Warn("answer re-INVITE", "error", err)
		return
	}
	if offer != nil {
		l.startMedia()
	}
	l.identify(req)
}

// identify takes the peer's word on who is there now: after a transfer a PBX says so
// in the P-Asserted-Identity of an UPDATE or re-INVITE.
func (l *Leg) identify(req *sip.Request) {
	if req.GetHeader("P-Asserted-Identity") == nil {
		return
	}
	if number := callerNumber(req); number != l.Caller() {
		l.setCaller(number)
		l.emit(Event{Kind: PeerChanged, Caller: number})
	}
}

func (l *Leg) setCaller(number string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.caller = number
}

// update answers UPDATE, with a session description or just to refresh the dialog
// (RFC 3311 5.2).
func (l *Leg) update(req *sip.Request, tx *sip.ServerTx) {
	e := l.endpoint
	kept, headers, _ := agreedInterval(req) // its fault is one of modification
	res := e.response(req, sip.StatusOK, "", append(capabilities(), headers...)...)
	res.AppendHeader(e.contact(req.Transport()))
	offer, f := l.modification(req)
	if f == nil && offer != nil {
		body, err := l.describe(offer)
		if err != nil {
			f = faultOf(err)
		}
		setSDP(res, body)
	}
	if f != nil {
		e.replyFault(req, tx, f)
		return
	}
	l.dialog.refresh(req.Contact())
	e.reply(req, tx, res)
	l.keepFor(kept, refresherUAS)
	if offer != nil {
		l.startMedia()
	}
	l.identify(req)
}

// modification reads the offer of a request that may change the session.
func (l *Leg) modification(req *sip.Request) (*sdp.Offer, *fault) {
	switch {
	case l.state == closing:
		return nil, refuse(sip.StatusCallTransactionDoesNotExists)
	case l.state == ringing:
		// RFC 3261 14.2: before the first final response.
		return nil, refuse(sip.StatusInternalServerError, retryAfter(outOfOrderRetryAfter))
	case l.accepted != nil && l.accepted.offered:
		return nil, refuse(sip.StatusRequestPending) // our offer awaits its answer
	case l.inviting && (req.IsInvite() || len(req.Body()) > 0):
		return nil, refuse(sip.StatusRequestPending) // RFC 3261 14.2, RFC 3311 5.2: glare
	}
	if _, _, f := agreedInterval(req); f != nil {
		return nil, f
	}
	return readOffer(req)
}

// noteHold tells the reader when the peer stops or begins to listen.
func (l *Leg) noteHold() {
	held := !l.local.chosen.Direction.Sends()
	switch {
	case held && !l.onHold:
		l.emit(Event{Kind: Held})
	case !held && l.onHold:
		l.emit(Event{Kind: Resumed})
	}
	l.onHold = held
}
