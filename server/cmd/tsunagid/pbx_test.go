package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tsunagi/server/e2e/registrar"
)

// password is that of the account 101 at every PBX of a script.
const password = "correct horse"

// pbxOf is a key of a script's values.
type pbxOf string

// startPBXs gives a script PBXs that behave in one way each. Their addresses are in
// variables; pbx.pem and other.pem are the authorities of those that speak TLS. Only a
// script whose name says so gets them.
func startPBXs(env *testscript.Env) error {
	if !strings.Contains(env.WorkDir, "check") {
		return nil
	}
	soon := time.Now().Add(24 * time.Hour)
	good, err := pbxCertificate(filepath.Join(env.WorkDir, "pbx.pem"), net.IPv4(127, 0, 0, 1), soon)
	if err != nil {
		return err
	}
	other, err := pbxCertificate(filepath.Join(env.WorkDir, "other.pem"), net.IPv4(127, 0, 0, 1), soon)
	if err != nil {
		return err
	}
	expired, err := pbxCertificate(filepath.Join(env.WorkDir, "expired.pem"), net.IPv4(127, 0, 0, 1), time.Now().Add(-time.Hour))
	if err != nil {
		return err
	}
	named, err := pbxCertificate(filepath.Join(env.WorkDir, "named.pem"), net.IPv4(192, 0, 2, 1), soon)
	if err != nil {
		return err
	}
	nobody := x509.NewCertPool()
	secure := func(c tls.Certificate) *tls.Config { return &tls.Config{Certificates: []tls.Certificate{c}} }
	users := map[string]string{"101": password, "104": "another"}
	for name, o := range map[string]registrar.Options{
		"PBX":         {Users: users},
		"PBX_403":     {Refuse: 403},
		"PBX_SILENT":  {Silent: true},
		"PBX_TLS":     {Users: users, TLS: secure(good)},
		"PBX_OTHER":   {Users: users, TLS: secure(other)},
		"PBX_EXPIRED": {Users: users, TLS: secure(expired)},
		"PBX_NAMED":   {Users: users, TLS: secure(named)},
		"PBX_STRICT": {Users: users, TLS: &tls.Config{
			Certificates: []tls.Certificate{good}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: nobody,
		}},
	} {
		r, err := registrar.Start(o)
		if err != nil {
			return err
		}
		env.Defer(r.Close)
		env.Setenv(name, r.Address())
		env.Values[pbxOf(name)] = r
	}
	return startOddities(env)
}

// startOddities opens a port that answers, but not in TLS, and finds one where nobody
// listens.
func startOddities(env *testscript.Env) error {
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	var done sync.WaitGroup
	done.Go(func() {
		for {
			conn, err := plain.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte("SIP/2.0 400 Bad Request\r\n\r\n"))
			_, _ = conn.Read(make([]byte, 1024)) // a close with unread bytes would reset the connection
			_ = conn.Close()
		}
	})
	env.Defer(func() {
		_ = plain.Close()
		done.Wait()
	})
	env.Setenv("PBX_PLAIN", plain.Addr().String())
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	env.Setenv("PBX_NONE", closed.Addr().String())
	return closed.Close()
}

// pbxCertificate makes a certificate that signs itself, and writes it.
func pbxCertificate(path string, address net.IP, end time.Time) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: end.Add(-48 * time.Hour), NotAfter: end,
		IPAddresses: []net.IP{address}, BasicConstraintsValid: true, IsCA: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, os.WriteFile(path, text, 0o600)
}

// bound is a command of the scripts: bound PBX USER COUNT waits until a user is
// registered so many times.
func bound(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: bound PBX USER COUNT")
	}
	pbx := ts.Value(pbxOf(args[0])).(*registrar.Registrar)
	want, err := strconv.Atoi(args[2])
	ts.Check(err)
	limit := time.After(20 * time.Second)
	for {
		changed := pbx.Changed()
		if len(pbx.Bindings(args[1])) == want {
			return
		}
		select {
		case <-changed:
		case <-limit:
			ts.Fatalf("%s", fmt.Sprint("bindings ", pbx.Bindings(args[1]), ", seen ", pbx.Seen()))
		}
	}
}
