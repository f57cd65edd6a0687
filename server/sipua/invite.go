package sipua

import (
	"errors"
	"fmt"
	"mime"
	"net/netip"
	"strings"

	"github.com/emiago/sipgo/sip"

	"tsunagi/server/sdp"
)

// invite takes an INVITE that asks for a new dialog. Everything that can refuse it is
// looked at before anything is allocated for it.
func (e *Endpoint) invite(req *sip.Request, tx *sip.ServerTx) {
	offer, f := e.acceptable(req)
	var handler Handler
	in := Invite{SIPCallID: req.CallID().Value(), Caller: callerNumber(req), Number: calledNumber(req, e.cfg.NumberFrom)}
	if f == nil {
		in.Source, _ = netip.ParseAddrPort(req.Source())
		handler, f = e.admit(in)
	} else {
		e.callRefused(f)
		e.log.Info("INVITE cannot be taken", "status", f.status, "number", in.Number, "from", req.Source())
	}
	if f != nil {
		e.replyFault(req, tx, f)
		e.drainAcks(tx)
		return
	}
	tag, _ := req.To().Params.Get("tag")
	leg := e.newLeg(dialogID{in.SIPCallID, tag})
	leg.by, leg.number, leg.caller, leg.peer = idOfInvite(req), in.Number, in.Caller, in.Source.Addr()
	leg.state, leg.dialog = ringing, dialogOfInvite(req)
	leg.invite, leg.inviteTx, leg.offer = req, tx, offer
	cancels := leg.cancels // and not the leg, which the transaction may outlive
	if !tx.OnCancel(func(*sip.Request) { cancelled(cancels, answeredCancel) }) {
		cancelled(cancels, answeredCancel)
	}
	if !e.start(leg, handler) {
		// Close began after admit looked. The handler was promised a leg.
		leg.refuse(refuse(sip.StatusServiceUnavailable, retryAfter(overloadRetryAfter)), Stopped)
		handler(leg)
		e.drainAcks(tx)
	}
}

// acceptable checks what only a new INVITE must fulfil, and reads its offer; nil where
// it has none and the 200 makes one (RFC 3261 13.3.1.4, RFC 3264 4).
func (e *Endpoint) acceptable(req *sip.Request) (*sdp.Offer, *fault) {
	if leg := e.legBy(idOfInvite(req)); leg != nil {
		return nil, refuse(sip.StatusLoopDetected) // RFC 3261 8.2.2.2: by another way as well
	}
	if !usableContact(req.Contact()) {
		return nil, malformed("Missing or unusable Contact")
	}
	if _, _, f := agreedInterval(req); f != nil {
		return nil, f
	}
	offer, f := readOffer(req)
	if f != nil || offer == nil {
		return nil, f
	}
	if _, err := offer.Choose(sdp.Local{Encryption: e.cfg.Encryption}); err != nil {
		return nil, faultOf(err)
	}
	return offer, nil
}

func (e *Endpoint) admit(in Invite) (Handler, *fault) {
	e.mu.Lock()
	closing := e.closing
	e.mu.Unlock()
	var own *fault
	switch {
	case closing:
		own = refuse(sip.StatusServiceUnavailable, retryAfter(overloadRetryAfter))
	case e.front == nil, in.Number == "":
		own = refuse(sip.StatusNotFound)
	}
	if own != nil {
		e.callRefused(own)
		return nil, own
	}
	handler, refusal := e.front.Admit(in)
	if refusal == nil {
		return handler, nil
	}
	f := &fault{status: refusal.Status, reason: refusal.Reason}
	if f.status < 300 || f.status > 699 {
		f.status = sip.StatusInternalServerError
	}
	if refusal.RetryAfter > 0 {
		f.headers = append(f.headers, retryAfter(refusal.RetryAfter))
	}
	return nil, f
}

