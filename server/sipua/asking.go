package sipua

import (
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
		res := e.final(tx)
		select {
		case l.commands <- func() { answered(res) }:
		case <-l.gone:
		}
	})
}

// final waits for the final response of a transaction and ends it; nil where there is
// none, or where nobody waits any more.
func (e *Endpoint) final(tx *sip.ClientTx) *sip.Response {
	defer tx.Terminate()
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
