package dtmf_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"tsunagi/server/dtmf"
)

func TestAKeyNeverPrintsWhatItIs(t *testing.T) {
	for _, k := range []dtmf.Key{'7', '*', 'D', 0} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%c", "%x", "%U", "%08b"} {
			if got := fmt.Sprintf(verb, k); got != "key" {
				t.Errorf("Sprintf(%q) = %q, want %q", verb, got, "key")
			}
		}
		for _, verb := range []string{"%v", "%s", "%x", "%q"} {
			if got := fmt.Sprintf(verb, []dtmf.Key{k}); got != "[key]" {
				t.Errorf("Sprintf(%q) of a slice = %q, want %q", verb, got, "[key]")
			}
		}
		if got := fmt.Sprint(k.String(), k.GoString()); got != "keykey" {
			t.Errorf("String and GoString = %q, want %q", got, "keykey")
		}
		if got, _ := json.Marshal(map[string]any{"k": k}); string(got) != `{"k":"key"}` {
			t.Errorf("json = %s", got)
		}
	}
}

func TestAKeyIsNotSeenInALog(t *testing.T) {
	type pressed struct{ Key dtmf.Key }
	for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"json": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			log := slog.New(handler(&out))
			for _, k := range []dtmf.Key{'7', '#'} {
				out.Reset()
				log.Info("pressed", "bare", k, "within", pressed{k}, "slice", []dtmf.Key{k}, "pointer", &k)
				_, said, _ := strings.Cut(out.String(), "pressed")
				if strings.ContainsAny(said, "7#") || strings.Contains(said, "55") || strings.Contains(said, "35") {
					t.Errorf("the log shows the key: %s", said)
				}
			}
		})
	}
}

func TestParseKeyTakesTheSixteenKeysAndNothingElse(t *testing.T) {
	for c := range 256 {
		want := strings.ContainsRune("0123456789*#ABCD", rune(c))
		k, got := dtmf.ParseKey(byte(c))
		if got != want || byte(k) != byte(c) {
			t.Errorf("ParseKey(%q) = %q, %v, want ok %v", byte(c), byte(k), got, want)
		}
		if k.IsDigit() != (c >= '0' && c <= '9') {
			t.Errorf("Key(%q).IsDigit() = %v", byte(c), k.IsDigit())
		}
	}
}
