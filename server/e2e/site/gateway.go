package site

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tsunagi/server/gatewaysim"
)

// The account of "shop" at the simulated gateway.
const (
	gatewayCCID = "A100000000000000000000cc"
	gatewayKey  = "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
)

// UseGateway starts a simulated gateway in the test's own process, which so outlives
// the server, and has the server ask it through the real adapter from its next start
// on. c's accounts and addresses are made here.
func (s *Server) UseGateway(t *testing.T, c gatewaysim.Config) *gatewaysim.Server {
	t.Helper()
	c.Accounts = []gatewaysim.Account{{CCID: gatewayCCID, SecretKey: gatewayKey}}
	if c.Listen == "" {
		c.Listen = "127.0.0.1:0"
	}
	gateway, err := gatewaysim.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := gateway.Close(); err != nil {
			t.Error(err)
		}
	})
	accounts, roots := filepath.Join(s.Dir, "gateway.toml"), filepath.Join(s.Dir, "gateway.pem")
	for path, text := range map[string]string{
		accounts: fmt.Sprintf("[shop]\nccid = %q\nsecret_key = %q\n", gatewayCCID, gatewayKey),
		roots:    string(gateway.Certificate),
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.Change(Settings{
		"acquirer": "'veritrans4g'", "url": quoted(gateway.URL), "accounts": quoted(accounts), "roots": quoted(roots),
	})
	return gateway
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "") + "'" }
