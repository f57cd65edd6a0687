package sipua

import (
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// A note is pinned to each request in the goroutine that reads the socket, in the
// order of arrival. It travels as a header, of a Go type that no parser makes and that
// is copied into no response, so a peer cannot write one.
type note struct {
	sip.Header
	initial bool    // an INVITE that asks for a new dialog
	within  bool    // it belongs to the dialog of a leg
	leg     *Leg    // that leg, until the request is handed to it
	queue   *queue  // of that dialog
	ticket  *ticket // its place among the leg's requests; nil for one that has none
}

// A dialogID names a dialog on our side; the peer's tag is compared by the leg.
type dialogID struct{ callID, localTag string }

// An inviteID names an INVITE regardless of the way it took here (RFC 3261 8.2.2.2).
type inviteID struct {
	callID, remoteTag string
	seq               uint32
}

// arrive takes each message, in the goroutine that reads its socket or connection.
func (e *Endpoint) arrive(m sip.Message) {
	if m.Transport() == transportUDP && e.socket != nil {
		e.socket.parsed.Store(true)
	}
	switch m := m.(type) {
	case *sip.Request:
		e.pin(m)
		e.transactions.request(m)
	case *sip.Response:
		e.transactions.response(m)
	}
}

// pin pins the note and, to an INVITE, our tag of the dialog that it may become: sipgo
// makes the 487 of a CANCEL by itself, from the INVITE, and all responses must bear one
// tag (RFC 3261 8.2.6.2).
func (e *Endpoint) pin(req *sip.Request) {
	n := &note{Header: e.blank}
	req.AppendHeader(n)
	to, from, callID, cseq := req.To(), req.From(), req.CallID(), req.CSeq()
	if to == nil || from == nil || callID == nil || cseq == nil {
		return
	}
	tidy(to.Params)
	tidy(from.Params)
	localTag, _ := to.Params.Get("tag")
	switch {
	case localTag != "":
		seat := e.seatOf(dialogID{callID.Value(), localTag})
		n.leg, n.queue, n.within = seat.leg, seat.queue, seat.leg != nil
		if n.leg != nil && !req.IsCancel() {
			n.ticket = n.queue.expect(cseq.SeqNo, req.IsAck(), time.Now())
		}
	case req.IsInvite():
		n.initial = true
		to.Params.Add("tag", newTag())
	case req.IsCancel():
		if leg := e.legBy(idOfInvite(req)); leg != nil {
			to.Params.Add("tag", leg.id.localTag)
		}
	}
}

// tidy takes the blanks around names and values of header parameters, which RFC 3261
// 25.1 allows and sipgo leaves, and writes names small.
func tidy(params sip.HeaderParams) {
	for i := range params {
		params[i].K = strings.ToLower(strings.TrimSpace(params[i].K))
		params[i].V = strings.TrimSpace(params[i].V)
	}
}

// noteOf finds the note of a request, nil where it has none.
func noteOf(req *sip.Request) *note {
	headers := req.Headers()
	for i := len(headers) - 1; i >= 0; i-- {
		if n, ok := headers[i].(*note); ok {
			return n
		}
	}
	return nil
}

// idOfInvite is the identity of an INVITE, or of the one that a CANCEL is about.
func idOfInvite(req *sip.Request) inviteID {
	tag, _ := req.From().Params.Get("tag")
	return inviteID{req.CallID().Value(), tag, req.CSeq().SeqNo}
}
