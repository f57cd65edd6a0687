package server

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Pins remembers which certificate belongs to which server. Its methods may be
// called from any goroutine and may wait for the person, as a keyring does.
type Pins interface {
	// Pin is the fingerprint pinned for address, empty where none is.
	Pin(address string) (string, error)
	SetPin(address, fingerprint string) error
	RemovePin(address string) error
}

// ParseFingerprint reads 64 hexadecimal digits as a person writes them, with
// spaces, colons or hyphens in between, and spells them as in Certificate.
func ParseFingerprint(typed string) (string, error) {
	digits := strings.ToLower(strings.NewReplacer(" ", "", ":", "", "-", "").Replace(typed))
	if sum, err := hex.DecodeString(digits); err != nil || len(sum) != sha256.Size {
		return "", errors.New("a fingerprint is 64 hexadecimal digits")
	}
	return digits, nil
}

// unpinned ends a handshake with a certificate that is not the pinned one.
type unpinned struct{ Certificate }

func (u *unpinned) Error() string {
	if u.Changed {
		return "certificate " + u.Fingerprint + " is not the pinned one"
	}
	return "certificate " + u.Fingerprint + " is not pinned yet"
}

// pinned is the TLS configuration that accepts the certificate with fingerprint
// pin and no other, and hands over the one it accepted.
func pinned(pin string, accepted func(*x509.Certificate)) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		// The pin takes the place of authority, name and dates.
		InsecureSkipVerify: true,
		VerifyConnection: func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) == 0 {
				return errors.New("no certificate")
			}
			if shown := certificate(state.PeerCertificates[0]); shown.Fingerprint != pin {
				shown.Changed = pin != ""
				return &unpinned{shown}
			}
			accepted(state.PeerCertificates[0])
			return nil
		},
	}
}

// expired tells whether the certificate's dates do not fit the local clock. That is a
// word to the person and no reason to refuse: the pin says whose it is, and a site must
// take payments the day after its certificate ran out.
func expired(leaf *x509.Certificate, now time.Time) bool {
	return now.After(leaf.NotAfter) || now.Before(leaf.NotBefore)
}

func certificate(leaf *x509.Certificate) Certificate {
	return Certificate{
		Fingerprint: fmt.Sprintf("%x", sha256.Sum256(leaf.Raw)),
		NotBeforeMs: leaf.NotBefore.UnixMilli(),
		NotAfterMs:  leaf.NotAfter.UnixMilli(),
	}
}
