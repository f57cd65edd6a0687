package card

import (
	"fmt"
	"io"
	"log/slog"
)

// redacted is all that a vault ever prints.
const redacted = "card.Vault(redacted)"

// Format writes the same words for every verb.
func (Vault) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue gives slog the same words.
func (Vault) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText gives encoders the same words.
func (Vault) MarshalText() ([]byte, error) { return []byte(redacted), nil }
