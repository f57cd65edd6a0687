package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// A new installation speaks TLS and SRTP, and says so when the switch is missing that
// would let it do otherwise (security.md T6).
func TestPlainSIPNeedsItsSwitch(t *testing.T) {
	s := Default().SIP
	if s.Plain() != "" || s.TLS.Listen == "" || s.Encryption != EncryptionRequired {
		t.Errorf("the default is not encrypted: %+v", s)
	}
	for name, row := range map[string]struct{ text, want string }{
		"no TLS": {"[sip.tls]\nlisten = ''",
			"f:2: sip.tls.listen: wants an address: without TLS the PBX can reach the server only with sip.plain_same_segment = true"},
		"TCP": {"[sip]\ntcp = true", "f:2: sip.tcp: is not encrypted: it needs sip.plain_same_segment = true"},
		"plain voice": {"[sip]\nencryption = 'offered'",
			"f:2: sip.encryption: offered lets voice and keys go unencrypted: that needs sip.plain_same_segment = true"},
		"trunk by UDP": {"[[sip.trunks]]\naddress = '192.0.2.1'\ntransport = 'udp'",
			"f:3: sip.trunks[1].transport: is not encrypted: it needs sip.plain_same_segment = true"},
		"proxy by TCP": {"[sip]\noutbound_proxy = 'pbx.example;transport=tcp'",
			"f:2: sip.outbound_proxy: needs sip.tcp = true and sip.plain_same_segment = true"},
		"all of it with the switch": {"[sip]\nplain_same_segment = true\ntcp = true\nencryption = 'off'\noutbound_proxy = 'pbx.example;transport=tcp'\n" +
			"[sip.tls]\nlisten = ''\n[[sip.trunks]]\naddress = '192.0.2.1:5070'\ntransport = 'udp'", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, mistakes := parse([]byte(row.text))
			if got := (&Mistakes{Path: "f", List: mistakes}).Error(); got != row.want {
				t.Errorf("got\n%s\nwant\n%s", got, row.want)
			}
		})
	}
}

func TestAccountsAndTrunks(t *testing.T) {
	c, mistakes := parse([]byte(`
[sip]
peers = []
[[sip.accounts]]
registrar = "pbx.example"
user = "101"
expires = "10m"
[[sip.accounts]]
registrar = "[2001:db8::1]:5071"
user = "102"
register = false
[[sip.trunks]]
address = "192.0.2.1"
[[sip.trunks]]
address = "pbx2.example:5071"
`))
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	first := defaultAccount()
	first.Registrar, first.User, first.Expires.Duration = "pbx.example", "101", 10*time.Minute
	if !reflect.DeepEqual(c.SIP.Accounts[0], first) || c.SIP.Accounts[1].Register || c.SIP.Accounts[1].Transport != "tls" {
		t.Errorf("got %+v", c.SIP.Accounts)
	}
	if got := c.SIP.Accounts[1].Peer(); got != "[2001:db8::1]:5071;transport=tls" {
		t.Errorf("got %q", got)
	}
	if got := fmt.Sprint(c.SIP.PeerPrefixes(), c.SIP.TrunkNames()); got != "[192.0.2.1/32] [pbx2.example]" {
		t.Errorf("calls are taken from %s", got)
	}
}

func TestMistakesInBlocksHaveTheirLines(t *testing.T) {
	_, mistakes := parse([]byte(`[[sip.accounts]]
registrar = "pbx.example:99999"
user = "a b"
[[sip.accounts]]
registrar = "pbx.example"
user = "101"
passwort_file = "x"
expires = "5s"
[[sip.accounts]]
user = "101"
registrar = "PBX.example"
[[sip.trunks]]
transport = "smoke"
[sip]
outbound_proxy = "a b"
session_interval = "10s"
`))
	got := (&Mistakes{Path: "f", List: mistakes}).Error()
	want := []string{
		`f:2: sip.accounts[1].registrar: wants the PBX's name or address, such as "pbx.example" or "192.0.2.1:5061"`,
		"f:3: sip.accounts[1].user: wants the name or number at the PBX, without blanks or @",
		"f:7: sip.accounts[2].passwort_file: no such key; did you mean password_file?",
		"f:8: sip.accounts[2].expires: wants 1m to 24h",
		"f:10: sip.accounts[3].user: 101 is the account of block 2 as well",
		`f:12: sip.trunks[1].address: wants the PBX's name or address, such as "pbx.example" or "192.0.2.1:5061"`,
		"f:13: sip.trunks[1].transport: wants tls, tcp, udp",
		`f:15: sip.outbound_proxy: wants the PBX's name or address, such as "pbx.example" or "192.0.2.1:5061"`,
		"f:16: sip.session_interval: wants 90s to 24h (RFC 4028)",
	}
	if got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	_, mistakes = parse([]byte("[sip]\naccounts = 'pbx'\n"))
	if got := (&Mistakes{Path: "f", List: mistakes}).Error(); got != "f:2: sip.accounts: is a list of tables: write [[sip.accounts]] above each" {
		t.Errorf("got %s", got)
	}
}

// The written file shows a block of each kind, commented out, that can be used as it
// stands once the marks are taken away.
func TestExamplesOfBlocks(t *testing.T) {
	text, err := Text(Default())
	if err != nil {
		t.Fatal(err)
	}
	written, examples, ok := strings.Cut(string(text), "# [[sip.accounts]]")
	if !ok {
		t.Fatalf("no example in\n%s", text)
	}
	for line := range strings.Lines("# [[sip.accounts]]" + examples) {
		if strings.Contains(line, " = ") || strings.Contains(line, "[[") {
			line = strings.TrimPrefix(line, "# ")
		}
		written += line
	}
	c, mistakes := parse([]byte(written))
	if len(mistakes) > 0 || len(c.SIP.Accounts) != 1 || len(c.SIP.Trunks) != 1 {
		t.Errorf("mistakes %v\n%s", mistakes, written)
	}
	again, err := Text(c)
	if err != nil || strings.Contains(string(again), "# [[") {
		t.Errorf("examples beside the real ones (%v):\n%s", err, again)
	}
	if back, mistakes := parse(again); len(mistakes) > 0 || !reflect.DeepEqual(back, c) {
		t.Errorf("mistakes %v\n%s", mistakes, again)
	}
}

func TestPasswordFilesAreRelativeToTheFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "tsunagid.toml")
	text := "[[sip.accounts]]\nregistrar = 'pbx.example'\nuser = '101'\npassword_file = 'secret/pbx'\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.SIP.Accounts[0].PasswordFile, filepath.Join(dir, "secret", "pbx"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := c.SIP.TLS.Certificate, filepath.Join(dir, "tls", "sip-certificate.pem"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
