package e2e

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tsunagi/server/e2e/canary"
	"tsunagi/server/e2e/site"
	"tsunagi/server/gatewaysim"
	"tsunagi/server/phone"
	"tsunagi/shared/wire"
)

// The canaries: cards that appear nowhere else. Their expiry and code are no part of a
// number that the server has reason to write.
const (
	canaryNumber = amex
	canaryExpiry = "1147"
	canaryCode   = "4829"

	refusedNumber = "378734493671000" // valid, and no test card: AC01
)

var calls = flag.Int("calls", 5, "canary calls, besides the one in which the server is killed; 'make canary' makes 200")

// quickKeys is the pace of a customer in a hurry.
const quickKeys = 100 * time.Millisecond

// fate is what becomes of a canary call.
type fate struct {
	name   string
	number string
	fault  gatewaysim.FaultKind // of its authorization
	hangUp wire.State           // the customer hangs up there; empty: at the end
}

var fates = []fate{
	{name: "paid", number: canaryNumber},
	{name: "echoed", number: canaryNumber, fault: gatewaysim.Echo},
	{name: "declined", number: refusedNumber},
	{name: "timed-out", number: canaryNumber, fault: gatewaysim.Silence},
	{name: "hung-up", number: canaryNumber, hangUp: wire.StateSecurityCode},
}

// Security requirements C1, C2, C6 to C8, D2 and T1: whole calls at debug level through
// the real adapter, then a search through every byte that was written: files, database
// with its log, a backup, exports, frames, metrics, the telephone's timelines. Package canary
// proves that the search can find what it looks for.
func TestNoDigitOfACardIsEverWritten(t *testing.T) {
	t.Parallel()
	s := site.Prepare(t, "127.0.0.1:0", site.Settings{"deadline": "'5s'"})
	voice := s.BeQuick()
	gateway := s.UseGateway(t, gatewaysim.Config{Ledger: filepath.Join(s.Dir, "books.jsonl")})
	s.Start()
	o := site.FirstLogin(t, s)
	search := canary.New(
		canary.Card{Number: canaryNumber, Expiry: canaryExpiry, Code: canaryCode},
		canary.Card{Number: refusedNumber, Expiry: canaryExpiry, Code: canaryCode},
	)
	var timelines bytes.Buffer
	var known []string // calls that have been
	begin := func(n int, f fate) (*customer, wire.Call) {
		id := fmt.Sprintf("CANARY-%s-%d", f.name, n)
		if f.fault != "" {
			if err := gateway.AddFault(gatewaysim.Fault{Kind: f.fault, Order: id, Times: 1}); err != nil {
				t.Fatal(err)
			}
		}
		c := ring(t, s, phone.Script{
			Cards: []phone.Card{card(t, f.number, canaryExpiry, canaryCode)}, Voice: voice, Pace: quickKeys,
		})
		window := o.Call(wire.StateSendWindow, known...)
		known = append(known, window.ID)
		o.Send(window, form(id))
		return c, window
	}
	for n := range *calls {
		f := fates[n%len(fates)]
		c, window := begin(n, f)
		if f.hangUp != "" {
			o.CallIs(window.ID, f.hangUp)
			c.hangUp()
		}
		o.CallIs(window.ID, wire.StateEnded)
		c.hangUp()
		timelines.WriteString(c.timeline.String())
		for _, picture := range o.Calls(window.ID) {
			if accepted := picture.Brand != ""; picture.Last4 != "" && !accepted || len(picture.Last4) > 4 {
				t.Errorf("%s: a picture has %q of a number that is not accepted", f.name, picture.Last4)
			}
		}
	}
	metrics := get(t, "http://"+s.Metrics+"/metrics")
	s.Command("backup", filepath.Join(s.Dir, "backup.db"), "--config", s.Config())
	s.Command("audit", "export", "--config", s.Config(), "--output", filepath.Join(s.Dir, "audit.csv"))
	s.Command("user", "export", "shop", "--config", s.Config(), "--output", filepath.Join(s.Dir, "users.csv"))
	look(t, "while it runs", search, collect(t, s, o, timelines.Bytes(), metrics)) // the WAL is there

	// Killed between the request and its answer: afterwards nothing is sent again.
	c, _ := begin(*calls, fate{name: "killed", number: canaryNumber, fault: gatewaysim.Silence})
	site.Patiently(t, "the gateway has the order", func() bool { return len(gateway.Ledger("CANARY-killed-*")) == 1 })
	s.Kill()
	c.hangUp()
	s.Start()
	s.Log.Wait(t, "attempt was being sent when the server ended")
	site.Patiently(t, "the attempt is settled", func() bool {
		return strings.Contains(s.Command("payment", "list", "--config", s.Config(), "--state", "APPROVED"), "CANARY-killed")
	})
	for _, entry := range gateway.Ledger("CANARY-killed-*") {
		if len(entry.Lines) != 1 {
			t.Errorf("the gateway was asked %d times for the order of the killed server", len(entry.Lines))
		}
	}
	s.Stop()
	written := collect(t, s, o, timelines.Bytes(), metrics)
	look(t, "after it has ended", search, written)
	if !bytes.Contains(written["frames"], []byte("CANARY-paid")) || !bytes.Contains(written[filepath.Join(s.Dir, "backup.db")], []byte("CANARY-paid")) {
		t.Error("not even the transaction ID was found: the search looks in the wrong place")
	}
}

func get(t *testing.T, address string) []byte {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", address, response.Status, err)
	}
	return text
}

// collect is every byte written: files of the server's folder, frames, timelines.
func collect(t *testing.T, s *site.Server, o *site.Operator, timelines, metrics []byte) map[string][]byte {
	t.Helper()
	written := map[string][]byte{"timelines": timelines, "metrics": metrics}
	err := filepath.WalkDir(s.Dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || filepath.Ext(path) == ".wav" {
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
	return written
}

func look(t *testing.T, when string, search *canary.Search, written map[string][]byte) {
	t.Helper()
	for place, content := range written {
		find := search.Text
		switch {
		case strings.Contains(filepath.Base(place), ".db"):
			find = search.Database
		case place == "metrics":
			find = search.Bytes // a count may be any number
		}
		for _, finding := range find(place, content) {
			t.Errorf("%s: %s", when, finding)
		}
	}
}
