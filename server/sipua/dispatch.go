package sipua

import (
	"slices"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// cancelGrace is how long a CANCEL may wait for the INVITE that it overtook on the way, or
// whose worker has not come so far.
const cancelGrace = 100 * time.Millisecond

// handle handles every request that is no retransmission.
func (e *Endpoint) handle(req *sip.Request, tx *sip.ServerTx) {
	n := noteOf(req)
	if n == nil || req.IsAck() && n.leg == nil {
		// RFC 3261 13.3.1.4: an ACK is never answered; one of no dialog is dropped.
		terminate(tx)
		return
	}
	if e.late(req, tx) {
		return
	}
	if f := e.check(req); f != nil {
		if req.IsAck() {
			terminate(tx)
			return
		}
		e.replyFault(req, tx, f)
		if req.IsInvite() {
			if n.leg == nil {
				e.callRefused(f)
			}
			e.drainAcks(tx)
		}
		return
	}
	toTag, _ := req.To().Params.Get("tag")
	switch {
	case req.IsCancel():
		e.lateCancel(req, tx)
	case n.leg != nil:
		e.inDialog(req, tx, n)
	case n.initial && req.GetHeader("Replaces") != nil:
		e.replace(req, tx)
	case n.initial:
		e.invite(req, tx)
	case toTag != "":
		// RFC 3261 12.2.2, 15.1.2: a dialog that is unknown here.
		e.replyFault(req, tx, refuse(sip.StatusCallTransactionDoesNotExists))
		if req.IsInvite() {
			e.drainAcks(tx)
		}
	case req.Method == sip.OPTIONS:
		e.options(req, tx)
	case req.Method == sip.BYE, req.Method == sip.UPDATE, req.Method == sip.INFO, req.Method == sip.NOTIFY, req.Method == sip.PRACK:
		// These exist within dialogs only, and a request without To tag is in none.
		e.replyFault(req, tx, refuse(sip.StatusCallTransactionDoesNotExists))
	default:
		e.replyFault(req, tx, refuse(sip.StatusMethodNotAllowed))
	}
}

// serves tells of the scheme of a Request-URI, in small letters, whether calls come to it.
func serves(scheme string) bool { return scheme == "sip" || scheme == "sips" || scheme == "tel" }

// check looks at what every request must fulfil, whatever it asks for. One without Via or
// CSeq was answered with 400 where it arrived.
func (e *Endpoint) check(req *sip.Request) *fault {
	from, to, callID, cseq := req.From(), req.To(), req.CallID(), req.CSeq()
	switch {
	case !strings.EqualFold(req.SipVersion, sipVersion):
		return refuse(sip.StatusVersionNotSupported)
	case from == nil || to == nil || callID == nil || cseq == nil:
		return malformed("Missing or malformed From, To, Call-ID or CSeq")
	case !from.Params.Has("tag"):
		return malformed("Missing tag in From")
	case !strings.EqualFold(strings.TrimSpace(string(cseq.MethodName)), string(req.Method)):
		return malformed("CSeq is of another method")
	}
	if name := repeated(req); name != "" {
		return malformed("More than one " + name)
	}
	if !serves(req.Recipient.Scheme) {
		return refuse(416)
	}
	if mf := req.MaxForwards(); req.IsInvite() && mf != nil && mf.Val() == 0 {
		return refuse(sip.StatusTooManyHops)
	}
	if req.IsAck() || req.IsCancel() {
		return nil // RFC 3261 8.2.2.3: Require means nothing in them
	}
	unsupported := slices.DeleteFunc(headerValues(req, "Require"), func(tag string) bool {
		return slices.Contains(strings.Split(supportedExtensions, ", "), strings.ToLower(tag))
	})
	if len(unsupported) > 0 {
		return refuse(sip.StatusBadExtension, sip.NewHeader("Unsupported", strings.Join(unsupported, ", ")))
	}
	return nil
}

// singular are the header fields that stand once in a request (RFC 3261 7.3.1, 20).
var singular = []string{"From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length"}

// repeated names a header field of which one would have to guess which line counts,
// empty where there is none.
func repeated(req *sip.Request) string {
	seen := make([]bool, len(singular))
	for _, h := range req.Headers() {
		i := slices.Index(singular, h.Name())
		if i < 0 {
			continue
		}
		if seen[i] {
			return singular[i]
		}
		seen[i] = true
	}
	return ""
}

// headerValues lists the comma-separated values of a header.
func headerValues(m sip.Message, name string) []string {
	var values []string
	for _, h := range m.GetHeaders(name) {
		for _, v := range strings.Split(h.Value(), ",") {
			if v = strings.TrimSpace(v); v != "" {
				values = append(values, headerSafe(v))
			}
		}
	}
	return values
}

// options answers as an INVITE would be (RFC 3261 11.2): a PBX that asks before it sends
// a call goes elsewhere while we drain.
func (e *Endpoint) options(req *sip.Request, tx *sip.ServerTx) {
	if n := noteOf(req); (n == nil || !n.within) && e.draining() {
		e.replyFault(req, tx, refuse(sip.StatusServiceUnavailable, retryAfter(overloadRetryAfter)))
		return
	}
	res := e.response(req, sip.StatusOK, "", capabilities()...)
	res.AppendHeader(e.contact(req.Transport()))
	e.reply(req, tx, res)
}

// inDialog hands a request to its leg.
func (e *Endpoint) inDialog(req *sip.Request, tx *sip.ServerTx, n *note) {
	queue, ticket := n.queue, n.ticket
	n.leg, n.queue, n.ticket = nil, nil, nil // sipgo keeps the request, which is not to keep the leg
	if ticket != nil && queue.deliver(ticket, req, tx) {
		return
	}
	if req.IsAck() {
		terminate(tx) // repeated, or the leg is gone
		return
	}
	if queue.isClosed() {
		e.replyFault(req, tx, refuse(sip.StatusCallTransactionDoesNotExists))
	} else {
		// RFC 3261 12.2.2: older than what has been handled, or one too many.
		e.replyFault(req, tx, refuse(sip.StatusInternalServerError, retryAfter(outOfOrderRetryAfter)))
	}
	if req.IsInvite() {
		e.drainAcks(tx)
	}
}

// lateCancel answers a CANCEL whose INVITE has no transaction, because there was none or
// because it has ended.
func (e *Endpoint) lateCancel(req *sip.Request, tx *sip.ServerTx) {
	id := idOfInvite(req)
	leg := e.legBy(id)
	if leg == nil {
		timer := time.NewTimer(cancelGrace)
		<-timer.C
		leg = e.legBy(id)
	}
	if leg == nil {
		e.replyFault(req, tx, refuse(sip.StatusCallTransactionDoesNotExists))
		return
	}
	e.reply(req, tx, e.response(req, sip.StatusOK, ""))
	cancelled(leg.cancels, unansweredCancel)
}
