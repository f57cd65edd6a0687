package pbx

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"tsunagi/server/e2e/site"
)

// makeKeys gives the PBX a certificate for its address that signs itself, and the
// server's as that of an authority. A server without TLS has none: then the PBX's own
// stands there.
func (a *asterisk) makeKeys(server *site.Server) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "pbx"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		IPAddresses: []net.IP{net.ParseIP(a.network + ".1")}, BasicConstraintsValid: true, IsCA: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		a.t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	own := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	authority, err := os.ReadFile(filepath.Join(server.Dir, "tls", "sip-certificate.pem"))
	if errors.Is(err, os.ErrNotExist) {
		authority, err = own, nil
	}
	if err != nil {
		a.t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"pbx.pem": own, "pbx.key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), "sip-certificate.pem": authority,
	} {
		if err := os.WriteFile(filepath.Join(a.dir, "keys", name), content, 0o600); err != nil {
			a.t.Fatal(err)
		}
	}
}
