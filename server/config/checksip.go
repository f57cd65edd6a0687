package config

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

// checkSIP finds what is wrong with the telephone side.
func (k *checker) checkSIP(s SIP) {
	k.address("sip.listen", s.Listen)
	k.that("sip.tcp", !s.TCP || s.PlainSameSegment, "is not encrypted: it needs sip.plain_same_segment = true")
	if s.TLS.Listen != "" {
		k.address("sip.tls.listen", s.TLS.Listen)
		k.that("sip.tls.certificate", s.TLS.Certificate != "", "wants a file")
		k.that("sip.tls.key", s.TLS.Key != "", "wants a file")
	}
	k.that("sip.tls.listen", s.TLS.Listen != "" || s.PlainSameSegment,
		"wants an address: without TLS the PBX can reach the server only with sip.plain_same_segment = true")
	k.that("sip.tls.client_certificates", !s.TLS.ClientCertificates || s.TLS.Roots != "",
		"needs sip.tls.roots: who signs the PBX's certificate")
	k.that("sip.advertise", !strings.ContainsAny(s.Advertise, " /@"), "wants a host name or an address without a port")
	k.that("sip.peers", len(s.Peers)+len(s.Trunks) > 0, "wants at least one address, here or in sip.trunks: nobody could call")
	for _, peer := range s.Peers {
		_, err := parsePrefix(peer)
		k.that("sip.peers", err == nil, "%q is no address and no CIDR prefix such as 192.0.2.0/24", peer)
	}
	k.oneOf("sip.encryption", s.Encryption, EncryptionRequired, EncryptionOffered, EncryptionOff)
	k.that("sip.encryption", s.Encryption == EncryptionRequired || s.PlainSameSegment,
		"%s lets voice and keys go unencrypted: that needs sip.plain_same_segment = true", s.Encryption)
	k.oneOf("sip.number_from", s.NumberFrom, "request-uri", "to", "p-called-party-id", "diversion")
	if s.OutboundProxy != "" {
		address, transport, given := strings.Cut(s.OutboundProxy, ";transport=")
		k.pbx("sip.outbound_proxy", address)
		if given {
			k.transport(s, "sip.outbound_proxy", transport)
		}
	}
	k.that("sip.session_interval", within(s.SessionInterval, 90*time.Second, 24*time.Hour), "wants 90s to 24h (RFC 4028)")
	k.that("sip.options_interval", within(s.OptionsInterval, 0, time.Hour), "wants 0s to 1h")
	k.that("sip.max_calls", s.MaxCalls >= 1 && s.MaxCalls <= 20000, "wants 1 to 20000")
	k.that("sip.drain", within(s.Drain, 0, time.Hour), "wants 0s to 1h")
	for i, a := range s.Accounts {
		k.account(s, item("sip.accounts", i), a)
		for j, before := range s.Accounts[:i] {
			k.that(item("sip.accounts", i)+".user", a.User != before.User || !strings.EqualFold(a.Registrar, before.Registrar) || a.User == "",
				"%s is the account of block %d as well", a.User, j+1)
		}
	}
	for i, t := range s.Trunks {
		k.pbx(item("sip.trunks", i)+".address", t.Address)
		k.transport(s, item("sip.trunks", i)+".transport", t.Transport)
	}
}

func (k *checker) account(s SIP, key string, a Account) {
	k.pbx(key+".registrar", a.Registrar)
	k.transport(s, key+".transport", a.Transport)
	k.that(key+".user", a.User != "" && !strings.ContainsAny(a.User, " @<>;\r\n"), "wants the name or number at the PBX, without blanks or @")
	k.that(key+".expires", within(a.Expires, time.Minute, 24*time.Hour), "wants 1m to 24h")
}

// transport checks that a transport is open.
func (k *checker) transport(s SIP, key, transport string) {
	k.oneOf(key, transport, "tls", "tcp", "udp")
	switch transport {
	case "tls":
		k.that(key, s.TLS.Listen != "", "needs sip.tls.listen")
	case "tcp":
		k.that(key, s.PlainSameSegment && s.TCP, "needs sip.tcp = true and sip.plain_same_segment = true")
	case "udp":
		k.that(key, s.PlainSameSegment, "is not encrypted: it needs sip.plain_same_segment = true")
	}
}

// pbx checks the host, or host and port, of a PBX.
func (k *checker) pbx(key, address string) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host, port = strings.Trim(address, "[]"), "5060"
	}
	n, err := strconv.Atoi(port)
	good := err == nil && n >= 1 && n <= 65535 && host != "" && !strings.ContainsAny(host, " /@;<>?,\"\r\n")
	good = good && (!strings.Contains(host, ":") || net.ParseIP(host) != nil)
	k.that(key, good, `wants the PBX's name or address, such as "pbx.example" or "192.0.2.1:5061"`)
}

// item names a block of an array of tables, from 1.
func item(key string, i int) string { return fmt.Sprintf("%s[%d]", key, i+1) }
