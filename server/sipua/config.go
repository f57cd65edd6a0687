package sipua

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"time"

	"tsunagi/server/sdp"
)

// Config says where an Endpoint listens and how it presents itself. The zero values
// of all but Listen and TLS, of which one is needed, are defaults.
type Config struct {
	// Listen is the "host:port" of the UDP socket. Port 0 takes a free one. Empty is
	// none: the endpoint speaks TLS alone, and neither takes nor sends anything that
	// others on the way could read.
	Listen string

	// TCP has the endpoint listen by TCP too, at the address and port of Listen.
	// Requests that are too long for UDP then go by TCP.
	TCP bool

	// TLS has the endpoint listen by TLS too; nil does not.
	TLS *TLS

	// Encryption is whether media is SRTP with keys in the session description (SDES).
	// The keys are as secret as the signalling: it belongs with TLS.
	Encryption sdp.Encryption

	// Advertised is the host, or host:port, at which peers reach this endpoint: it
	// stands in Contact, Via and the SDP. Empty is the address of the socket, which
	// then may not be 0.0.0.0.
	Advertised string

	// UserAgent stands in the Server and User-Agent headers.
	UserAgent string

	// Sources are the networks that requests are taken from; anybody else gets 403
	// with nothing kept of it. Empty is anywhere, which suits a laptop only: sipgo
	// remembers every address and port that it has heard from.
	Sources []netip.Prefix

	// Accounts are ours at PBXs that ask for a password or want us to register.
	Accounts []Account

	// Watched are PBXs that are asked by OPTIONS every so often whether they are
	// there, each as "host", "host:port" or "host:port;transport=tls". A change is
	// logged; see Watches.
	Watched []string

	// WatchEvery is the pause between two of those questions; 1 min.
	WatchEvery time.Duration

	// SessionInterval is how long a session lasts unless it is refreshed (RFC 4028), as
	// we ask for it in a call of ours: whole seconds, 90 s and more; 30 min. A caller's
	// own wish is followed.
	SessionInterval time.Duration

	// NumberFrom is the field that holds the called number.
	NumberFrom NumberFrom

	// Timing is RFC 3261's, and shorter in tests.
	Timing Timing

	// Observer is told what operations count; nil where nobody does.
	Observer Observer

	// Log gets what an administrator wants to know; nil discards it. Neither a key
	// nor a message body is ever written to it.
	Log *slog.Logger
}

// Timing is how often and how long a 200 to an INVITE is repeated while its ACK
// does not come (RFC 3261 13.3.1.4).
type Timing struct {
	T1      time.Duration // until the first repetition; 500 ms
	T2      time.Duration // the longest pause between two; 4 s
	AckWait time.Duration // then the leg is ended with BYE; 64 T1

	// SessionSecond is how long a second of Session-Expires and of Expires lasts: 1 s.
	SessionSecond time.Duration
}

const (
	defaultT1        = 500 * time.Millisecond
	defaultT2        = 4 * time.Second
	defaultUserAgent = "tsunagi"
	ackWaitT1s       = 64
)

func (c Config) withDefaults() (Config, error) {
	if c.UserAgent == "" {
		c.UserAgent = defaultUserAgent
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Observer == nil {
		c.Observer = nobody{}
	}
	if c.Timing.T1 <= 0 {
		c.Timing.T1 = defaultT1
	}
	if c.Timing.T2 <= 0 {
		c.Timing.T2 = defaultT2
	}
	if c.Timing.AckWait <= 0 {
		c.Timing.AckWait = ackWaitT1s * c.Timing.T1
	}
	if c.Timing.SessionSecond <= 0 {
		c.Timing.SessionSecond = time.Second
	}
	if c.WatchEvery <= 0 {
		c.WatchEvery = defaultWatchEvery
	}
	if c.SessionInterval <= 0 {
		c.SessionInterval = sessionSeconds * time.Second
	}
	switch {
	case c.Listen == "" && c.TLS == nil:
		return c, errors.New("neither a plain socket nor one for TLS")
	case c.Listen == "" && c.TCP:
		return c, errors.New("TCP without the address of a plain socket")
	case c.SessionInterval < minSessionSeconds*time.Second:
		return c, fmt.Errorf("session interval %v: want %d s or more", c.SessionInterval, minSessionSeconds)
	}
	from, err := ParseNumberFrom(string(c.NumberFrom))
	c.NumberFrom = from
	return c, err
}

// advertised is the host and port that peers are told, given the socket's own address.
func (c Config) advertised(local netip.AddrPort) (host string, port int, err error) {
	host, port = c.Advertised, int(local.Port())
	if h, p, err := net.SplitHostPort(c.Advertised); err == nil {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return "", 0, fmt.Errorf("advertised address %q: port wants 1 to 65535", c.Advertised)
		}
		host, port = h, int(n)
	}
	if host == "" {
		if local.Addr().IsUnspecified() {
			return "", 0, fmt.Errorf("listening on %s, on every address of this machine: say which one the PBX shall use (advertise)", local)
		}
		host = local.Addr().Unmap().String()
	}
	return host, port, nil
}
