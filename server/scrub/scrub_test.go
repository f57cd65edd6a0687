package scrub

import (
	"bytes"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	for name, row := range map[string]struct{ text, want string }{
		"nothing":                  {"", ""},
		"plain":                    {"card 4111111111111111.", "card ****************."},
		"AMEX in groups":           {"3782-822463-10005", "****-******-*****"},
		"spaces":                   {`msg="4111 1111 1111 1111"`, `msg="**** **** **** ****"`},
		"13 digits":                {"4222222222222", "*************"},
		"19 digits":                {"4000000000000000006", "*******************"},
		"mistyped":                 {"4222222222223", "4222222222223"},
		"12 digits":                {"411111111116", "411111111116"},
		"two spaces end a number":  {"4111 1111  1111 1111", "4111 1111  1111 1111"},
		"within a longer run":      {"99" + "4111111111111111", "*****************" + "*"},
		"a time":                   {"time=2026-11-25T06:37:49.485Z", "time=2026-11-25T06:37:49.485Z"},
		"an ID":                    {"call=01982116-6762-7001-8300-733433472731", "call=01982116-6762-7001-8300-733433472731"},
		"an ID of digits alone":    {"call=41111111-1111-1111-1111-111111111111", "call=41111111-1111-1111-1111-111111111111"},
		"a number beside an ID":    {"01982116-6762-7001-8300-733433472731=4111111111111111", "01982116-6762-7001-8300-733433472731=****************"},
		"a telephone number":       {"caller=05030001024", "caller=05030001024"},
		"in Japanese":              {"番号4111111111111111です", "番号****************です"},
		"quoted by an error":       {`parse "https://h/?a=4111111111111111&b": bad`, `parse "https://h/?a=****************&b": bad`},
		"separators at either end": {"-4111111111111111-", "-****************-"},
	} {
		if name == "within a longer run" {
			if got := String(row.text); strings.Contains(got, "4111111111111111") {
				t.Errorf("%s: got %q", name, got)
			}
			continue
		}
		if got := String(row.text); got != row.want {
			t.Errorf("%s: got %q, want %q", name, got, row.want)
		}
	}
}

// The log of the program, in both its forms, and whatever errors it is given.
func TestALogSaysNoCardNumber(t *testing.T) {
	for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(Writer(b), nil) },
		"json": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(Writer(b), nil) },
	} {
		var out bytes.Buffer
		log := slog.New(handler(&out)).With("with", "4111 1111 1111 1111")
		log.Info("msg 4111111111111111", "error", fmt.Errorf("read: %w", fmt.Errorf("bad body 378282246310005")),
			"body", []byte("5555555555554444"), slog.Group("g", "number", 4111111111111111))
		for _, secret := range []string{"4111", "3782822", "5555555"} {
			if strings.Contains(out.String(), secret) {
				t.Errorf("%s: the log says %s", name, out.String())
			}
		}
	}
}

// uuid is another reading of what an ID looks like.
var uuid = regexp.MustCompile(`\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`)

// looksLikeOne is another reading of the same rule: a pattern, and Luhn by the table
// of doubled digits.
var (
	looksLikeOne = regexp.MustCompile(`^[0-9](?:[ ._-]?[0-9]){12,18}`)
	doubled      = [10]int{0, 2, 4, 6, 8, 1, 3, 5, 7, 9}
)

func holdsOne(text []byte) bool {
	for at := range text {
		for end := at + 1; end <= min(len(text), at+2*longest); end++ {
			if m := looksLikeOne.Find(text[at:end]); len(m) != end-at {
				continue
			}
			digits := bytes.Map(func(r rune) rune {
				if r < '0' || r > '9' {
					return -1
				}
				return r
			}, text[at:end])
			sum := 0
			for n := len(digits) - 1; n >= 0; n-- {
				d := int(digits[n] - '0')
				if (len(digits)-1-n)%2 == 1 {
					d = doubled[d]
				}
				sum += d
			}
			if sum%10 == 0 {
				return true
			}
		}
	}
	return false
}

// FuzzText: whatever surrounds a number, nothing that looks like one is left; nothing
// but digits is changed; and what is masked stays so.
func FuzzText(f *testing.F) {
	f.Add("", "", uint64(0))
	f.Add("error: ", ".", uint64(1))
	f.Add("9", "9", uint64(2))
	f.Add("1-", "-1", uint64(3))
	f.Add("01982116-6762-7001-8300-", "-7001-8300-733433472731", uint64(4))
	f.Fuzz(func(t *testing.T, before, after string, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 0))
		number := cardNumber(r)
		text := []byte(before + number + after)
		if len(text) > 300 {
			return
		}
		got := bytes.Clone(text)
		Text(got)
		if len(got) != len(text) {
			t.Fatalf("the length has changed from %d to %d", len(text), len(got))
		}
		for n := range text {
			if got[n] != text[n] && (!isDigit(text[n]) || got[n] != mask) {
				t.Fatalf("byte %d of %q became %q", n, text, got)
			}
		}
		if left := uuid.ReplaceAll(got, []byte("\n")); holdsOne(left) {
			t.Fatalf("%q became %q", text, got)
		}
		if Text(got) {
			t.Fatalf("masked once more: %q", got)
		}
	})
}

// cardNumber is a number with a right check digit, in groups or not.
func cardNumber(r *rand.Rand) string {
	digits := make([]byte, shortest+r.IntN(longest-shortest+1))
	for n := range digits {
		digits[n] = byte(r.IntN(10))
	}
	for last := range byte(10) {
		if digits[len(digits)-1] = last; luhn(digits) {
			break
		}
	}
	var text strings.Builder
	separator := []string{"", "", " ", "-", ".", "_"}[r.IntN(6)]
	for n, d := range digits {
		if n > 0 && n%4 == 0 {
			text.WriteString(separator)
		}
		text.WriteByte('0' + d)
	}
	return text.String()
}
