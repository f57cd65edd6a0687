package sipua

import (
	"net/netip"
	"strings"

	"github.com/emiago/sipgo/sip"

	"tsunagi/server/sdp"
)

// replacement is the value of a Replaces header: a dialog as we know it.
type replacement struct {
	dialogID
	remoteTag string
	earlyOnly bool
}

// parseReplaces reads the Replaces header of an INVITE (RFC 3891 6.1).
func parseReplaces(req *sip.Request) (replacement, *fault) {
	headers := req.GetHeaders("Replaces")
	if len(headers) != 1 {
		return replacement{}, malformed("More than one Replaces") // RFC 3891 3
	}
	callID, params, _ := strings.Cut(headers[0].Value(), ";")
	r := replacement{dialogID: dialogID{callID: strings.TrimSpace(callID)}}
	for _, param := range strings.Split(params, ";") {
		name, value, _ := strings.Cut(param, "=")
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "to-tag":
			r.localTag = value
		case "from-tag":
			r.remoteTag = value
		case "early-only":
			r.earlyOnly = true
		}
	}
	if r.callID == "" || r.localTag == "" || r.remoteTag == "" {
		return replacement{}, malformed("Malformed Replaces")
	}
	return r, nil
}

// replace takes an INVITE whose dialog shall take the place of one that stands, as at
// the end of an attended transfer. Who knows both tags of a dialog may do so: it is
// not a new call, and Front is not asked.
func (e *Endpoint) replace(req *sip.Request, tx *sip.ServerTx) {
	offer, f := e.acceptable(req)
	var r replacement
	if f == nil {
		r, f = parseReplaces(req)
	}
	leg := e.seatOf(r.dialogID).leg
	if f == nil && leg == nil {
		f = refuse(sip.StatusCallTransactionDoesNotExists)
	}
	if f == nil {
		// The answer comes from the leg's goroutine, which alone knows where it stands.
		err := leg.ask(func() error { f = leg.takeOver(req, tx, offer, r); return nil })
		if err != nil {
			f = refuse(603) // RFC 3891 3: it has just ended
		}
	}
	if f != nil {
		e.log.Info("leg not replaced", "status", f.status, "from", req.Source())
		e.replyFault(req, tx, f)
		e.drainAcks(tx)
	}
}

// takeOver moves the leg into the dialog of an INVITE with Replaces: its media goes
// there, the call goes on, and the old dialog ends with BYE (RFC 3891 3).
func (l *Leg) takeOver(req *sip.Request, tx *sip.ServerTx, offer *sdp.Offer, r replacement) *fault {
	e := l.endpoint
	switch {
	case r.remoteTag != l.dialog.remoteTag, l.state == ringing, l.state == calling:
		return refuse(sip.StatusCallTransactionDoesNotExists)
	case l.state == closing || l.state == over:
		return refuse(603)
	case r.earlyOnly:
		return refuse(sip.StatusBusyHere)
	case l.state != confirmed || l.accepted != nil:
		return refuse(sip.StatusRequestPending)
	}
	before := l.local
	body, err := l.describe(offer)
	if err != nil {
		return faultOf(err)
	}
	tag, _ := req.To().Params.Get("tag")
	place, queue := dialogID{req.CallID().Value(), tag}, newQueue()
	e.seat(place, seat{l, queue}) // before the 200, which may be acknowledged at once
	if err := l.accept(req, tx, body, offer == nil); err != nil {
		// It was cancelled, and sipgo has answered 487, or the network is gone.
		e.unseat(place)
		l.local = before
		tx.Terminate()
		return nil
	}
	l.leaveDialog()
	l.place, l.queue, l.dialog = place, queue, dialogOfInvite(req)
	if source, err := netip.ParseAddrPort(req.Source()); err == nil {
		l.peer = source.Addr().Unmap()
	}
	l.log.Info("leg taken over by another dialog")
	if offer != nil {
		l.startMedia()
	}
	l.setCaller(callerNumber(req))
	l.emit(Event{Kind: PeerChanged, Caller: l.Caller()})
	return nil
}

// leaveDialog ends the dialog that another one replaces, but not the leg.
func (l *Leg) leaveDialog() {
	e := l.endpoint
	e.unseat(l.place)
	for _, t := range l.queue.close() {
		l.unknown(t.req, t.tx)
	}
	if l.referral != nil {
		l.referred(ErrNoResult)
	}
	l.send(l.dialog.next(e, sip.BYE), func(*sip.Response) {})
}
