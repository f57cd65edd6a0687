package sipua

import (
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// An Account is how a PBX knows us: the name and password with which its challenges
// are answered, and, unless Static, where it is told to send its calls.
type Account struct {
	Registrar string // "host" or "host:port" of the PBX, with ";transport=tcp" or "tls" if not by UDP
	Proxy     string // written like Registrar: where requests to it go first; empty is Registrar
	User      string // our number or name there
	AuthUser  string // the name that goes with Password; empty is User
	Password  string
	Realm     string        // answer only challenges of this realm; empty is those of Registrar's host
	Expires   time.Duration // how long a registration shall last, in seconds; 5 min
	Static    bool          // the PBX knows our address: do not register
}

const defaultExpires = 5 * time.Minute

// String names the account without its password.
func (a Account) String() string { return a.User + "@" + a.Registrar }

// GoString names the account without its password.
func (a Account) GoString() string { return a.String() }

// LogValue names the account without its password.
func (a Account) LogValue() slog.Value { return slog.StringValue(a.String()) }

func (a Account) authUser() string {
	if a.AuthUser == "" {
		return a.User
	}
	return a.AuthUser
}

// peerURI reads a peer as "host", "host:port" or "host:port;transport=tls".
func peerURI(peer string) (u sip.Uri, err error) {
	if err := sip.ParseUri("sip:"+peer, &u); err != nil || u.Host == "" || u.User != "" || len(u.UriParams) > 0 && transportOf(&u) == "" {
		return u, fmt.Errorf("%q: want host or host:port", peer)
	}
	return u, nil
}

// hostOf is a peer without port and transport.
func hostOf(peer string) string {
	address, _, _ := strings.Cut(peer, ";")
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return strings.Trim(address, "[]")
}

// uri is the Request-URI of a REGISTER (RFC 3261 10.2: without user).
func (a Account) uri() (u sip.Uri, err error) {
	if a.User == "" || strings.ContainsAny(a.User, " @<>;\r\n") {
		return u, fmt.Errorf("account %s: want a user without blanks or @", a)
	}
	if u, err = peerURI(a.Registrar); err != nil {
		return u, fmt.Errorf("account %s: registrar %w", a, err)
	}
	return u, nil
}

// route is the first hop of a REGISTER, nil where that is the registrar.
func (a Account) route() (*sip.Uri, error) {
	if a.Proxy == "" {
		return nil, nil
	}
	u, err := peerURI(a.Proxy)
	if err != nil {
		return nil, fmt.Errorf("account %s: proxy %w", a, err)
	}
	u.UriParams.Add("lr", "")
	return &u, nil
}

// answers reports whether the account is for the challenge of a realm, sent by the
// host that a request went to. A password's hash is given to nobody else.
func (a Account) answers(realm, host string) bool {
	if a.Realm != "" {
		return a.Realm == realm
	}
	return a.at(host)
}

// at reports whether the account is one at the PBX of that host.
func (a Account) at(host string) bool {
	return strings.EqualFold(hostOf(a.Registrar), host) || a.Proxy != "" && strings.EqualFold(hostOf(a.Proxy), host)
}
