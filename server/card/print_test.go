package card

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// holder is how a vault stands in somebody's struct, where printers do not call its
// methods.
type holder struct {
	Public  *Vault
	private *Vault
	value   Vault
	nested  struct{ any any }
}

// The card of these tests, as it would show: plain, reversed, as bytes in decimal,
// octal and hexadecimal, in base64. The short ones are looked for where addresses,
// which may look like them, are cut out.
var (
	long = regexp.MustCompile(`49290131|77381250|05218377|13109294|` +
		`52 57 50 57|64 71 62 71|(?i:34393239|0x34, ?0x39)|NDkyOTAxMz`)
	short = regexp.MustCompile(`4929|0131|7738|1250|1137|862`)
)

// TestPrintsNoDigit prints a full vault in every way there is: by verb, by logger, by
// encoder, by a printer that walks unexported fields, alone and inside of others.
func TestPrintsNoDigit(t *testing.T) {
	v := keyed(map[Field]string{CardNumber: "4929 0131 7738 1250", Expiry: "1137", SecurityCode: "862"})
	h := holder{Public: v, private: v, value: *v}
	h.nested.any = []any{v, map[string]*Vault{"card": v}, *v}
	look := func(how, printed string) {
		t.Helper()
		if long.MatchString(printed) || short.MatchString(withoutAddresses(printed)) {
			t.Errorf("%s shows digits: %s", how, printed)
		}
	}
	for name, value := range map[string]any{
		"vault": v, "vault value": *v, "holder": h, "pointer to holder": &h,
		"slice": []*Vault{v}, "map": map[*Vault]Vault{v: *v},
	} {
		for _, verb := range "vTtbcdoOqxXUeEfFgGsp" {
			for _, flags := range []string{"", "+", "#", "-", " ", "0", "8.3", "+#"} {
				format := "%" + flags + string(verb)
				look(format+" of "+name, fmt.Sprintf(format, value))
			}
		}
		look("Sprint of "+name, fmt.Sprint(value))
		look("Errorf of "+name, fmt.Errorf("wrap: %v", value).Error())
		var text, jsonText bytes.Buffer
		all := &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}
		slog.New(slog.NewTextHandler(&text, all)).Debug("call", "card", value, slog.Group("g", "card", value))
		slog.New(slog.NewJSONHandler(&jsonText, all)).Debug("call", "card", value, slog.Group("g", "card", value))
		look("slog text of "+name, strings.ReplaceAll(text.String(), "time=", ""))
		look("slog JSON of "+name, jsonText.String())
		if encoded, err := json.Marshal(value); err == nil {
			look("JSON of "+name, string(encoded))
		}
		if encoded, err := xml.Marshal(value); err == nil {
			look("XML of "+name, string(encoded))
		}
		var gobbed bytes.Buffer
		if err := gob.NewEncoder(&gobbed).Encode(value); err == nil {
			look("gob of "+name, gobbed.String())
		}
	}
	walk := cmp.Diff(holder{}, h, cmp.Exporter(func(reflect.Type) bool { return true }))
	look("go-cmp, which walks unexported fields", walk)
	if walk == "" {
		t.Error("the walking printer saw nothing at all")
	}
}

// The check of printed text can fail: it finds the digits where they are bare.
func TestPrintCheckSeesBareDigits(t *testing.T) {
	type bare struct{ pan []byte }
	b := bare{[]byte("4929013177381250")}
	for _, format := range []string{"%v", "%+v", "%#v", "%d", "%x", "%X", "%s", "%q", "%o"} {
		if printed := fmt.Sprintf(format, b); !long.MatchString(printed) {
			t.Errorf("%s prints %s and is not caught", format, printed)
		}
	}
	for _, printed := range []string{"1250", "card ending 1250", "862", "1137"} {
		if !short.MatchString(withoutAddresses(printed)) {
			t.Errorf("%s is not caught", printed)
		}
	}
}

func TestVaultSaysItIsRedacted(t *testing.T) {
	v := keyed(map[Field]string{CardNumber: "4111111111111111"})
	for how, got := range map[string]string{
		"%v": fmt.Sprintf("%v", v), "%#v": fmt.Sprintf("%#v", *v), "%d": fmt.Sprintf("%d", v),
		"slog": v.LogValue().String(),
	} {
		if got != redacted {
			t.Errorf("%s: got %s, want %s", how, got, redacted)
		}
	}
	if got, err := json.Marshal(v); err != nil || string(got) != `"`+redacted+`"` {
		t.Errorf("JSON: got %s, %v", got, err)
	}
}

// withoutAddresses drops pointers, timestamps and line numbers, whose figures are
// nobody's secret and differ from run to run.
func withoutAddresses(printed string) string {
	for _, figures := range []string{
		`0x[0-9a-fA-F]{6,}`, `\b[0-9a-fA-F]{9,}\b`, `\d{4}-\d\d-\d\dT[\d:.+]+Z?`, `"line":\d+`, `\.go:\d+`,
	} {
		printed = regexp.MustCompile(figures).ReplaceAllString(printed, "")
	}
	return printed
}
