package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program is the server under test, built with the race detector by TestMain.
var program string

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "tsunagid-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "tsunagid")
	build := exec.Command("go", "build", "-race", "-o", program, "tsunagi/server/cmd/tsunagid")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the server: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

const (
	number = "05030001024" // the operator's IVR number
	// patience bounds every wait for something that must happen. It is long because
	// it is never reached in a test that passes.
	patience = 60 * time.Second
)

// server is a running tsunagid with a merchant "shop" and an operator "sato".
type server struct {
	t           *testing.T
	dir         string
	config      string
	fingerprint string
	first       string // the operator's first password
	desktop     string // address of the WebSocket
	sip         string // address of the SIP endpoint
	process     *exec.Cmd
	log         *logFile
}

// settings are lines that replace those of the written configuration, by key.
type settings map[string]string

// newServer makes configuration, merchant and operator, and starts the server.
func newServer(t *testing.T, change settings) *server {
	t.Helper()
	s := prepare(t, change)
	s.start()
	return s
}

// prepare makes everything but starts nothing.
func prepare(t *testing.T, change settings) *server {
	t.Helper()
	dir := t.TempDir()
	s := &server{t: t, dir: dir, config: filepath.Join(dir, "tsunagid.toml")}
	out := s.command("init", dir, "--desktop", "127.0.0.1:0", "--sip", "127.0.0.1:0")
	s.fingerprint = field(t, out, "Fingerprint")
	s.change(settings{"level": "'debug'"})
	s.change(change)
	s.command("merchant", "add", "shop", "--name", "つなぎ商店", "--config", s.config)
	s.first = field(t, s.addOperator("sato", number), "First password")
	return s
}

func (s *server) addOperator(user, number string) string {
	s.t.Helper()
	return s.command("user", "add", "shop/"+user, "--ivr-number", number, "--comment", "受注 "+user, "--config", s.config)
}

// command runs one command of the program to its end and returns what it said.
func (s *server) command(args ...string) string {
	s.t.Helper()
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("tsunagid %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// change rewrites keys of the configuration.
func (s *server) change(to settings) {
	s.t.Helper()
	text, err := os.ReadFile(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	for key, value := range to {
		line := regexp.MustCompile(`(?m)^` + key + ` = .*$`)
		if !line.Match(text) {
			s.t.Fatalf("the configuration has no key %q", key)
		}
		text = line.ReplaceAll(text, []byte(key+" = "+value))
	}
	if err := os.WriteFile(s.config, text, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// start runs 'serve' and waits until it is ready.
func (s *server) start() {
	s.t.Helper()
	s.log = newLogFile(s.t, filepath.Join(s.dir, "server.log"))
	s.process = exec.Command(program, "serve", "--config", s.config)
	s.process.Stderr = s.log
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(s.stop)
	ready := s.log.wait(s.t, "msg=ready")
	s.desktop, s.sip = value(ready, "desktop"), value(ready, "sip")
}

// stop ends the server as an administrator does and fails the test if it does not
// end well, or if the race detector had something to say.
func (s *server) stop() {
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
			s.t.Errorf("the server ended with %v\n%s", err, s.log.tail())
		}
	case <-time.After(patience):
		_ = process.Process.Kill()
		s.t.Errorf("the server did not end\n%s", s.log.tail())
	}
	if s.t.Failed() {
		s.t.Logf("server log:\n%s", s.log.tail())
	}
}

// kill ends the server as a power cut does.
func (s *server) kill() {
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

// logFile is the server's log, on disk and open to questions.
type logFile struct {
	mu    sync.Mutex
	file  *os.File
	text  bytes.Buffer
	grown chan struct{} // closed and replaced at each write
}

func newLogFile(t *testing.T, path string) *logFile {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return &logFile{file: f, grown: make(chan struct{})}
}

// Write is the process's standard error.
func (l *logFile) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	close(l.grown)
	l.grown = make(chan struct{})
	return l.file.Write(p)
}

// wait returns the first line that holds the words, as soon as there is one.
func (l *logFile) wait(t *testing.T, words string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		l.mu.Lock()
		text, grown := l.text.String(), l.grown
		l.mu.Unlock()
		lines := bufio.NewScanner(strings.NewReader(text))
		for lines.Scan() {
			if strings.Contains(lines.Text(), words) {
				return lines.Text()
			}
		}
		select {
		case <-grown:
		case <-ctx.Done():
			t.Fatalf("the log never said %q:\n%s", words, l.tail())
		}
	}
}

func (l *logFile) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.text.String()
	return text[max(0, len(text)-8000):]
}
