package gatewaysim

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestStart(t *testing.T) {
	folder := t.TempDir()
	c := Config{
		Accounts: []Account{{testCCID, testKey}}, Listen: "127.0.0.1:0", Control: "127.0.0.1:0",
		Certificate: filepath.Join(folder, "tls", "certificate.pem"), Key: filepath.Join(folder, "tls", "key.pem"),
	}
	var certificates [][]byte
	for range 2 { // made once, then read
		s, err := Start(c)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.Get(s.ControlURL + "/ledger")
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(response.Body); err != nil || strings.TrimSpace(string(text)) != "[]" {
			t.Errorf("got %s, %v; want empty books", text, err)
		}
		_ = response.Body.Close()
		certificates = append(certificates, s.Certificate)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if !bytes.Equal(certificates[0], certificates[1]) {
		t.Error("the second run has another certificate")
	}
	if info, err := os.Stat(c.Key); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key has mode %v, %v; want 0600", info.Mode(), err)
	}
}

func TestRefusedConfigs(t *testing.T) {
	accounts := []Account{{testCCID, testKey}}
	for name, c := range map[string]Config{
		"no account":             {Listen: "127.0.0.1:0"},
		"half an account":        {Listen: "127.0.0.1:0", Accounts: []Account{{testCCID, ""}}},
		"control for everybody":  {Listen: "127.0.0.1:0", Accounts: accounts, Control: "0.0.0.0:0"},
		"control by name":        {Listen: "127.0.0.1:0", Accounts: accounts, Control: "localhost:0"},
		"a fault nobody knows":   {Listen: "127.0.0.1:0", Accounts: accounts, Faults: []Fault{{Kind: "x"}}},
		"an address of no sense": {Listen: "nowhere", Accounts: accounts},
		"books in no folder":     {Listen: "127.0.0.1:0", Accounts: accounts, Ledger: filepath.Join(t.TempDir(), "no", "ledger")},
	} {
		if s, err := Start(c); err == nil {
			t.Errorf("%s: it started", name)
			_ = s.Close()
		}
	}
}

// Run serves until its context ends, and then leaves nothing behind.
func TestRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	lines := make(chan string, 8)
	logger := slog.New(slog.NewTextHandler(lineWriter(lines), nil))
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, Config{Accounts: []Account{{testCCID, testKey}}, Listen: "127.0.0.1:0", Control: "127.0.0.1:0", Log: logger})
	}()
	if line := <-lines; !strings.Contains(line, "url=https://127.0.0.1:") || !strings.Contains(line, "control=http://127.0.0.1:") {
		t.Errorf("got %s", line)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := Run(t.Context(), Config{Listen: "127.0.0.1:0"}); err == nil {
		t.Error("it ran without an account")
	}
}

// lineWriter hands on what is written.
type lineWriter chan string

func (w lineWriter) Write(p []byte) (int, error) {
	w <- string(p)
	return len(p), nil
}
