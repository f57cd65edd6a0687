package faults

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tsunagi/server"
	lab "tsunagi/server/e2e/site"
	"tsunagi/server/gatewaysim"
	"tsunagi/server/prompt"
)

// site is a server with its operators, over all its lives.
type site struct {
	*lab.Server
	t         *testing.T
	voice     *prompt.Voice
	operators []*operator
	trust     *tls.Config
	gateway   *gatewaysim.Server // outlives the server

	mu    sync.Mutex
	watch func(line string) // is told of each line of the log; may be nil
}

// openSite makes everything for a server and starts nothing.
func openSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, Server: lab.Prepare(t, "127.0.0.1:0", lab.Settings{"level": "'info'", "deadline": "'5s'"})}
	s.voice = s.BeQuick()
	s.Watch = s.line
	s.openGateway()
	t.Cleanup(s.closeGateway)
	s.Edit(func(m *ivr.Merchant, _ *ivr.User) { m.Channels = 2 * operators })
	for n := range operators {
		o := &operator{site: s, user: fmt.Sprint("op", n), number: fmt.Sprintf("0503000%04d", 1000+n)}
		o.password = s.AddOperator(o.user, o.number)
		s.operators = append(s.operators, o)
	}
	pem, err := os.ReadFile(filepath.Join(s.Dir, "tls", "certificate.pem"))
	if err != nil {
		t.Fatal(err)
	}
	s.trust = &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "localhost"}
	s.trust.RootCAs.AppendCertsFromPEM(pem)
	return s
}

func (s *site) books() string { return filepath.Join(s.Dir, "gateway", "books.jsonl") }

// The account of "shop" at the gateway.
const (
	gatewayCCID = "A100000000000000000000cc"
	gatewayKey  = "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
)

// openGateway starts the gateway on the books that it has, at the address that it had.
func (s *site) openGateway() {
	s.t.Helper()
	folder := filepath.Join(s.Dir, "gateway")
	certificate, accounts := filepath.Join(folder, "certificate.pem"), filepath.Join(folder, "accounts.toml")
	c := gatewaysim.Config{
		Accounts: []gatewaysim.Account{{CCID: gatewayCCID, SecretKey: gatewayKey}},
		Listen:   "127.0.0.1:0", Ledger: s.books(), Delay: simDelay,
		Certificate: certificate, Key: filepath.Join(folder, "key.pem"),
	}
	again := s.gateway != nil
	if again {
		c.Listen = strings.TrimPrefix(s.gateway.URL, "https://")
	} else if err := os.Mkdir(folder, 0o700); err != nil {
		s.t.Fatal(err)
	}
	gateway, err := gatewaysim.Start(c)
	if err != nil {
		s.t.Fatal(err)
	}
	s.gateway = gateway
	if again {
		return
	}
	text := fmt.Sprintf("[shop]\nccid = %q\nsecret_key = %q\n", gatewayCCID, gatewayKey)
	if err := os.WriteFile(accounts, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	s.Change(lab.Settings{
		"acquirer": "'veritrans4g'", "url": "'" + gateway.URL + "'", "accounts": "'" + accounts + "'", "roots": "'" + certificate + "'",
	})
}

func (s *site) closeGateway() {
	if err := s.gateway.Close(); err != nil {
		s.t.Error(err)
	}
}

// kill ends a life as a power cut ends it for the process, which may be gone already.
func (s *site) kill() {
	if s.Runs() {
		s.Kill()
	}
}

// line is told of each line that the server writes.
func (s *site) line(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.watch != nil {
		s.watch(line)
	}
}

// onLine sets who is told of the log's lines; it must not wait.
func (s *site) onLine(watch func(string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watch = watch
}
