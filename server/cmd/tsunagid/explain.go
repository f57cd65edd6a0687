package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"

	"tsunagi/server/config"
	"tsunagi/server/sipua"
)

// explainAccount says what an administrator can do about a registration that did not
// succeed, with the PBX's answer.
func explainAccount(err error, a config.Account, us netip.AddrPort) error {
	var rejected *sipua.Rejected
	switch {
	case errors.Is(err, sipua.ErrPassword):
		return fmt.Errorf("the PBX does not take the password (%w). Compare user, auth_user and the password with the PBX's; "+
			"some PBXs lock an account after several wrong ones", err)
	case errors.Is(err, sipua.ErrCredentials):
		return fmt.Errorf("the PBX asks for a password of another realm, or by a method other than MD5 and SHA-256 (%w). Set realm to what it asks for", err)
	case errors.As(err, &rejected):
		return fmt.Errorf("the PBX refuses the registration: %d %s. %s", rejected.Status, rejected.Reason, aboutRegistration(rejected.Status, a))
	}
	return explainPeer(err, a.Peer(), us)
}

func aboutRegistration(status int, a config.Account) string {
	switch status {
	case 403:
		return "It knows the account and forbids it: the account may be barred, tied to another address, or registered as often as it may be"
	case 404, 410, 604:
		return fmt.Sprintf("It has no account %s: compare user with the PBX's", a.User)
	case 405, 501:
		return "It takes no registrations: set register = false, or use [[sip.trunks]]"
	case 423:
		return "It wants longer registrations: set expires higher"
	case 480, 500, 502, 503, 504:
		return "It cannot at this moment: look at the PBX's log and try again"
	}
	return "Look at the PBX's log for the reason"
}

// explainPeer says what an administrator can do about a PBX that does not answer.
func explainPeer(err error, peer string, us netip.AddrPort) error {
	var (
		rejected *sipua.Rejected
		name     *net.DNSError
	)
	switch {
	case errors.As(err, &rejected):
		return fmt.Errorf("something answers for the PBX and cannot reach it: %d %s", rejected.Status, rejected.Reason)
	case errors.As(err, &name):
		return fmt.Errorf("the name %s is not known: %w. Compare it with the PBX's, and this machine's name servers", name.Name, err)
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, sipua.ErrTransport), isOfTLS(err):
		return explainTLS(err, peer)
	case errors.Is(err, sipua.ErrNoAnswer), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no answer from %s. Compare address, port and transport; let a firewall pass both ways between there and %s; "+
			"and have the PBX know this server's address: many ignore who is unknown to them", peer, us)
	}
	return fmt.Errorf("%s: %w", peer, err)
}

// isOfTLS reports whether a connection did not come about for a reason of TLS.
func isOfTLS(err error) bool {
	var (
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
	)
	return errors.As(err, &authority) || errors.As(err, &host) || errors.As(err, &invalid) || errors.As(err, &record)
}

// explainTLS says what an administrator can do about a connection that did not come
// about.
func explainTLS(err error, peer string) error {
	var (
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		network   *net.OpError
		name      *net.DNSError
	)
	switch {
	case errors.As(err, &authority):
		return fmt.Errorf("the PBX's certificate is signed by an authority that is not known here (%w). "+
			"Put the authority's certificate, or the PBX's own where it signs itself, into the file of sip.tls.roots", err)
	case errors.As(err, &host):
		return fmt.Errorf("the PBX's certificate is for %s, not for %s. Write the name that it bears, or have it issued for this one", names(host.Certificate), host.Host)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Errorf("the PBX's certificate is not valid now (%w). Renew it at the PBX; or this machine's clock is wrong: it says %s", err, time.Now().Format(time.RFC3339))
	case errors.As(err, &invalid):
		return fmt.Errorf("the PBX's certificate cannot be used (%w): have another one issued for it", err)
	case errors.As(err, &record):
		return fmt.Errorf("%s answers, but not in TLS: that is perhaps the port for plain SIP. TLS is usually at 5061", peer)
	case errors.As(err, &network) && network.Op == "remote error": // so package tls calls an alert of the peer
		return fmt.Errorf("the PBX ends the TLS handshake (%w). Most often it wants a certificate of this server that it can check: give it the authority "+
			"of sip.tls.certificate (for one that signs itself, that file). Else it speaks no TLS 1.2 or later: look at the PBX's log", err)
	case errors.As(err, &name):
		return fmt.Errorf("the name %s is not known: %w. Compare it with the PBX's, and this machine's name servers", name.Name, err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("nobody listens at %s. Compare address and port, and whether the PBX has that transport switched on", peer)
	case errors.Is(err, syscall.ECONNRESET):
		return fmt.Errorf("%s closes the connection at once. The PBX may not know this server's address, or that is no port for TLS", peer)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no connection to %s within %v. Compare address and port, and let a firewall pass", peer, pbxPatience)
	}
	return fmt.Errorf("no TLS connection to %s: %w", peer, err)
}
