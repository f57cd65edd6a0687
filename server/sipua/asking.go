package sipua

import (
	"context"
	"slices"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// send starts the transaction of a request within the dialog that is not an INVITE and
// has answered called in the leg's goroutine with its final response, with nil where
// none came. A challenge is answered first. A leg that is gone by then is not told.
func (l *Leg) send(req *sip.Request, answered func(*sip.Response)) { l.sendOnce(req, 0, answered) }

func (l *Leg) sendOnce(req *sip.Request, attempt int, answered func(*sip.Response)) {
	e := l.endpoint
	tx, err := e.send(req)
	if err != nil {
		l.log.Warn("send SIP request", "method", string(req.Method), "error", err)
		answered(nil)
		return
	}
	e.tasks.Go(func() {
		defer tx.Terminate()
		l.bring(e.final(tx), func(res *sip.Response) {
			if again := l.authorized(req, res, attempt); again != nil {
				l.sendOnce(again, attempt+1, answered)
				return
			}
			answered(res)
		})
	})
}

// authorized is a request within the dialog once more, with the answer to the
// challenge that it got; nil where there is no challenge, or no answer to it.
func (l *Leg) authorized(req *sip.Request, res *sip.Response, attempt int) *sip.Request {
	if res == nil || !challenged(res) || l.state == over {
		return nil
	}
	header, err := l.endpoint.authorize(req, res, attempt)
	if err != nil {
		l.log.Warn("answer to a challenge", "method", string(req.Method), "error", err)
		return nil
	}
	if req.CallID().Value() != l.dialog.callID { // the BYE of a dialog that was replaced
		return l.endpoint.repeated(req, req.CSeq().SeqNo+1, header)
	}
	l.dialog.localSeq++
	if r := l.referral; r != nil && r.seq == req.CSeq().SeqNo {
		r.seq = l.dialog.localSeq
	}
	return l.endpoint.repeated(req, l.dialog.localSeq, header)
}

// sendKept is send for a re-INVITE: its transaction stays to bring a 2xx that is
// repeated because our ACK was lost.
func (l *Leg) sendKept(req *sip.Request, attempt int, answered func(sent *sip.Request, res *sip.Response)) {
	e := l.endpoint
	tx, err := l.transaction(req)
	if err == nil {
		if err = tx.Init(); err != nil {
			tx.Terminate()
		}
	}
	if err != nil {
		l.log.Warn("send re-INVITE", "error", err)
		answered(req, nil)
		return
	}
	e.tasks.Go(func() {
		l.bring(e.final(tx), func(res *sip.Response) {
			if again := l.authorized(req, res, attempt); again != nil {
				l.sendKept(again, attempt+1, answered)
				return
			}
			answered(req, res)
		})
	})
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
	tx, err := l.endpoint.begin(ctx, req)
	if err != nil {
		return nil, err
	}
	if l.again == nil {
		l.again = make(chan *sip.Response, forkLimit)
	}
	again := l.again
	tx.OnRetransmission(func(res *sip.Response) {
		select {
		case again <- res:
		default: // it will come again
		}
	})
	return tx, nil
}

// begin prepares the transaction of a request. RFC 3261 18.1.1: a long one goes by TCP,
// and by UDP after all where the peer has no TCP.
func (e *Endpoint) begin(ctx context.Context, req *sip.Request) (*sip.ClientTx, error) {
	if err := e.carries(req.Transport()); err != nil {
		return nil, err
	}
	if req.Transport() == transportUDP && e.tcp != nil && len(req.String()) > longestUDP {
		e.carry(req, transportTCP)
		tx, err := e.transactions.begin(ctx, req)
		if err == nil {
			return tx, nil
		}
		e.log.Debug("long request goes by UDP: no connection by TCP", "to", req.Destination(), "error", err)
		e.carry(req, transportUDP)
	}
	return e.transactions.begin(ctx, req)
}

// write sends a request that has no transaction, an ACK to a 2xx. sipgo's WriteMsg would
// open any transport that the peer's Contact names, and wait for it without end.
func (e *Endpoint) write(req *sip.Request) error {
	if err := e.carries(req.Transport()); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), sendTimeout)
	defer cancel()
	conn, err := e.transport.ClientRequestConnection(ctx, req)
	if err != nil {
		return err
	}
	err = conn.WriteMsg(req)
	if _, closing := conn.TryClose(); err == nil {
		err = closing
	}
	return err
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
	e.carry(again, req.Transport())
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
func (e *Endpoint) final(tx *sip.ClientTx) *sip.Response { return e.finalOr(tx, nil) }

// finalOr is final, which also gives up when stop is closed.
func (e *Endpoint) finalOr(tx *sip.ClientTx, stop <-chan struct{}) *sip.Response {
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
		case <-stop:
			return nil
		case <-e.kill:
			return nil
		}
	}
}
