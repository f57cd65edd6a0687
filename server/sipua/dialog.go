package sipua

import (
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

const (
	maxForwards    = 70
	defaultSIPPort = 5060
)

// A dialog is the peers' lasting relation (RFC 3261 12): what a request within it is
// made of. It belongs to the goroutine of its leg.
type dialog struct {
	callID    string
	local     sip.FromHeader // us, with our tag
	remote    sip.ToHeader   // the peer, with its tag
	localSeq  uint32         // CSeq of the last request sent
	target    sip.Uri        // the peer's Contact
	routes    []sip.Uri      // the way there
	remoteTag string
	transport string // of requests to a target that names none
	flow      string // where the peer's last message came from, by TCP or TLS; empty by UDP
}

// dialogOfInvite is the dialog that answering req makes (RFC 3261 12.1.1).
func dialogOfInvite(req *sip.Request) dialog {
	d := dialog{
		callID: req.CallID().Value(),
		local:  req.To().AsFrom(),
		remote: req.From().AsTo(),
		target: *req.Contact().Address.Clone(),
		routes: recordRoutes(req),

		transport: req.Transport(),
	}
	d.remoteTag, _ = req.From().Params.Get("tag")
	d.cameBy(req)
	return d
}

// cameBy notes the connection that a message of the peer has come by.
func (d *dialog) cameBy(m sip.Message) {
	if t := m.Transport(); t == transportTCP || t == transportTLS {
		d.flow = m.Source()
	}
}

// dialogOfAnswer is the dialog that a 2xx to our INVITE makes (RFC 3261 12.1.2).
func dialogOfAnswer(invite *sip.Request, res *sip.Response) dialog {
	d := dialog{
		callID:   invite.CallID().Value(),
		local:    sip.FromHeader{DisplayName: invite.From().DisplayName, Address: *invite.From().Address.Clone(), Params: invite.From().Params.Clone()},
		remote:   sip.ToHeader{DisplayName: res.To().DisplayName, Address: *res.To().Address.Clone(), Params: res.To().Params.Clone()},
		localSeq: invite.CSeq().SeqNo,
		target:   *invite.Recipient.Clone(),
		routes:   recordRoutes(res),

		transport: transportUDP,
	}
	// Not the transport that the INVITE took: it may have been too long for UDP.
	if t := transportOf(&invite.Contact().Address); t != "" {
		d.transport = t
	}
	if c := res.Contact(); usableContact(c) {
		d.target = *c.Address.Clone()
	}
	slices.Reverse(d.routes)
	d.remoteTag, _ = res.To().Params.Get("tag")
	d.cameBy(res)
	return d
}

// recordRoutes are the Record-Route values of m from the top.
func recordRoutes(m sip.Message) []sip.Uri {
	var routes []sip.Uri
	for _, h := range m.GetHeaders("Record-Route") {
		if r, ok := h.(*sip.RecordRouteHeader); ok {
			routes = append(routes, *r.Address.Clone())
		}
	}
	return routes
}

// usableContact reports whether requests can be sent to a Contact.
func usableContact(c *sip.ContactHeader) bool {
	return c != nil && !c.Address.Wildcard && c.Address.Host != "" &&
		(c.Address.Scheme == "sip" || c.Address.Scheme == "sips")
}

// allows reports whether a message lists a method in Allow.
func allows(m sip.Message, method sip.RequestMethod) bool {
	return slices.ContainsFunc(headerValues(m, "Allow"), func(v string) bool { return strings.EqualFold(v, string(method)) })
}

// refresh takes the new target of a re-INVITE or UPDATE, or of the answer to one
// (RFC 3261 12.2.2).
func (d *dialog) refresh(c *sip.ContactHeader) {
	if usableContact(c) {
		d.target = *c.Address.Clone()
	}
}

// next begins the dialog's next request.
func (d *dialog) next(e *Endpoint, method sip.RequestMethod) *sip.Request {
	d.localSeq++
	return d.request(e, method, d.localSeq)
}

// request makes a request within the dialog (RFC 3261 12.2.1.1).
func (d *dialog) request(e *Endpoint, method sip.RequestMethod, seq uint32) *sip.Request {
	recipient, routes := d.target, d.routes
	if len(routes) > 0 && !routes[0].UriParams.Has("lr") {
		// A strict router finds itself in the Request-URI and the target at the end.
		recipient, routes = routes[0], append(slices.Clone(routes[1:]), d.target)
	}
	req := e.request(method, recipient)
	for i := range routes {
		req.AppendHeader(&sip.RouteHeader{Address: *routes[i].Clone()})
	}
	from, to := d.local, d.remote
	callID := sip.CallIDHeader(d.callID)
	req.AppendHeader(&from)
	req.AppendHeader(&to)
	req.AppendHeader(&callID)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: seq, MethodName: method})
	req.AppendHeader(e.contact(d.transport))
	req.AppendHeader(sip.NewHeader("User-Agent", e.cfg.UserAgent))
	req.SetBody(nil)
	next := &recipient
	if len(d.routes) > 0 {
		next = &d.routes[0]
	}
	e.direct(req, next, d.transport)
	e.follow(req, next.Host, d.flow)
	return req
}

// request makes the part of a request that no dialog decides.
func (e *Endpoint) request(method sip.RequestMethod, recipient sip.Uri) *sip.Request {
	req := sip.NewRequest(method, recipient)
	via := &sip.ViaHeader{
		ProtocolName: "SIP", ProtocolVersion: "2.0", Host: strings.Trim(e.host, "[]"),
	}
	via.Params.Add("branch", sip.RFC3261BranchMagicCookie+newTag())
	via.Params.Add("rport", "") // RFC 3581 3
	forwards := sip.MaxForwardsHeader(maxForwards)
	req.AppendHeader(via)
	req.AppendHeader(&forwards)
	e.carry(req, e.usual())
	return req
}

// hop is the "host:port" of a next hop; port 0 is the usual one.
func hop(host string, port int) string {
	if port == 0 {
		port = defaultSIPPort
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(port))
}
