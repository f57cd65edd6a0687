package sipua

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"

	"github.com/emiago/sipgo/sip"
)

// transactions finds the transaction that a message belongs to. sipgo's own layer starts a
// goroutine for every message, whose stack grows by being copied two or three times before
// a request is handled, and which brings the requests of a dialog in any order. Here what
// waits for nothing is done where the socket is read, and the rest by the workers.
type transactions struct {
	endpoint *Endpoint
	log      *slog.Logger // of sipgo's transactions, which name what they carry

	mu     sync.Mutex
	server map[serverKey]served
	client map[string]*sip.ClientTx
}

func newTransactions(e *Endpoint) *transactions {
	return &transactions{
		endpoint: e, log: slog.New(slog.DiscardHandler),
		server: map[serverKey]served{}, client: map[string]*sip.ClientTx{},
	}
}

// served is the transaction of a peer's request.
type served struct {
	*sip.ServerTx
	fate fate
}

// fate is what becomes of an INVITE, of which one thing alone can happen.
type fate int

const (
	undecided fate = iota
	fateCancelled
	fateAccepted
)

// A serverKey is what tells the requests of one transaction (RFC 3261 17.2.3).
type serverKey struct {
	branch string // of a peer of RFC 2543, whose branch tells nothing, all that it has instead
	host   string
	port   int
	method sip.RequestMethod
}

// serverKeyOf is the key of a request, or of the transaction of another method that it is
// about. It reports false where the request lacks what makes one up.
func serverKeyOf(req *sip.Request, method sip.RequestMethod) (serverKey, bool) {
	via, cseq := req.Via(), req.CSeq()
	if via == nil || cseq == nil {
		return serverKey{}, false
	}
	if method == "" {
		method = cseq.MethodName
	}
	if method == sip.ACK {
		method = sip.INVITE
	}
	branch, _ := via.Params.Get("branch")
	if rest, unique := strings.CutPrefix(branch, sip.RFC3261BranchMagicCookie); unique && rest != "" {
		key := serverKey{branch, via.Host, via.Port, method}
		if key.port <= 0 {
			key.port = sip.DefaultPort(via.Transport)
		}
		return key, true
	}
	from, callID := req.From(), req.CallID()
	if from == nil || callID == nil {
		return serverKey{}, false
	}
	tag, tagged := from.Params.Get("tag")
	all := []string{tag, callID.Value(), strconv.FormatUint(uint64(cseq.SeqNo), 10), via.Value()}
	return serverKey{branch: strings.Join(all, "\n"), method: method}, tagged
}

// request brings a request to its transaction, or begins one and has it handled. The ACK of
// a 200 is of none, and begins none.
func (t *transactions) request(req *sip.Request) {
	e := t.endpoint
	key, ok := serverKeyOf(req, "")
	if !ok {
		// RFC 3261 8.2: its sender would repeat it for 32 s.
		e.aside(req, func() {
			_ = e.transport.WriteMsg(sip.NewResponseFromRequest(req, sip.StatusBadRequest, reasons[sip.StatusBadRequest], nil))
		})
		return
	}
	if req.IsCancel() && t.cancel(req) {
		return
	}
	tx, known, err := t.find(key, req)
	switch {
	case err != nil:
		e.log.Debug("no way back to where a request came from", "from", req.Source(), "error", err)
	case req.IsAck() && (!known || tx.fate == fateAccepted): // RFC 2543 gave it the INVITE's branch
		t.handle(req, nil)
	case !known:
		t.handle(req, tx.ServerTx)
	case tx.fate != fateAccepted: // RFC 6026 7.1: then it is absorbed
		e.aside(req, func() { _ = tx.Receive(req) })
	}
}

// find finds the transaction of a request, or begins it; the zero value for an ACK of none.
func (t *transactions) find(key serverKey, req *sip.Request) (found served, known bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if found, known = t.server[key]; known || req.IsAck() {
		return found, known, nil
	}
	conn, err := t.endpoint.back(req)
	if err != nil {
		return served{}, false, err
	}
	tx := sip.NewServerTx("", req, conn, t.log)
	if err := tx.Init(); err != nil {
		_, _ = conn.TryClose()
		return served{}, false, err
	}
	tx.OnTerminate(func(string, error) {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.server, key)
	})
	found = served{ServerTx: tx}
	t.server[key] = found
	return found, false, nil
}

