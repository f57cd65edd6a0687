package sipua

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

const (
	sipVersion     = "SIP/2.0"
	contentSDP     = "application/sdp"
	allowedMethods = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, NOTIFY, PRACK, UPDATE"

	// supportedExtensions are the option tags that a Require may name.
	supportedExtensions = "100rel, replaces, timer"

	// overloadRetryAfter is asked of a peer whose request came while the endpoint was
	// closing or out of ports.
	overloadRetryAfter = 5 * time.Second

	// outOfOrderRetryAfter is asked of a peer whose request could not be put in order.
	outOfOrderRetryAfter = time.Second
)

// reasons are the phrases of RFC 3261 21 and of the extensions that we answer with.
var reasons = map[int]string{
	180: "Ringing", 200: "OK",
	400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
	415: "Unsupported Media Type", 416: "Unsupported URI Scheme", 420: "Bad Extension",
	422: "Session Interval Too Small",
	480: "Temporarily Unavailable", 481: "Call/Transaction Does Not Exist", 482: "Loop Detected",
	483: "Too Many Hops", 486: "Busy Here", 487: "Request Terminated", 488: "Not Acceptable Here",
	489: "Bad Event", 491: "Request Pending", 500: "Server Internal Error", 503: "Service Unavailable",
	505: "Version Not Supported", 603: "Decline",
}

// A fault is a final response that refuses a request.
type fault struct {
	status  int
	reason  string // empty: the usual phrase
	headers []sip.Header
}

func refuse(status int, headers ...sip.Header) *fault {
	return &fault{status: status, headers: headers}
}

func malformed(reason string) *fault { return &fault{status: 400, reason: reason} }

func retryAfter(d time.Duration) sip.Header {
	return sip.NewHeader("Retry-After", strconv.Itoa(int(math.Ceil(d.Seconds()))))
}

// response begins the answer to a request.
func (e *Endpoint) response(req *sip.Request, status int, reason string, headers ...sip.Header) *sip.Response {
	if reason == "" {
		reason = reasons[status]
	}
	if reason == "" {
		reason = "Refused"
	}
	res := sip.NewResponseFromRequest(req, status, headerSafe(reason), nil)
	res.SipVersion = sipVersion
	res.AppendHeader(sip.NewHeader("Server", e.cfg.UserAgent))
	for _, h := range headers {
		res.AppendHeader(h)
	}
	if status == sip.StatusMethodNotAllowed {
		res.AppendHeader(sip.NewHeader("Allow", allowedMethods)) // RFC 3261 8.2.1
	}
	return res
}

// headerSafe keeps a text that is not ours from ending the line it stands in.
func headerSafe(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s)
}

// capabilities are the headers that tell what we can do (RFC 3261 11.2, 13.3.1.4).
func capabilities() []sip.Header {
	return []sip.Header{
		sip.NewHeader("Allow", allowedMethods),
		sip.NewHeader("Accept", contentSDP),
		sip.NewHeader("Accept-Encoding", "identity"),
		sip.NewHeader("Supported", supportedExtensions),
	}
}

// contact is where requests of the peer shall go, by the transport that it uses.
func (e *Endpoint) contact(transport string) *sip.ContactHeader {
	u := sip.Uri{Scheme: "sip", Host: e.host, Port: e.portOf(transport)}
	if transport != transportUDP {
		u.UriParams.Add("transport", strings.ToLower(transport))
	}
	return &sip.ContactHeader{Address: u}
}

// reply sends a final response that is not a 2xx to an INVITE and lets sipgo keep
// what it needs to repeat it.
func (e *Endpoint) reply(req *sip.Request, tx *sip.ServerTx, res *sip.Response) {
	e.respond(req, tx, res)
	tx.TerminateGracefully()
}

func (e *Endpoint) respond(req *sip.Request, tx *sip.ServerTx, res *sip.Response) {
	if err := tx.Respond(res); err != nil {
		e.log.Warn("send SIP response", "status", res.StatusCode, "method", string(req.Method), "to", req.Source(), "error", err)
	}
}

func (e *Endpoint) replyFault(req *sip.Request, tx *sip.ServerTx, f *fault) {
	e.reply(req, tx, e.response(req, f.status, f.reason, f.headers...))
}

// drainAcks waits for the ACK of a refused INVITE and then ends its transaction.
// Without it sipgo parks a goroutine that offers the ACK to nobody for 5 s.
func (e *Endpoint) drainAcks(tx *sip.ServerTx) {
	select {
	case <-tx.Acks():
		tx.Terminate()
	case <-tx.Done():
	case <-e.kill:
	}
}
