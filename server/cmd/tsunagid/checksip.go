package main

import (
	"crypto/x509"
	"fmt"
	"net"
	"strings"

	"tsunagi/server/config"
)

// checkSIPSettings reads the certificate, the authorities and the passwords.
func checkSIPSettings(conf config.Config) error {
	_, err := sipConfig(conf)
	return err
}

// checkSIPCertificate looks whether the PBX can take our certificate as that of the host
// that it connects to.
func checkSIPCertificate(conf config.Config) (note string, err error) {
	t := conf.SIP.TLS
	if t.Listen == "" {
		return "", nil
	}
	pair, err := loadCertificate(t.Certificate, t.Key, "sip.tls.certificate", "sip.tls.key")
	if err != nil {
		return "", nil // checkSIPSettings tells
	}
	host, key := conf.SIP.Advertise, "sip.advertise"
	if host == "" {
		key = "sip.tls.listen"
		if host, _, err = net.SplitHostPort(t.Listen); err != nil {
			return "", fmt.Errorf("sip.tls.listen: %w", err)
		}
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		return "", fmt.Errorf("%s is every address of this machine: say in sip.advertise which one the PBX is told", key)
	}
	if pair.Leaf.VerifyHostname(host) != nil {
		return "", fmt.Errorf("the certificate %s is for %s, and the PBX reaches this server as %s (%s). A PBX that checks names ends the connection: "+
			"have a certificate issued for %s, or set %s to a name that it bears", t.Certificate, names(pair.Leaf), host, key, host, key)
	}
	return endNote(t.Certificate, pair.Leaf, ""), nil
}

// names are those that a certificate is good for.
func names(c *x509.Certificate) string {
	all := append([]string(nil), c.DNSNames...)
	for _, ip := range c.IPAddresses {
		all = append(all, ip.String())
	}
	if len(all) == 0 {
		return "no name at all"
	}
	return strings.Join(all, ", ")
}
