package sipua

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"tsunagi/server"
	"tsunagi/server/media"
	"tsunagi/server/sdp"
)

// ErrNoAnswer: the peer did not answer our request at all.
var ErrNoAnswer = errors.New("no answer")

// Rejected is the error of a request, most often a call, that the peer has refused.
type Rejected struct {
	Status int
	Reason string // as the peer put it
}

// Error gives status and reason.
func (r *Rejected) Error() string { return fmt.Sprintf("rejected: %d %s", r.Status, r.Reason) }

// DialParams describe an outgoing call.
type DialParams struct {
	To   string // SIP URI of the callee, or a number if Proxy is set
	From string // our number, told the callee; empty is the user agent's name

	// Proxy is the "host" or "host:port" of the PBX or trunk that the call goes
	// through, with ";transport=tcp" or "tls" if not by UDP. A number is called at this address; a URI is left as it is and the
	// INVITE goes here first (RFC 3261 8.1.2: a preset Route). Empty is the host of To.
	Proxy string

	// Asserted is the number that the call is made for, told to a trusted PBX in
	// P-Asserted-Identity (RFC 3325). Empty is none.
	Asserted string

	// Codecs are those offered, in this order; empty is all.
	Codecs []sdp.Codec

	// Heard gets the payload of every packet of sound that comes, in the order of
	// arrival, from the media engine's goroutine: it must not block. May be nil.
	Heard func(payload []byte)

	// Ringing is called for each 18x, from the leg's goroutine. May be nil.
	Ringing func(status int)
}

const (
	// sendTimeout bounds the look-up of a host name on the way of a request.
	sendTimeout = 5 * time.Second

	// cancelPatience is how long a cancelled INVITE may stay without final response
	// (RFC 3261 9.1: 64 T1).
	cancelPatience = ackWaitT1s * defaultT1

	// forkLimit bounds the further 2xx to one INVITE that wait for its leg.
	forkLimit = 4
)

// Dial calls and waits for the answer: a leg with its media running, a *Rejected, or
// another error. When ctx is done it cancels the call and returns ctx's error; a 200
// that crosses the CANCEL is acknowledged and hung up behind the caller's back.
func (e *Endpoint) Dial(ctx context.Context, p DialParams) (*Leg, error) {
	to, route, err := p.destination()
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("dial %s: %w", p.To, err)
	}
	l := e.newLeg(dialogID{newTag() + "@" + e.host, newTag()})
	l.number = numberOf(&to)
	l.state, l.dialing = calling, &dialing{ringing: p.Ringing, result: make(chan error, 1)}
	if err := l.call(e.firstInvite(l.id, to, route, p), p); err != nil {
		l.end(Failed)
		return nil, fmt.Errorf("dial %s: %w", p.To, err)
	}
	result := l.dialing.result
	if !e.start(l, nil) {
		l.end(Stopped)
		return nil, fmt.Errorf("dial %s: %w", p.To, ErrClosed)
	}
	select {
	case err := <-result:
		if err != nil {
			return nil, fmt.Errorf("dial %s: %w", p.To, err)
		}
		return l, nil
	case <-l.ended:
		// result comes before the end, but select may see them in any order.
		select {
		case err := <-result:
			if err != nil {
				return nil, fmt.Errorf("dial %s: %w", p.To, err)
			}
			return l, nil
		default:
			return nil, fmt.Errorf("dial %s: %w", p.To, ErrEnded)
		}
	case <-ctx.Done():
		l.Bye()
		return nil, fmt.Errorf("dial %s: %w", p.To, ctx.Err())
	}
}

