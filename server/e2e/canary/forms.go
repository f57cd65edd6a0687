package canary

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Card is a card that appears nowhere else.
type Card struct {
	Number string
	Expiry string // MMYY
	Code   string
}

// Form is one way in which something of a card may have been written.
type Form struct {
	Name  string
	Bytes []byte
}

// NumberForms are the ways in which the number may have been written.
func (c Card) NumberForms() []Form {
	number := c.Number
	forms := []Form{
		{"plain", []byte(number)},
		{"reversed", reversed(number)},
		{"UTF-16LE", wide(number, false)},
		{"UTF-16BE", wide(number, true)},
		{"hex", []byte(hex.EncodeToString([]byte(number)))},
		{"percent-encoded", []byte(percent(number))},
		{"values of digits", values(number)},
		{"packed", packed(number + strings.Repeat("f", len(number)%2))},
		{"packed, right-aligned", packed(strings.Repeat("0", len(number)%2) + number)},
		{"middle of the number", []byte(number[2 : len(number)-4])},
	}
	for _, separator := range []string{" ", "-", ",", "%20", "+", "."} {
		forms = append(forms, Form{"grouped by " + separator, []byte(strings.Join(groups(number), separator))})
	}
	for _, separator := range []string{" ", ",", ", ", "\n"} {
		forms = append(forms, Form{fmt.Sprintf("digit by digit, %q between", separator), []byte(strings.Join(strings.Split(number, ""), separator))})
	}
	for shift := range 3 { // base64 of a text that has the number somewhere in it
		encoded := base64.StdEncoding.EncodeToString(append(make([]byte, shift), number...))
		forms = append(forms, Form{fmt.Sprintf("base64, shifted by %d", shift), []byte(encoded[4 : len(encoded)-4])})
	}
	return forms
}

// SecretForms are the ways in which expiry and code stand where they are kept or sent:
// long enough to be looked for in any bytes at all.
func (c Card) SecretForms() []Form {
	forms := []Form{
		{"expiry and code as the vault has them", []byte(c.Expiry + c.Code)},
		{"expiry and code as values", values(c.Expiry + c.Code)},
	}
	for _, secret := range []Form{{"code", []byte(c.Code)}, {"expiry", []byte(c.Expiry[:2] + "/" + c.Expiry[2:])}} {
		text := string(secret.Bytes)
		slash := strings.ReplaceAll(text, "/", "%2F")
		forms = append(forms,
			Form{secret.Name + " in JSON", []byte(`:"` + text + `"`)},
			Form{secret.Name + " in a form", []byte("%3A%22" + slash + "%22")},
			Form{secret.Name + " in escaped JSON", []byte(`:\"` + text + `\"`)},
		)
	}
	return append(forms, Form{"code in Stripe's form", []byte("[cvc]=" + c.Code)})
}

func groups(number string) []string {
	if len(number) == 15 { // as AMEX prints it
		return []string{number[:4], number[4:10], number[10:]}
	}
	var list []string
	for part := range slices.Chunk([]byte(number), 4) {
		list = append(list, string(part))
	}
	return list
}

func reversed(s string) []byte {
	b := []byte(s)
	slices.Reverse(b)
	return b
}

func wide(s string, bigEndian bool) []byte {
	var b []byte
	for _, c := range []byte(s) {
		if bigEndian {
			b = append(b, 0, c)
		} else {
			b = append(b, c, 0)
		}
	}
	return b
}

func percent(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

func values(s string) []byte {
	return bytes.Map(func(r rune) rune { return r - '0' }, []byte(s))
}

func packed(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err) // digits and an f: a Card of a test is wrong
	}
	return b
}
