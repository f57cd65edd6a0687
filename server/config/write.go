package config

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

const head = `# Configuration of tsunagid. Every key stands here with its default; a key that is
# left out has its default too. 'tsunagid check' tells what is wrong with it.

`

// Text is c as a file: every key with its comment. Of the tables that there may be
// several of, and of which c has none, an example stands at the end, commented out.
func Text(c Config) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(head)
	encoder := toml.NewEncoder(&b)
	if err := encoder.Encode(c); err != nil {
		return nil, fmt.Errorf("write configuration: %w", err)
	}
	if err := writeExamples(&b, c.SIP); err != nil {
		return nil, fmt.Errorf("write configuration: %w", err)
	}
	return b.Bytes(), nil
}

func writeExamples(b *bytes.Buffer, c SIP) error {
	var example struct {
		SIP SIP `toml:"sip"`
	}
	if len(c.Accounts) == 0 {
		account := defaultAccount()
		account.Registrar, account.User, account.PasswordFile = "pbx.example", "tsunagi", "sip-password"
		example.SIP.Accounts = []Account{account}
	}
	if len(c.Trunks) == 0 {
		trunk := defaultTrunk()
		trunk.Address = "192.0.2.1"
		example.SIP.Trunks = []Trunk{trunk}
	}
	text, err := toml.Marshal(example)
	if err != nil {
		return err
	}
	b.WriteByte('\n')
	lines, commented := strings.Split(string(text), "\n"), false
	for n, line := range lines {
		// The rest of the table stands above.
		if strings.HasPrefix(line, "[[") || n+1 < len(lines) && strings.HasPrefix(lines[n+1], "[[") {
			commented = true
		}
		switch {
		case !commented:
		case line == "" || strings.HasPrefix(line, "#"):
			b.WriteString(line + "\n")
		default:
			b.WriteString("# " + line + "\n")
		}
	}
	return nil
}