// destination reads whom to call, and the proxy to route by, nil where there is none.
func (p DialParams) destination() (to sip.Uri, route *sip.Uri, err error) {
	var proxy sip.Uri
	if p.Proxy != "" {
		if err := sip.ParseUri("sip:"+p.Proxy, &proxy); err != nil || proxy.Host == "" || proxy.User != "" {
			return to, nil, fmt.Errorf("dial %q: proxy %q: want host or host:port", p.To, p.Proxy)
		}
		if number := ivr.DialledNumber(p.To); number != "" {
			proxy.User = number
			return proxy, nil, nil
		}
		proxy.UriParams.Add("lr", "")
		route = &proxy
	}
	if err := sip.ParseUri(p.To, &to); err != nil || to.Host == "" || to.Scheme != "sip" {
		return to, nil, fmt.Errorf("dial %q: want sip:number@host, or a number and a proxy", p.To)
	}
	return to, route, nil
}

// firstInvite makes the INVITE of a new dialog.
func (e *Endpoint) firstInvite(id dialogID, to sip.Uri, route *sip.Uri, p DialParams) *sip.Request {
	req := e.request(sip.INVITE, to)
	next := &to
	if route != nil {
		req.AppendHeader(&sip.RouteHeader{Address: *route})
		next = route
	}
	from := e.caller(next.Host, p.From)
	from.Params.Add("tag", id.localTag)
	callID := sip.CallIDHeader(id.callID)
	req.AppendHeader(&from)
	req.AppendHeader(&sip.ToHeader{Address: sip.Uri{Scheme: "sip", User: to.User, Host: to.Host}})
	req.AppendHeader(&callID)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: 1, MethodName: sip.INVITE})
	req.AppendHeader(e.contact(e.usual()))
	if p.Asserted != "" {
		asserted := sip.Uri{Scheme: "sip", User: p.Asserted, Host: e.host}
		req.AppendHeader(sip.NewHeader("P-Asserted-Identity", "<"+headerSafe(asserted.String())+">"))
	}
	req.AppendHeader(sip.NewHeader("User-Agent", e.cfg.UserAgent))
	for _, h := range capabilities() {
		req.AppendHeader(h)
	}
	req.AppendHeader(sip.NewHeader("Session-Expires", strconv.FormatInt(e.sessionSeconds(), 10)))
	req.AppendHeader(sip.NewHeader("Min-SE", strconv.Itoa(minSessionSeconds)))
	e.direct(req, next, e.usual())
	return req
}

// caller is us as a callee behind a PBX is told. A PBX at which we have accounts knows
// us by their users alone, so that any other number goes into the name beside it.
func (e *Endpoint) caller(pbx, number string) sip.FromHeader {
	from := sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: number, Host: e.host}}
	if number == "" {
		from.Address.User = e.cfg.UserAgent
	}
	var ours []string
	for _, a := range e.cfg.Accounts {
		if a.at(strings.Trim(pbx, "[]")) {
			ours = append(ours, a.User)
		}
	}
	if len(ours) > 0 && !slices.Contains(ours, number) {
		from.Address.User, from.DisplayName = ours[0], number
	}
	return from
}

// call opens the media and prepares the INVITE's transaction; start sends it.
func (l *Leg) call(req *sip.Request, p DialParams) error {
	var sink media.Sink = legSink{l}
	if p.Heard != nil {
		sink = hearingSink{legSink{l}, p.Heard}
	}
	if err := l.open(sink); err != nil {
		return err
	}
	l.local.Codecs = p.Codecs
	body, err := l.describe(nil)
	if err != nil {
		return err
	}
	setSDP(req, body)
	tx, err := l.transaction(req)
	if err != nil {
		return err
	}
	l.dialing.req, l.dialing.tx, l.dialing.seq = req, tx, req.CSeq().SeqNo
	return nil
}

// send starts the transaction of a request.
func (e *Endpoint) send(req *sip.Request) (*sip.ClientTx, error) {
	ctx, cancel := context.WithTimeout(context.Background(), sendTimeout)
	defer cancel()
	tx, err := e.begin(ctx, req)
	if err != nil {
		return nil, err
	}
	if err := tx.Init(); err != nil {
		tx.Terminate()
		return nil, err
	}
	return tx, nil
}
