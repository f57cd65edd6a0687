package sipua

import (
	"context"
	"slices"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// send starts the transaction of a request within the dialog that is not an INVITE and
// has answered called in the leg's goroutine with its final response, with nil where
// none came. A leg that is gone by then is not told.
func (l *Leg) send(req *sip.Request, answered func(*sip.Response)) {
	e := l.endpoint
	tx, err := e.send(req)
	if err != nil {
		l.log.Warn("send SIP request", "method", string(req.Method), "error", err)
		answered(nil)
		return
	}
	e.tasks.Go(func() {
		defer tx.Terminate()
		l.bring(e.final(tx), answered)
	})
}

// sendKept is send for a re-INVITE: its transaction stays to bring a 2xx that is
// repeated because our ACK was lost.
func (l *Leg) sendKept(req *sip.Request, answered func(*sip.Response)) {
	e := l.endpoint
	tx, err := l.transaction(req)
	if err == nil {
		if err = tx.Init(); err != nil {
			tx.Terminate()
		}
	}
	if err != nil {
		l.log.Warn("send re-INVITE", "error", err)
		answered(nil)
		return
	}
	e.tasks.Go(func() { l.bring(e.final(tx), answered) })
}

// bring has answered called in the leg's goroutine.
func (l *Leg) bring(res *sip.Response, answered func(*sip.Response)) {
	select {
	case l.commands <- func() { answered(res) }:
	case <-l.gone:
	}
}

// transaction prepares the transaction of an INVITE of ours.
func (l *Leg) transaction(req *sip.Request) (*sip.ClientTx, error) {
	ctx, cancel := context.WithTimeout(context.Background(), sendTimeout)
	defer cancel()
	tx, err := l.endpoint.transactions.NewClientTransaction(ctx, req)
	if err != nil {
		return nil, err
	}
	tx.OnRetransmission(func(res *sip.Response) {
		select {
		case l.again <- res:
		default: // it will come again
		}
	})
	return tx, nil
}

// repeated is a request once more, as a new transaction with the given headers in
// place of those of the same names.
func (e *Endpoint) repeated(req *sip.Request, seq uint32, headers ...sip.Header) *sip.Request {
	again := e.request(req.Method, req.Recipient)
	for _, h := range req.Headers() {
		switch strings.ToLower(h.Name()) {
		case "via", "max-forwards", "cseq", "content-length":
			continue
		}
		if !slices.ContainsFunc(headers, func(other sip.Header) bool { return strings.EqualFold(other.Name(), h.Name()) }) {
			again.AppendHeader(sip.HeaderClone(h))
		}
	}
	again.AppendHeader(&sip.CSeqHeader{SeqNo: seq, MethodName: req.Method})
	for _, h := range headers {
		again.AppendHeader(h)
	}
	again.SetBody(req.Body())
	again.SetDestination(req.Destination())
	return again
}

// discard waits for the end of a transaction of which nobody wants to know the result.
func (e *Endpoint) discard(tx *sip.ClientTx) {
	e.final(tx)
	tx.Terminate()
}

// final waits for the final response of a transaction; nil where there is none, or
// where nobody waits any more.
func (e *Endpoint) final(tx *sip.ClientTx) *sip.Response {
	for {
		select {
		case res := <-tx.Responses():
			if !res.IsProvisional() {
				return res
			}
		case <-tx.Done():
			// Both may be there at once, and a response counts more.
			select {
			case res := <-tx.Responses():
				if !res.IsProvisional() {
					return res
				}
			default:
			}
			return nil
		case <-e.kill:
			return nil
		}
	}
}