// readOffer reads the session description in a request, nil where there is no body.
func readOffer(req *sip.Request) (*sdp.Offer, *fault) {
	body, f := sdpBody(req)
	if f != nil || body == nil {
		return nil, f
	}
	offer, err := sdp.ParseOffer(body)
	if err != nil {
		return nil, faultOf(err)
	}
	return &offer, nil
}

// sdpBody is the body of a message that may hold nothing but a session description.
func sdpBody(m sip.Message) ([]byte, *fault) {
	for _, encoding := range append(headerValues(m, "Content-Encoding"), headerValues(m, "e")...) {
		if !strings.EqualFold(encoding, "identity") {
			return nil, refuse(sip.StatusUnsupportedMediaType, sip.NewHeader("Accept-Encoding", "identity"))
		}
	}
	body := m.Body()
	if len(body) == 0 {
		return nil, nil
	}
	written := contentType(m)
	if written == "" {
		return nil, malformed("Missing Content-Type")
	}
	kind, _, err := mime.ParseMediaType(written)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) || kind != contentSDP {
		// RFC 3261 21.4.13
		return nil, refuse(sip.StatusUnsupportedMediaType, sip.NewHeader("Accept", contentSDP))
	}
	return body, nil
}

// faultOf is the refusal of a session description that cannot be used.
func faultOf(err error) *fault {
	if errors.Is(err, sdp.ErrMalformed) {
		return malformed("Malformed session description")
	}
	return refuse(sip.StatusNotAcceptableHere)
}

// cancelOrigin tells who has to answer the INVITE that was cancelled.
type cancelOrigin string

const (
	answeredCancel   cancelOrigin = "answered"   // sipgo has sent 487
	unansweredCancel cancelOrigin = "unanswered" // sipgo had not known the INVITE
)

// cancelled notes a CANCEL. It is called under locks of sipgo and must not block.
func cancelled(cancels chan<- cancelOrigin, origin cancelOrigin) {
	select {
	case cancels <- origin:
	default:
	}
}

// cancel ends a leg that is not answered; after the answer a CANCEL has no effect
// (RFC 3261 9.2).
func (l *Leg) cancel(origin cancelOrigin) {
	if l.state != ringing {
		return
	}
	if origin == unansweredCancel {
		l.refuse(refuse(sip.StatusRequestTerminated), Cancelled)
		return
	}
	l.state, l.refused = over, l.inviteTx
	l.end(Cancelled)
}

// refuse answers the INVITE of a ringing leg with a final response and ends the leg.
func (l *Leg) refuse(f *fault, why Reason) {
	e := l.endpoint
	l.state, l.refused = over, l.inviteTx
	l.end(why)
	e.replyFault(l.invite, l.inviteTx, f)
}

// answer accepts the INVITE.
func (l *Leg) answer() error {
	if l.state != ringing {
		return fmt.Errorf("answer call: %w: %s", ErrState, l.state)
	}
	if err := l.open(l.sink()); err != nil {
		f := refuse(sip.StatusServiceUnavailable, retryAfter(overloadRetryAfter))
		l.endpoint.callRefused(f)
		l.refuse(f, Failed)
		return fmt.Errorf("answer call: %w", err)
	}
	body, err := l.describe(l.offer)
	if err != nil {
		l.refuse(faultOf(err), Failed)
		return fmt.Errorf("answer call: %w", err)
	}
	err = l.accept(l.invite, l.inviteTx, body, l.offer == nil)
	if errors.Is(err, sip.ErrTransactionCanceled) {
		l.cancel(answeredCancel) // sipgo has sent 487
		return ErrEnded
	}
	if err != nil {
		l.inviteTx.Terminate()
		l.state = over
		l.end(Failed)
		return fmt.Errorf("answer call: %w", err)
	}
	l.state = answered
	l.log.Info("call answered", "number", l.number)
	if l.offer != nil { // else the ACK brings what to start with
		l.startMedia()
	}
	return nil
}
