package config

import (
	"net"
	"net/netip"
	"strings"
	"time"
)

// SIP configures the SIP endpoint.
type SIP struct {
	PlainSameSegment bool `toml:"plain_same_segment" comment:"同一セグメント: also take and send SIP without encryption, by UDP at sip.listen. Only where the PBX is in the same network segment and nobody else can read there. Every start logs a warning and writes it to the audit log. Off: TLS alone."`

	Listen    string   `toml:"listen" comment:"Address and port of plain SIP. Nothing is bound there unless plain_same_segment is on."`
	TCP       bool     `toml:"tcp" comment:"Plain SIP by TCP too, at the same address and port; needs plain_same_segment."`
	TLS       SIPTLS   `toml:"tls" comment:"SIP over TLS (1.2 or later)."`
	Advertise string   `toml:"advertise" comment:"Host name or address that the PBX is told, where it differs from the address listened on; empty: that one."`
	Peers     []string `toml:"peers" comment:"Addresses (CIDR) whose calls are taken. An INVITE from elsewhere is answered 403, a connection from elsewhere closed. Those of sip.trunks are taken anyway."`

	Encryption string `toml:"encryption" comment:"Of the voice, SRTP with keys in the signalling (SDES): required (a call without it is refused with 488), offered (used where the PBX does) or off. The last two need plain_same_segment."`
	NumberFrom string `toml:"number_from" comment:"Where the IVR number stands: request-uri, to, p-called-party-id or diversion."`

	OutboundProxy   string   `toml:"outbound_proxy" comment:"PBX or proxy that calls and registrations of the server's own go through: host, host:port or host:port;transport=tls. Empty: the PBX that each concerns."`
	SessionInterval Duration `toml:"session_interval" comment:"Session timer (RFC 4028) that calls of the server's own ask for; a caller's own wish is followed."`
	OptionsInterval Duration `toml:"options_interval" comment:"How often each of sip.trunks is asked by OPTIONS whether it is there; the log tells a change. 0s: never."`

	MaxCalls int      `toml:"max_calls" comment:"Calls at one moment over all merchants; one more is answered 503 with Retry-After."`
	Drain    Duration `toml:"drain" comment:"How long calls in progress may go on when the server is told to stop; registrations are withdrawn first, and it takes no new calls."`

	Accounts []Account `toml:"accounts,omitempty" comment:"Accounts at PBXs that want the server to register, or that ask for a password. One block each."`
	Trunks   []Trunk   `toml:"trunks,omitempty" comment:"PBXs that know the server by its address, without registration. One block each."`
}

// SIPTLS configures SIP over TLS.
type SIPTLS struct {
	Listen      string `toml:"listen" comment:"Address and port; empty: no TLS, which needs plain_same_segment."`
	Certificate string `toml:"certificate" comment:"Certificate chain (PEM) that the PBX is shown. 'tsunagid init' makes one that signs itself: give it to the PBX as its list of authorities."`
	Key         string `toml:"key" comment:"Private key of the certificate (PEM), readable by the server's user alone."`
	Roots       string `toml:"roots" comment:"File of the authorities (PEM) that may have signed the PBX's certificate, which is always checked; empty: those of this machine."`

	ClientCertificates bool `toml:"client_certificates" comment:"A PBX that connects must show a certificate that sip.tls.roots has signed."`
}

// Account configures an account at a PBX.
type Account struct {
	Registrar    string   `toml:"registrar" comment:"Name or address of the PBX, with its port unless that is 5061 (tls) or 5060."`
	Transport    string   `toml:"transport" comment:"tls, or with sip.plain_same_segment udp or tcp."`
	User         string   `toml:"user" comment:"The server's name or number there."`
	AuthUser     string   `toml:"auth_user" comment:"The name that goes with the password; empty: user."`
	PasswordFile string   `toml:"password_file" comment:"File that holds the password and is readable by the server's user alone; empty: the environment, TSUNAGI_SIP_PASSWORD_<user> or TSUNAGI_SIP_PASSWORD."`
	Realm        string   `toml:"realm" comment:"Answer only challenges of this realm; empty: all of this PBX."`
	Expires      Duration `toml:"expires" comment:"How long a registration shall last; the PBX may grant less, and half of it later it is refreshed."`
	Register     bool     `toml:"register" comment:"Register. Off: the PBX knows the server's address, and the password is for calls alone."`
}

// Trunk configures a PBX that is known by its address.
type Trunk struct {
	Address   string `toml:"address" comment:"Name or address of the PBX, with its port unless that is 5061 (tls) or 5060. Calls from there are taken."`
	Transport string `toml:"transport" comment:"tls, or with sip.plain_same_segment udp or tcp."`
}

func defaultSIP() SIP {
	return SIP{
		Listen: "127.0.0.1:5060", Peers: []string{"127.0.0.0/8"},
		TLS:        SIPTLS{Listen: "127.0.0.1:5061", Certificate: "tls/sip-certificate.pem", Key: "tls/sip-key.pem"},
		Encryption: EncryptionRequired, NumberFrom: "request-uri",
		SessionInterval: Duration{30 * time.Minute}, OptionsInterval: Duration{time.Minute},
		MaxCalls: 500, Drain: Duration{2 * time.Minute},
	}
}

// defaultAccount and defaultTrunk are what a block with nothing in it means.
func defaultAccount() Account {
	return Account{Transport: "tls", Expires: Duration{5 * time.Minute}, Register: true}
}

func defaultTrunk() Trunk { return Trunk{Transport: "tls"} }

// The values of sip.encryption.
const (
	EncryptionOff      = "off"
	EncryptionOffered  = "offered"
	EncryptionRequired = "required"
)

// Peer is the registrar with its transport, as package sipua writes a peer.
func (a Account) Peer() string { return peer(a.Registrar, a.Transport) }

// Peer is the PBX with its transport, as package sipua writes a peer.
func (t Trunk) Peer() string { return peer(t.Address, t.Transport) }

func peer(address, transport string) string { return address + ";transport=" + transport }

// Plain is the address of plain SIP, empty where there is none.
func (s SIP) Plain() string {
	if !s.PlainSameSegment {
		return ""
	}
	return s.Listen
}

// PeerPrefixes are the addresses whose calls are taken, as prefixes: the peers, of which
// a single address counts as its own, and those of trunks that are given by address.
func (s SIP) PeerPrefixes() []netip.Prefix {
	prefixes := make([]netip.Prefix, 0, len(s.Peers)+len(s.Trunks))
	for _, peer := range s.Peers {
		if p, err := parsePrefix(peer); err == nil {
			prefixes = append(prefixes, p)
		}
	}
	for _, t := range s.Trunks {
		if a, err := netip.ParseAddr(hostOf(t.Address)); err == nil {
			prefixes = append(prefixes, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
		}
	}
	return prefixes
}

// TrunkNames are the trunks that are given by name: who serves has to look them up to
// know whose calls to take.
func (s SIP) TrunkNames() []string {
	var names []string
	for _, t := range s.Trunks {
		host := hostOf(t.Address)
		if _, err := netip.ParseAddr(host); err != nil {
			names = append(names, host)
		}
	}
	return names
}

// hostOf is an address without port.
func hostOf(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return strings.Trim(address, "[]")
}
