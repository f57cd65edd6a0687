package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"tsunagi/server/config"
	"tsunagi/server/sdp"
	"tsunagi/server/secret"
	"tsunagi/server/sipua"
	"tsunagi/shared/version"
)

// sipConfig is the SIP endpoint of a configuration. It reads the certificate and the
// passwords, and says all that is wrong with them.
func sipConfig(conf config.Config) (sipua.Config, error) {
	s := conf.SIP
	c := sipua.Config{
		Listen: s.Plain(), TCP: s.TCP && s.PlainSameSegment, Advertised: s.Advertise, UserAgent: "Tsunagi/" + version.String(),
		Sources: s.PeerPrefixes(), NumberFrom: sipua.NumberFrom(s.NumberFrom), Encryption: encryption(s.Encryption),
		SessionInterval: s.SessionInterval.Duration,
	}
	var wrong []error
	if s.TLS.Listen != "" {
		secure, err := sipTLS(s.TLS)
		c.TLS, wrong = secure, append(wrong, err)
	}
	for _, a := range s.Accounts {
		account, err := sipAccount(s, a)
		c.Accounts, wrong = append(c.Accounts, account), append(wrong, err)
	}
	if every := s.OptionsInterval.Duration; every > 0 {
		c.WatchEvery = every
		for _, t := range s.Trunks {
			c.Watched = append(c.Watched, t.Peer())
		}
	}
	return c, errors.Join(wrong...)
}

func encryption(setting string) sdp.Encryption {
	switch setting {
	case config.EncryptionOff:
		return sdp.EncryptionOff
	case config.EncryptionOffered:
		return sdp.EncryptionOptional
	}
	return sdp.EncryptionRequired
}

// sipTLS is how the PBX is spoken to over TLS.
func sipTLS(c config.SIPTLS) (*sipua.TLS, error) {
	pair, err := loadCertificate(c.Certificate, c.Key, "sip.tls.certificate", "sip.tls.key")
	if err != nil {
		return nil, err
	}
	t := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	if c.Roots != "" {
		if t.RootCAs, err = readRoots("sip.tls.roots", c.Roots); err != nil {
			return nil, err
		}
	}
	if c.ClientCertificates {
		t.ClientCAs, t.ClientAuth = t.RootCAs, tls.RequireAndVerifyClientCert
	}
	return &sipua.TLS{Listen: c.Listen, Config: t}, nil
}

// readRoots reads the certificates of authorities.
func readRoots(key, path string) (*x509.CertPool, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s: %s holds no certificate (PEM)", key, path)
	}
	return pool, nil
}

// passwordVariable is where a password stands that is in no file.
const passwordVariable = "TSUNAGI_SIP_PASSWORD"

// sipAccount is an account with its password.
func sipAccount(s config.SIP, a config.Account) (sipua.Account, error) {
	account := sipua.Account{
		Registrar: a.Peer(), Proxy: s.OutboundProxy, User: a.User, AuthUser: a.AuthUser, Realm: a.Realm,
		Expires: a.Expires.Duration, Static: !a.Register,
	}
	if a.PasswordFile != "" {
		password, err := secret.ReadFile(a.PasswordFile)
		if err != nil {
			return account, fmt.Errorf("password of the SIP account %s at %s: %w", a.User, a.Registrar, err)
		}
		account.Password = password
		return account, nil
	}
	own := passwordVariable + "_" + strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, a.User)
	for _, name := range []string{own, passwordVariable} {
		if password := os.Getenv(name); password != "" {
			account.Password = password
			return account, nil
		}
	}
	return account, fmt.Errorf("no password for the SIP account %s at %s: name its file in password_file, or set %s in the server's environment",
		a.User, a.Registrar, own)
}

// lookupLimit bounds the look-up of the trunks' names.
const lookupLimit = 5 * time.Second

// trunkSources are the addresses of the trunks that are given by name: calls from there
// are taken too.
func trunkSources(ctx context.Context, s config.SIP) (found []netip.Prefix, err error) {
	ctx, cancel := context.WithTimeout(ctx, lookupLimit)
	defer cancel()
	for _, name := range s.TrunkNames() {
		addresses, lookup := net.DefaultResolver.LookupNetIP(ctx, "ip", name)
		if lookup != nil {
			err = errors.Join(err, fmt.Errorf("address of the trunk %s: %w", name, lookup))
		}
		for _, a := range addresses {
			a = a.Unmap()
			found = append(found, netip.PrefixFrom(a, a.BitLen()))
		}
	}
	return found, err
}

// listening are the addresses of a SIP endpoint, as the log tells them.
func listening(e *sipua.Endpoint, s config.SIP) []any {
	var at []any
	if s.Plain() != "" {
		at = append(at, "sip", e.Addr().String())
	}
	if secure := e.TLSAddr(); secure.IsValid() {
		at = append(at, "sips", secure.String())
	}
	return at
}