// decide gives an INVITE its fate, unless it has one, and returns it with what it has then.
func (t *transactions) decide(key serverKey, f fate) (found served, known bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, known = t.server[key]
	if known && found.fate == undecided {
		found.fate = f
		t.server[key] = found
	}
	return found, known
}

// untimely means nothing to a transaction that has no final response, and has it send no 100
// any more.
var untimely = sip.NewRequest(sip.ACK, sip.Uri{})

// accept sends the 200 to an INVITE, which the leg repeats. The error of one that was
// cancelled before is sip.ErrTransactionCanceled. Whoever accepts settles it, when the ACK
// has come or can come no more: sipgo is not told of the 200, because it would keep it and
// the INVITE for Timer L, 32 s, even after the end of the transaction.
func (t *transactions) accept(tx *sip.ServerTx, res *sip.Response) error {
	key, _ := serverKeyOf(tx.Origin(), "")
	found, known := t.decide(key, fateAccepted)
	switch {
	case !known:
		return sip.ErrTransactionTerminated
	case found.fate == fateCancelled:
		return sip.ErrTransactionCanceled
	}
	_ = tx.Receive(untimely)
	return tx.Connection().WriteMsg(res)
}

// handle has a request handled: one within a dialog, which is only put in its place there,
// at once, so that the requests of a dialog stay in the order of their arrival. A re-INVITE
// may have to wait for its ACK.
func (t *transactions) handle(req *sip.Request, tx *sip.ServerTx) {
	e := t.endpoint
	if n := noteOf(req); n != nil && n.ticket != nil && !req.IsInvite() {
		e.aside(req, func() { e.handle(req, tx) })
		return
	}
	if !e.workers.run(func() { e.handle(req, tx) }) {
		terminate(tx)
	}
}

// cancel has a CANCEL end the INVITE that it is about, unless that was accepted, and reports
// false where there is none. The 200 goes before the 487 (RFC 3261 9.2).
func (t *transactions) cancel(req *sip.Request) bool {
	key, _ := serverKeyOf(req, sip.INVITE)
	tx, known := t.decide(key, fateCancelled)
	if !known {
		return false
	}
	t.endpoint.aside(req, func() {
		if conn, err := t.endpoint.back(req); err == nil {
			// Where it is lost the CANCEL comes again.
			_ = conn.WriteMsg(sip.NewResponseFromRequest(req, sip.StatusOK, reasons[sip.StatusOK], nil))
			_, _ = conn.TryClose()
		}
		if tx.fate == fateCancelled {
			_ = tx.Receive(req)
		}
	})
	return true
}

// response brings a response to its transaction, which waits until somebody has taken it.
// What belongs to none is dropped (RFC 6026 8.9).
func (t *transactions) response(res *sip.Response) {
	key, err := sip.ClientTxKeyMake(res)
	if err != nil {
		return
	}
	t.mu.Lock()
	tx := t.client[key]
	t.mu.Unlock()
	if tx != nil {
		t.endpoint.workers.run(func() { tx.Receive(res) })
	}
}

// begin begins the transaction of a request of ours; Init sends it.
func (t *transactions) begin(ctx context.Context, req *sip.Request) (*sip.ClientTx, error) {
	key, err := sip.ClientTxKeyMake(req)
	if err != nil {
		return nil, err
	}
	conn, err := t.endpoint.transport.ClientRequestConnection(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", headerSafe(req.Destination()), err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.client[key] != nil {
		_, _ = conn.TryClose()
		return nil, fmt.Errorf("branch %s is in use", key)
	}
	tx := sip.NewClientTx(key, req, conn, t.log)
	tx.OnTerminate(func(string, error) {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.client, key)
	})
	t.client[key] = tx
	return tx, nil
}

// close ends all transactions.
func (t *transactions) close() {
	t.mu.Lock()
	var all []interface{ Terminate() }
	for _, tx := range t.server {
		all = append(all, tx)
	}
	for _, tx := range t.client {
		all = append(all, tx)
	}
	t.mu.Unlock()
	for _, tx := range all {
		tx.Terminate()
	}
}

// terminate ends the transaction of a request; an ACK may have none.
func terminate(tx *sip.ServerTx) {
	if tx != nil {
		tx.Terminate()
	}
}
