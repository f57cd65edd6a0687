package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tsunagi/server/config"
)

// certificateLife is how long a self-made certificate is valid: the desktops pin it,
// so a change costs every operator a comparison of fingerprints.
const certificateLife = 10 * 365 * 24 * time.Hour

// makeCertificate writes a self-signed certificate and its key for this machine's
// name and the given hosts. An existing file is an error: its pins would break.
func makeCertificate(certificatePath, keyPath string, hosts []string, now time.Time) error {
	return makeCertificateFor(certificatePath, keyPath, hosts, now, func(*x509.Certificate) {})
}

// makeSIPCertificate is makeCertificate for SIP over TLS. The PBX takes it as its own
// authority, which OpenSSL does only of a certificate that may sign others; and the
// server shows it when it connects to the PBX.
func makeSIPCertificate(certificatePath, keyPath string, hosts []string, now time.Time) error {
	return makeCertificateFor(certificatePath, keyPath, hosts, now, func(c *x509.Certificate) {
		c.BasicConstraintsValid, c.IsCA, c.MaxPathLenZero = true, true, true
		c.KeyUsage |= x509.KeyUsageCertSign
		c.ExtKeyUsage = append(c.ExtKeyUsage, x509.ExtKeyUsageClientAuth)
	})
}

func makeCertificateFor(certificatePath, keyPath string, hosts []string, now time.Time, purpose func(*x509.Certificate)) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("make a private key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return fmt.Errorf("make a serial number: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "tsunagid"},
		NotBefore:    now.Add(-time.Hour), // a desktop's clock may be behind
		NotAfter:     now.Add(certificateLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else if host != "" {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	purpose(template)
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return fmt.Errorf("sign the certificate: %w", err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("encode the private key: %w", err)
	}
	if err := writeNew(certificatePath, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644); err != nil {
		return err
	}
	return writeNew(keyPath, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), 0o600)
}

// writeNew writes a file that must not be there yet, and its folder.
func writeNew(path string, content []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fmt.Errorf("write a new file: %w", err)
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

// loadCertificate reads the pair and says what to do where it cannot.
// They stand in the configuration under the given keys.
func loadCertificate(certificatePath, keyPath, certificateKey, keyKey string) (tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(certificatePath, keyPath)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("load the TLS certificate: %w\n"+
			"Name an existing pair in %s and %s, or make one with 'tsunagid init'", err, certificateKey, keyKey)
	}
	if now := time.Now(); now.After(pair.Leaf.NotAfter) || now.Before(pair.Leaf.NotBefore) {
		return tls.Certificate{}, fmt.Errorf("the TLS certificate %s is valid from %s to %s only, and this machine's clock says %s: "+
			"have it renewed and named in %s, or set the clock",
			certificatePath, pair.Leaf.NotBefore.Format(time.DateOnly), pair.Leaf.NotAfter.Format(time.DateOnly), now.Format(time.DateTime), certificateKey)
	}
	return pair, nil
}

// expiresSoon is when an administrator should hear of a certificate's end.
const expiresSoon = 30 * 24 * time.Hour

// endNote tells that a certificate ends soon; empty: it does not.
func endNote(path string, leaf *x509.Certificate, what string) string {
	if time.Until(leaf.NotAfter) >= expiresSoon {
		return ""
	}
	return fmt.Sprintf("the certificate %s ends on %s: renew it before%s", path, leaf.NotAfter.Format(time.DateOnly), what)
}

// loadDesktopCertificate is the certificate that the desktops pin.
func loadDesktopCertificate(conf config.Config) (tls.Certificate, error) {
	return loadCertificate(conf.Desktop.Certificate, conf.Desktop.Key, "desktop.certificate", "desktop.key")
}

// fingerprint is the SHA-256 of the certificate in groups of four, as the desktop
// shows it for comparison.
func fingerprint(pair tls.Certificate) string {
	sum := sha256.Sum256(pair.Leaf.Raw)
	digits := strings.ToUpper(hex.EncodeToString(sum[:]))
	var groups []string
	for i := 0; i < len(digits); i += 4 {
		groups = append(groups, digits[i:i+4])
	}
	return strings.Join(groups, " ")
}
