package sipua

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"
)

// TLS is where and with what certificates an Endpoint speaks SIP over TLS.
type TLS struct {
	Listen string // "host:port"; port 0 takes a free one

	// Config has our certificate, and in RootCAs who may have signed those of the
	// peers that we connect to. Its MinVersion is raised to TLS 1.2.
	Config *tls.Config
}

const (
	transportUDP = "UDP"
	transportTCP = "TCP"
	transportTLS = "TLS"

	defaultSIPSPort = 5061

	// longestUDP is the size in bytes above which a request goes by TCP (RFC 3261
	// 18.1.1).
	longestUDP = 1300

	// firstByteLimit and idleLimit bound how long a connection may be silent. A peer
	// connects anew when it has something to say.
	firstByteLimit = 10 * time.Second
	idleLimit      = 15 * time.Minute

	// writeLimit bounds how long a peer that does not read may hold us up.
	writeLimit = 5 * time.Second

	// connectionLimit bounds the connections that peers have opened.
	connectionLimit = 1000

	// keepIdle, keepInterval and keepCount find a peer whose machine is gone within half
	// a minute, so that the next request gets a connection of its own.
	keepIdle, keepInterval, keepCount = 15 * time.Second, 5 * time.Second, 3

	// acceptPause is between two tries to accept when the machine is out of files.
	acceptPause = 50 * time.Millisecond
)

// ErrTransport: the request would have to go by a transport that is not configured.
var ErrTransport = errors.New("transport not configured")

// A listener accepts connections of allowed sources. What sipgo's server does with one
// that fails once is to stop.
type listener struct {
	net.Listener
	allowed []netip.Prefix // empty: anywhere
	open    atomic.Int64
}

// listenStream opens a TCP socket.
func listenStream(address string, allowed []netip.Prefix) (*listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for SIP on tcp %s: %w", address, err)
	}
	return &listener{Listener: l, allowed: allowed}, nil
}

func (l *listener) port() int { return l.Addr().(*net.TCPAddr).Port }

// Accept waits for the next connection of an allowed source.
func (l *listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil, err
		}
		if err != nil {
			timer := time.NewTimer(acceptPause)
			<-timer.C
			continue
		}
		from, _ := netip.ParseAddrPort(conn.RemoteAddr().String())
		if !admits(l.allowed, from.Addr().Unmap()) || l.open.Load() >= connectionLimit {
			_ = conn.Close()
			continue
		}
		l.open.Add(1)
		return &connection{Conn: conn, listener: l}, nil
	}
}

// A connection is one that a peer has opened.
type connection struct {
	net.Conn
	listener *listener
	spoken   bool // only the reader uses it
	closed   atomic.Bool
}

// Read gives up on a peer that is silent for too long.
func (c *connection) Read(p []byte) (int, error) {
	limit := idleLimit
	if !c.spoken {
		limit = firstByteLimit
	}
	if err := c.SetReadDeadline(time.Now().Add(limit)); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	c.spoken = c.spoken || n > 0
	return n, err
}

// Write gives up on a peer that does not read.
func (c *connection) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// Close closes the connection.
func (c *connection) Close() error {
	if !c.closed.Swap(true) {
		c.listener.open.Add(-1)
	}
	return c.Conn.Close()
}

// open opens the sockets that are configured: TCP at the address of the UDP socket (RFC
// 3261 18.2.1).
func (e *Endpoint) open() (err error) {
	if e.cfg.Listen != "" {
		if e.socket, err = listen(e.cfg.Listen, e.cfg.Sources, func() { e.cfg.Observer.CallRefused(Stranger) }); err != nil {
			return err
		}
		e.socket.answer = e.refuseUnread
		bound := e.socket.LocalAddr().(*net.UDPAddr)
		e.local = sip.Addr{IP: bound.IP, Port: bound.Port}
		// Otherwise a request that is sent before Serve has begun would open this socket anew.
		e.transport.Pool("udp").Add(bound.String(), &sip.UDPConnection{PacketConn: e.socket, PacketAddr: bound.String(), Listener: true})
	}
	if e.cfg.TCP {
		if e.tcp, err = listenStream(e.socket.LocalAddr().String(), e.cfg.Sources); err != nil {
			return err
		}
	}
	if e.cfg.TLS != nil {
		if e.cfg.TLS.Config == nil || len(e.cfg.TLS.Config.Certificates) == 0 && e.cfg.TLS.Config.GetCertificate == nil {
			return errors.New("SIP over TLS: no certificate")
		}
		if e.tls, err = listenStream(e.cfg.TLS.Listen, e.cfg.Sources); err != nil {
			return err
		}
	}
	return nil
}

