package canary

import (
	"slices"
	"strings"
	"testing"
)

var amex = Card{Number: "378282246310005", Expiry: "1147", Code: "4829"}

const attempt = "019ab1c2-d3e4-7f56-8a9b-0c1d2e3f4a5b"

// Whatever is planted is found: else the search could overlook it in earnest.
func TestPlantedFormsAreFound(t *testing.T) {
	for _, card := range []Card{amex, {Number: "4111111111111111", Expiry: "1147", Code: "739"}} {
		s := New(card)
		for _, form := range append(card.NumberForms(), card.SecretForms()...) {
			planted := slices.Concat([]byte("level=INFO x="), form.Bytes, []byte("\n"))
			if found := s.Bytes("log", planted); len(found) == 0 {
				t.Errorf("%s is overlooked", form.Name)
			}
		}
	}
}

func TestPlantedText(t *testing.T) {
	s := New(amex)
	for name, row := range map[string]struct {
		text string
		want bool
	}{
		"nothing":                   {"level=INFO msg=ready digits=15", false},
		"code as a word":            {"level=INFO code=4829", true},
		"expiry as a word":          {"exp 1147 ok", true},
		"expiry with a slash":       {"exp=11/47", true},
		"within a longer number":    {"at=1764482900", false},
		"within an ID":              {"call=019ab1c2-4829-7f56-8a9b-0c1d2e3f4829", false},
		"a time":                    {"time=2026-11-25T06:11:47.4829Z", false},
		"a port":                    {"from 127.0.0.1:4829 it came", false},
		"a count of packets":        {"packets.sent=4829 packets.unsent=0", false},
		"a moment":                  {"    4829 ms  heard greeting", false},
		"code glued to a word":      {"x4829y", false},
		"the same near an attempt":  {"attempt=" + attempt + " x4829y", true},
		"before the attempt":        {"x4829y attempt=" + attempt, true},
		"far away from the attempt": {"attempt=" + attempt + strings.Repeat(" ", near+1) + "x4829y", false},
		"a change's number":         {`{"seq":4829,"id":"` + attempt + `"}`, false},
		"a moment of a frame":       {`{"id":"` + attempt + `","stateAtMs":1764482900123}`, false},
		"a digit count of a frame":  {`{"id":"` + attempt + `","digits":4829}`, true},
		"base64 of the number":      {"body=Mzc4MjgyMjQ2MzEwMDA1", true},
	} {
		if got := len(s.Text("log", []byte(row.text))) > 0; got != row.want {
			t.Errorf("%s: found %t, want %t", name, got, row.want)
		}
	}
	for text, want := range map[string]bool{"VISA1111x4829OK": true, "VISA1111OK": false, attempt: false} {
		if got := len(s.Database("db", []byte(text))) > 0; got != want {
			t.Errorf("in a database, %q: found %t, want %t", text, got, want)
		}
	}
}

// A finding names the place and the form, and repeats no digit of what was found.
func TestFindingsShowNoDigits(t *testing.T) {
	content := []byte(amex.Number + " " + amex.Code + " " + attempt)
	for _, finding := range New(amex).Text("log", content) {
		for _, secret := range []string{amex.Number, amex.Number[4:10], amex.Code, amex.Expiry} {
			if strings.Contains(finding, secret) {
				t.Errorf("a finding repeats digits: %s", finding)
			}
		}
	}
}
