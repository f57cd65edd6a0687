package site

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/server/audio"
	"tsunagi/server/prompt"
	"tsunagi/server/store"
)

const (
	// Number is the IVR number of the operator "sato".
	Number = "05030001024"

	// Patience bounds every wait for something that must happen. It is long because
	// it is never reached in a test that passes.
	Patience = 60 * time.Second
)

// Server is a tsunagid with a merchant "shop" and an operator "sato". Its addresses
// are known while it runs.
type Server struct {
	Dir           string // all that the server writes is below it
	FirstPassword string // of "sato"
	Desktop       string // address of the WebSocket
	SIP           string // address of the SIP endpoint
	Metrics       string // address of the metrics and the health page
	Log           *Log   // of the present process
	Program       string // what is started
	Limitless     bool   // started with no limit of dumps, and crashing as the kernel likes

	// Watch is told of each line that the server writes, while it waits; nil: nobody.
	Watch func(line string)

	t           *testing.T
	config      string
	fingerprint string
	process     *exec.Cmd
}

// New makes configuration, merchant and operator, and starts the server on free ports.
func New(t *testing.T, change Settings) *Server {
	t.Helper()
	s := Prepare(t, "127.0.0.1:0", change)
	s.Start()
	return s
}

// Prepare makes everything for a server whose SIP endpoint is at that address, but
// starts nothing.
func Prepare(t *testing.T, sip string, change Settings) *Server {
	t.Helper()
	return prepare(t, change, "--sip", sip, "--plain-same-segment")
}

// PrepareEncrypted is Prepare for a server as 'init' makes it: its SIP endpoint speaks TLS
// and SRTP alone.
func PrepareEncrypted(t *testing.T, sip string, change Settings) *Server {
	t.Helper()
	return prepare(t, change, "--sip", sip)
}

func prepare(t *testing.T, change Settings, about ...string) *Server {
	t.Helper()
	dir := t.TempDir()
	s := &Server{t: t, Dir: dir, Program: program, config: filepath.Join(dir, "tsunagid.toml")}
	out := s.Command(append([]string{"init", dir, "--desktop", "127.0.0.1:0", "--metrics", "127.0.0.1:0"}, about...)...)
	s.fingerprint = field(t, out, "Fingerprint")
	s.Change(Settings{"level": "'debug'"})
	s.Change(change)
	s.Command("merchant", "add", "shop", "--name", "つなぎ商店", "--config", s.config)
	s.FirstPassword = s.AddOperator("sato", Number)
	return s
}

// AddOperator adds an operator of "shop" and returns the first password.
func (s *Server) AddOperator(user, number string) string {
	s.t.Helper()
	out := s.Command("user", "add", "shop/"+user, "--ivr-number", number, "--comment", "受注 "+user, "--config", s.config)
	return field(s.t, out, "First password")
}

// Edit changes the settings of the merchant "shop" and its operator "sato". The server
// must not run.
func (s *Server) Edit(change func(*ivr.Merchant, *ivr.User)) {
	s.t.Helper()
	db, err := store.Open(s.t.Context(), filepath.Join(s.Dir, "data", "tsunagi.db"))
	if err != nil {
		s.t.Fatal(err)
	}
	key := ivr.UserKey{Merchant: "shop", User: "sato"}
	merchant, err := db.Merchant(s.t.Context(), key.Merchant)
	if err != nil {
		s.t.Fatal(err)
	}
	user, err := db.User(s.t.Context(), key)
	if err != nil {
		s.t.Fatal(err)
	}
	change(&merchant, &user)
	if err := errors.Join(db.PutMerchant(s.t.Context(), merchant), db.PutUser(s.t.Context(), user), db.Close()); err != nil {
		s.t.Fatal(err)
	}
}

// Hurry has callers hear a beep in place of these prompts, so that a test need not listen
// to sentences that it is not about. The server must not run.
func (s *Server) Hurry(names ...prompt.Name) {
	s.t.Helper()
	folder := filepath.Join(s.Dir, "prompts")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		s.t.Fatal(err)
	}
	for _, name := range names {
		var file bytes.Buffer
		if err := audio.WriteWAV(&file, audio.Ringback(200*time.Millisecond), 8000); err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, string(name)+".wav"), file.Bytes(), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	s.Change(Settings{"folder": "'" + folder + "'"})
}

// Preamble are the prompts that a customer hears before the first question, but for the
// amount.
var Preamble = []prompt.Name{
	prompt.MerchantName, prompt.Greeting, prompt.AmountIs, prompt.AmountEnd, prompt.PaymentCount("1"),
}

// Record is how a call was written down. The server must not run.
func (s *Server) Record(call ivr.CallID) ivr.Record {
	s.t.Helper()
	db, err := store.Open(s.t.Context(), filepath.Join(s.Dir, "data", "tsunagi.db"))
	if err != nil {
		s.t.Fatal(err)
	}
	record, err := db.Record(s.t.Context(), call)
	if err := errors.Join(err, db.Close()); err != nil {
		s.t.Fatalf("call %s: %v", call, err)
	}
	return record
}

// Command runs one command of the program to its end and returns what it said.
func (s *Server) Command(args ...string) string {
	s.t.Helper()
	out, err := s.Try(args...)
	if err != nil {
		s.t.Fatalf("tsunagid %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// Try runs one command of the program, which may fail.
func (s *Server) Try(args ...string) (out string, err error) {
	text, err := exec.Command(program, args...).CombinedOutput()
	return string(text), err
}

// Check runs 'check', which must find nothing wrong, and returns what it said.
func (s *Server) Check() string {
	s.t.Helper()
	return s.Command("check", "--config", s.config)
}

// Page fetches a page that the server has for operations.
func (s *Server) Page(path string) (status int, body string) {
	s.t.Helper()
	res, err := http.Get("http://" + s.Metrics + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// Config is the path of the server's configuration.
func (s *Server) Config() string { return s.config }

func field(t *testing.T, out, name string) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^` + name + ` +(.+)$`).FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("no %q in\n%s", name, out)
	}
	return found[1]
}

func value(line, key string) string {
	_, rest, _ := strings.Cut(line, " "+key+"=")
	word, _, _ := strings.Cut(rest, " ")
	return strings.TrimSpace(word)
}