// tlsConfig is the configured one with what we insist on.
func (c Config) tlsConfig() *tls.Config {
	if c.TLS == nil || c.TLS.Config == nil {
		return &tls.Config{MinVersion: tls.VersionTLS12}
	}
	config := c.TLS.Config.Clone()
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	return config
}

// outgoing bounds what a peer that we connect to may make us wait. sipgo does neither:
// a peer that does not answer would hold us up for a minute, one that does not read for
// ever.
func outgoing() sip.TransportsConfig {
	dialer := func(local net.Addr) net.Dialer {
		return net.Dialer{
			LocalAddr: local, Timeout: sendTimeout,
			KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: keepIdle, Interval: keepInterval, Count: keepCount},
		}
	}
	stream := func() *sip.TransportTCP { return &sip.TransportTCP{WriteTimeout: writeLimit, DialerCreate: dialer} }
	return sip.TransportsConfig{TCP: stream(), TLS: &sip.TransportTLS{TransportTCP: stream()}}
}

// serveStreams accepts connections until the sockets are closed.
func (e *Endpoint) serveStreams() {
	if e.tcp != nil {
		e.accepting.Go(func() { _ = e.transport.ServeTCP(attentive{e.tcp, e.refuseUnread}) })
	}
	if e.tls != nil {
		e.accepting.Go(func() { _ = e.transport.ServeTLS(attentive{tls.NewListener(e.tls, e.cfg.tlsConfig()), e.refuseUnread}) })
	}
}

// closeSockets closes the sockets, not the connections.
func (e *Endpoint) closeSockets() (err error) {
	if e.socket != nil {
		err = e.socket.Close()
	}
	for _, l := range []*listener{e.tcp, e.tls} {
		if l != nil {
			err = errors.Join(err, l.Close())
		}
	}
	e.accepting.Wait()
	return err
}

// transportOf is the transport that a URI names, empty where it leaves that open.
func transportOf(u *sip.Uri) string {
	if u.Scheme == "sips" {
		return transportTLS
	}
	name, _ := u.UriParams.Get("transport")
	return strings.ToUpper(name)
}

// direct sends a request on its way to the next hop: its transport, where the hop
// names none by the given one, and the Contact and Via that go with it.
func (e *Endpoint) direct(req *sip.Request, next *sip.Uri, otherwise string) {
	transport := transportOf(next)
	if transport == "" {
		transport = otherwise
	}
	e.carry(req, transport)
	if c := req.Contact(); c != nil {
		user := c.Address.User
		req.ReplaceHeader(e.contact(transport))
		req.Contact().Address.User = user
	}
	port := next.Port
	if port == 0 && transport == transportTLS {
		port = defaultSIPSPort
	}
	req.SetDestination(hop(next.Host, port))
}

// follow has a request take the connection that the peer's own messages come by, where
// that is still open. A new one to the host of its Contact may be impossible: that is an
// address, while the PBX's certificate names a host, or one behind a NAT. A Contact at
// another public address is of another machine, which that connection may not lead to.
func (e *Endpoint) follow(req *sip.Request, host, flow string) {
	from, err := netip.ParseAddrPort(flow)
	if err != nil || req.Transport() == transportUDP {
		return
	}
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil && a.Unmap() != from.Addr().Unmap() && !behindNAT(from.Addr().Unmap(), a.Unmap()) {
		return
	}
	conn, err := e.transport.GetConnection(req.Transport(), flow)
	if err != nil {
		return
	}
	if _, err := conn.TryClose(); err == nil { // only the reference to it
		req.SetDestination(flow)
	}
}

// carry sets the transport of a request.
func (e *Endpoint) carry(req *sip.Request, transport string) {
	req.SetTransport(transport)
	via := req.Via()
	via.Transport, via.Port = transport, e.portOf(transport)
	req.Laddr = sip.Addr{}
	if transport == transportUDP && e.socket != nil {
		// sipgo opens a socket of its own for a request that does not name one.
		e.local.Copy(&req.Laddr)
	}
}

// usual is the transport of a request whose next hop names none.
func (e *Endpoint) usual() string {
	if e.socket == nil {
		return transportTLS
	}
	return transportUDP
}

func (e *Endpoint) portOf(transport string) int {
	if transport == transportTLS && e.tls != nil && e.socket != nil {
		return e.tls.port()
	}
	return e.port
}

// carries returns an error for a transport that peers could not answer by.
func (e *Endpoint) carries(transport string) error {
	if transport == transportUDP && e.socket != nil || transport == transportTCP && e.tcp != nil || transport == transportTLS && e.tls != nil {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrTransport, headerSafe(transport))
}
