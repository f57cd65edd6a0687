package config

import (
	"bytes"
	"fmt"

	"github.com/pelletier/go-toml/v2"
)

const head = `# Configuration of tsunagid. Every key stands here with its default; a key that is
# left out has its default too. 'tsunagid check' tells what is wrong with it.

`

// Text is c as a file: every key with its comment.
func Text(c Config) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(head)
	encoder := toml.NewEncoder(&b)
	if err := encoder.Encode(c); err != nil {
		return nil, fmt.Errorf("write configuration: %w", err)
	}
	return b.Bytes(), nil
}
