package faults

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	lab "tsunagi/server/e2e/site"
	"tsunagi/server/gatewaysim"
	"tsunagi/server/prompt"
)

// patience bounds every wait for something that must happen.
const patience = 60 * time.Second

// site is a server with its operators, over all its lives.
type site struct {
	t         *testing.T
	dir       string
	config    string
	voice     *prompt.Voice
	operators []*operator
	trust     *tls.Config
	gateway   *gatewaysim.Server // outlives the server

	process      *exec.Cmd
	desktop, sip string // addresses in this life

	mu    sync.Mutex
	watch func(line string) // is told of each line of the log; may be nil
	log   bytes.Buffer      // of this life
	last  []byte            // an unfinished line
	grown chan struct{}
}

// openSite makes everything for a server and starts nothing.
func openSite(t *testing.T) *site {
	t.Helper()
	dir := t.TempDir()
	s := &site{t: t, dir: dir, config: filepath.Join(dir, "tsunagid.toml"), grown: make(chan struct{})}
	s.command("init", dir, "--desktop", "127.0.0.1:0", "--sip", "127.0.0.1:0", "--plain-same-segment")
	prompts := filepath.Join(dir, "prompts")
	s.voice = lab.ShortVoice(t, prompts)
	s.configure(map[string]string{
		"level": "'info'", "deadline": "'5s'", "folder": "'" + prompts + "'",
	})
	s.openGateway()
	t.Cleanup(s.closeGateway)
	s.command("merchant", "add", "shop", "--name", "つなぎ商店", "--channels", fmt.Sprint(2*operators), "--config", s.config)
	lab.Hasten(t, s.database())
	for n := range operators {
		o := &operator{site: s, user: fmt.Sprint("op", n), number: fmt.Sprintf("0503000%04d", 1000+n)}
		out := s.command("user", "add", "shop/"+o.user, "--ivr-number", o.number, "--comment", o.user, "--config", s.config)
		o.password = regexp.MustCompile(`(?m)^First password +(.+)$`).FindStringSubmatch(out)[1]
		s.operators = append(s.operators, o)
	}
	pem, err := os.ReadFile(filepath.Join(dir, "tls", "certificate.pem"))
	if err != nil {
		t.Fatal(err)
	}
	s.trust = &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "localhost"}
	s.trust.RootCAs.AppendCertsFromPEM(pem)
	return s
}

func (s *site) database() string { return filepath.Join(s.dir, "data", "tsunagi.db") }
func (s *site) books() string    { return filepath.Join(s.dir, "gateway", "books.jsonl") }

// The account of "shop" at the gateway.
const (
	gatewayCCID = "A100000000000000000000cc"
	gatewayKey  = "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
)

// openGateway starts the gateway on the books that it has, at the address that it had.
func (s *site) openGateway() {
	s.t.Helper()
	folder := filepath.Join(s.dir, "gateway")
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
	s.configure(map[string]string{
		"acquirer": "'veritrans4g'", "url": "'" + gateway.URL + "'", "accounts": "'" + accounts + "'", "roots": "'" + certificate + "'",
	})
}

func (s *site) closeGateway() {
	if err := s.gateway.Close(); err != nil {
		s.t.Error(err)
	}
}

func (s *site) command(args ...string) string {
	s.t.Helper()
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("tsunagid %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func (s *site) configure(to map[string]string) {
	s.t.Helper()
	text, err := os.ReadFile(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	for key, value := range to {
		line := regexp.MustCompile(`(?m)^` + key + ` = .*$`)
		if !line.Match(text) {
			s.t.Fatalf("the configuration has no key %q", key)
		}
		text = line.ReplaceAll(text, []byte(key+" = "+value))
	}
	if err := os.WriteFile(s.config, text, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// start begins a life and returns when the server takes calls.
func (s *site) start() {
	s.t.Helper()
	s.mu.Lock()
	s.log.Reset()
	s.last = nil
	s.mu.Unlock()
	s.process = exec.Command(program, "serve", "--config", s.config)
	s.process.Stderr = s
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	ready := s.wait("msg=ready")
	s.desktop, s.sip = word(ready, "desktop"), word(ready, "sip")
}

// kill ends a life as a power cut ends it for the process.
func (s *site) kill() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Kill() // it may be gone already
	_ = s.process.Wait()
	s.process = nil
}

// Write is the server's standard error.
func (s *site) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log.Write(p)
	s.last = append(s.last, p...)
	for {
		line, rest, whole := bytes.Cut(s.last, []byte("\n"))
		if !whole {
			break
		}
		if s.watch != nil {
			s.watch(string(line))
		}
		s.last = rest
	}
	close(s.grown)
	s.grown = make(chan struct{})
	return len(p), nil
}

// onLine sets who is told of the log's lines; it must not wait.
func (s *site) onLine(watch func(string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watch = watch
}

// wait returns the first line of this life's log with those words.
func (s *site) wait(words string) string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	for {
		s.mu.Lock()
		text, grown := s.log.String(), s.grown
		s.mu.Unlock()
		for line := range strings.Lines(text) {
			if strings.Contains(line, words) {
				return line
			}
		}
		select {
		case <-grown:
		case <-ctx.Done():
			s.t.Fatalf("the log never said %q:\n%s", words, text)
		}
	}
}

func word(line, key string) string {
	_, rest, _ := strings.Cut(line, " "+key+"=")
	value, _, _ := strings.Cut(rest, " ")
	return strings.TrimSpace(value)
}
