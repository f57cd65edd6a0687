package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tsunagi/server/e2e/site"
	"tsunagi/server/phone"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// The canaries: a card that appears nowhere else in this test. Its expiry and code are
// no part of a time, a port or a number that the server has reason to write.
const (
	canaryNumber = amex
	canaryExpiry = "1147"
	canaryCode   = "4829"
)

// Security requirements C1, C2, D2, T1: whole calls at debug level, then a search
// through every byte that was written, with the database open and closed.
func TestNoDigitOfACardIsEverWritten(t *testing.T) {
	t.Parallel()
	s := site.New(t, nil)
	o := site.FirstLogin(t, s)
	canary := card(t, canaryNumber, canaryExpiry, canaryCode)
	refused := card(t, "3782822463100050", canaryExpiry, canaryCode) // a digit too many
	scripts := []phone.Script{
		{Cards: []phone.Card{canary}},
		{Cards: []phone.Card{canary}, HangUpAt: "security-code-4"},
		{Cards: []phone.Card{refused}, HangUpAt: "card-number-wrong", Keying: phone.DuringIt},
	}
	var timelines []*customer
	last := ""
	for n, script := range scripts {
		c := ring(t, s, script)
		window := o.Call(wire.StateSendWindow, last)
		last = window.ID
		o.Send(window, form("CANARY-"+string(rune('A'+n))))
		c.end()
		timelines = append(timelines, c)
	}
	o.Row(string(message.EndedOK))
	o.CallIs(last, wire.StateEnded)

	running := collect(t, s, o, timelines) // the WAL is there
	_, metrics := s.Page("/metrics")
	running["metrics"] = []byte(metrics)
	if !strings.Contains(metrics, "tsunagi_keys_total") {
		t.Error("the metrics tell of no key: the search looks in the wrong place")
	}
	search(t, "while it runs", running)
	s.Stop()
	written := collect(t, s, o, timelines)
	search(t, "after it has ended", written)

	// The search itself must be able to find something.
	for _, form := range canaryForms(canaryNumber) {
		if findings := findAll(map[string][]byte{"planted": slices.Concat([]byte("a"), form, []byte("b"))}); len(findings) == 0 {
			t.Errorf("the search would overlook %q", form)
		}
	}
	if !bytes.Contains(slices.Concat(values(written)...), []byte("CANARY-A")) {
		t.Error("not even the transaction ID was found: the search looks in the wrong place")
	}
}

// collect is every byte written: files of the server's folder, frames, timelines.
func collect(t *testing.T, s *site.Server, o *site.Operator, customers []*customer) map[string][]byte {
	t.Helper()
	written := map[string][]byte{}
	err := filepath.WalkDir(s.Dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		written[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, frame := range o.Frames() {
		text, err := json.Marshal(frame)
		if err != nil {
			t.Fatal(err)
		}
		written["frames"] = append(append(written["frames"], text...), '\n')
	}
	for _, c := range customers {
		written["timelines"] = append(written["timelines"], c.timeline.String()...)
	}
	return written
}

func values(written map[string][]byte) [][]byte {
	var all [][]byte
	for _, bytes := range written {
		all = append(all, bytes)
	}
	return all
}

func search(t *testing.T, when string, written map[string][]byte) {
	t.Helper()
	for _, finding := range findAll(written) {
		t.Errorf("%s: %s", when, finding)
	}
}

// findAll names the places with card data, without repeating it.
func findAll(written map[string][]byte) []string {
	var findings []string
	inText := regexp.MustCompile(`(^|[^0-9A-Za-z])(` + canaryExpiry + `|11/47|` + canaryCode + `)([^0-9A-Za-z]|$)`)
	inColumns := regexp.MustCompile(canaryExpiry + "|" + canaryCode) // they lie side by side
	for place, content := range written {
		for n, form := range canaryForms(canaryNumber) {
			if at := bytes.Index(content, form); at >= 0 {
				findings = append(findings, "the card number stands in "+place+" in form "+string(rune('0'+n)))
			}
		}
		short := inText
		if strings.Contains(filepath.Base(place), ".db") {
			short = inColumns
		}
		if short.Match(content) {
			findings = append(findings, "the expiry or the code stands in "+place)
		}
	}
	return findings
}

// canaryForms are the ways in which a number may have been written (C1).
func canaryForms(number string) [][]byte {
	reversed := []byte(number)
	slices.Reverse(reversed)
	grouped := func(separator string) []byte {
		return []byte(number[:4] + separator + number[4:10] + separator + number[10:])
	}
	var wide []byte
	for _, c := range []byte(number) {
		wide = append(wide, c, 0)
	}
	padded := number
	if len(padded)%2 == 1 {
		padded += "f"
	}
	packed, _ := hex.DecodeString(padded) // digits and f always decode
	forms := [][]byte{
		[]byte(number), grouped(" "), grouped("-"), reversed, packed, wide,
		[]byte(hex.EncodeToString([]byte(number))),
		[]byte(strings.Join(strings.Split(number, ""), " ")),
	}
	for shift := range 3 { // base64 of a text that has the number somewhere
		encoded := base64.StdEncoding.EncodeToString(append(make([]byte, shift), number...))
		forms = append(forms, []byte(encoded[4:len(encoded)-4]))
	}
	return forms
}
