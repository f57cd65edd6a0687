package site

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
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

// Built by Main, and below its folder by Dumpable.
var (
	program  string // the server under test
	dumpable struct {
		once sync.Once
		path string
		err  error
	}
)

// Main builds the server with the race detector, runs the tests and returns their exit
// status. It is what a TestMain does.
func Main(m *testing.M) int { return MainOf(m, "-race") }

// MainOf is Main for a server that is built with these flags.
func MainOf(m *testing.M, flags ...string) int {
	dir, err := os.MkdirTemp("", "tsunagid-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "tsunagid")
	build := exec.Command("go", slices.Concat([]string{"build"}, flags, []string{"-o", program, "tsunagi/server/cmd/tsunagid"})...)
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the server: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// Dumpable builds the server as tests may look into its memory: without the race
// detector, whose shadow is huge, and without the lock against dumps.
func Dumpable(t *testing.T) string {
	t.Helper()
	dumpable.once.Do(func() {
		dumpable.path = program + "-dumpable"
		build := exec.Command("go", "build", "-tags", "dumpable", "-o", dumpable.path, "tsunagi/server/cmd/tsunagid")
		if out, err := build.CombinedOutput(); err != nil {
			dumpable.err = fmt.Errorf("build the server: %w\n%s", err, out)
		}
	})
	if dumpable.err != nil {
		t.Fatal(dumpable.err)
	}
	return dumpable.path
}

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

// Settings are values that replace those of the written configuration, by key, as TOML.
type Settings map[string]string

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

// Change rewrites keys of the configuration, for the next start.
func (s *Server) Change(to Settings) {
	s.t.Helper()
	text, err := os.ReadFile(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	for name, value := range to {
		key, before, after := scope(s.t, name, text)
		line := regexp.MustCompile(`(?m)^` + key + ` = .*$`)
		part := text[before:after]
		if !line.Match(part) {
			s.t.Fatalf("the configuration has no key %q", name)
		}
		text = slices.Concat(text[:before], line.ReplaceAllLiteral(part, []byte(key+" = "+value)), text[after:])
	}
	if err := os.WriteFile(s.config, text, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// scope is where a key stands: "roots" anywhere in text, "sip.tls.roots" in the table of
// that name.
func scope(t *testing.T, name string, text []byte) (key string, from, to int) {
	t.Helper()
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return name, 0, len(text)
	}
	header := []byte("\n[" + name[:dot] + "]\n")
	from = bytes.Index(text, header)
	if from < 0 {
		t.Fatalf("the configuration has no table %q", name[:dot])
	}
	from += len(header)
	to = len(text)
	if next := bytes.Index(text[from:], []byte("\n[")); next >= 0 {
		to = from + next
	}
	return name[dot+1:], from, to
}

// Check runs 'check', which must find nothing wrong, and returns what it said.
func (s *Server) Check() string {
	s.t.Helper()
	return s.Command("check", "--config", s.config)
}

// Append adds text to the end of the configuration, for the next start.
func (s *Server) Append(text string) {
	s.t.Helper()
	f, err := os.OpenFile(s.config, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := f.WriteString("\n" + text); err != nil {
		s.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		s.t.Fatal(err)
	}
}

// Start runs 'serve' and waits until it is ready.
func (s *Server) Start() {
	s.t.Helper()
	s.Log = newLog(s.t, filepath.Join(s.Dir, "server.log"), s.Watch)
	s.process = exec.Command(s.Program, "serve", "--config", s.config)
	if s.Limitless {
		s.process = exec.Command("sh", "-c", `ulimit -c unlimited && exec "$0" "$@"`, s.Program, "serve", "--config", s.config)
		s.process.Dir = s.Dir
		s.process.Env = append(os.Environ(), "GOTRACEBACK=crash")
	}
	s.process.Stderr = s.Log
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(s.Stop)
	ready := s.Log.Wait(s.t, "msg=ready")
	s.Desktop, s.SIP, s.Metrics = value(ready, "desktop"), value(ready, "sip"), value(ready, "metrics")
	if s.SIP == "" {
		s.SIP = value(ready, "sips")
	}
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

// Drain tells the server to stop, as Stop does, and does not wait for it.
func (s *Server) Drain() {
	s.t.Helper()
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
}

// Stop ends the server as an administrator does and fails the test if it does not
// end well, or if the race detector had something to say. It does nothing where the
// server does not run.
func (s *Server) Stop() {
	if s.process == nil {
		return
	}
	process := s.process
	s.process = nil
	if err := process.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Errorf("stop the server: %v", err)
	}
	done := make(chan error, 1)
	go func() { done <- process.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			s.t.Errorf("the server ended with %v\n%s", err, s.Log.Tail())
		}
	case <-time.After(Patience):
		_ = process.Process.Kill()
		<-done
		s.t.Errorf("the server did not end\n%s", s.Log.Tail())
	}
	if s.t.Failed() {
		s.t.Logf("server log:\n%s", s.Log.Tail())
	}
}

// Abort ends the server with SIGABRT, as a broken program ends, and tells how.
func (s *Server) Abort() syscall.WaitStatus {
	s.t.Helper()
	if err := s.process.Process.Signal(syscall.SIGABRT); err != nil {
		s.t.Fatal(err)
	}
	_ = s.process.Wait() // aborted: its error says nothing new
	status, ok := s.process.ProcessState.Sys().(syscall.WaitStatus)
	if !ok {
		s.t.Fatal("how it ended cannot be told")
	}
	s.process = nil
	return status
}

// PID is the running server's process ID.
func (s *Server) PID() int { return s.process.Process.Pid }

// Runs reports whether the server was started and not stopped.
func (s *Server) Runs() bool { return s.process != nil }

// Config is the path of the server's configuration.
func (s *Server) Config() string { return s.config }

// Kill ends the server as a power cut does.
func (s *Server) Kill() {
	s.t.Helper()
	if err := s.process.Process.Kill(); err != nil {
		s.t.Fatal(err)
	}
	_ = s.process.Wait() // killed: its status says nothing
	s.process = nil
}

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
