package pbx

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tsunagi/server/e2e/site"
)

const (
	script = "../../../build/pbx.sh"

	// bootPatience and stopPatience are some twenty times what it takes.
	bootPatience = 30 * time.Second
	stopPatience = 15 * time.Second
)

// asterisk is a PBX in a process of its own.
type asterisk struct {
	t       *testing.T
	dir     string // of its configuration and its log
	network string // the first three numbers of its network
	manager *manager

	process *exec.Cmd
	ended   chan struct{} // closed when the process is gone
}

// needPBX skips the test where no PBX was made, and fails it in CI.
func needPBX(t *testing.T) {
	t.Helper()
	out, err := exec.Command(script, "path").CombinedOutput()
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("no PBX in CI: %s", out)
	default:
		t.Skipf("%s", out)
	}
}

// freeNetwork finds a network of loopback addresses that no other site uses.
func freeNetwork(t *testing.T) string {
	t.Helper()
	for range 50 {
		network := fmt.Sprintf("127.%d.%d", 64+rand.IntN(128), 1+rand.IntN(254))
		conn, err := net.ListenPacket("udp", network+".1:5060")
		if err != nil {
			continue
		}
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
		return network
	}
	t.Fatal("no free network among 127.64.0.0 to 127.191.255.255")
	return ""
}

// newAsterisk configures a PBX, with a line more for the trunk to the server, and starts
// it. It has a certificate of its own and takes the server's.
func newAsterisk(t *testing.T, network, trunk string, server *site.Server) *asterisk {
	t.Helper()
	a := &asterisk{t: t, dir: t.TempDir(), network: network}
	if out, err := exec.Command(script, "configure", a.dir, network).CombinedOutput(); err != nil {
		t.Fatalf("configure the PBX: %v\n%s", err, out)
	}
	a.makeKeys(server)
	if trunk != "" {
		a.configure("pjsip.conf", "[tsunagi](base)\n", "[tsunagi](base)\n"+trunk+"\n")
	}
	t.Cleanup(func() {
		a.stop()
		if t.Failed() {
			t.Logf("Asterisk's log:\n%s", a.log())
		}
	})
	a.start()
	return a
}

// configure changes one place of a configuration file.
func (a *asterisk) configure(file, from, to string) {
	a.t.Helper()
	path := filepath.Join(a.dir, "etc", file)
	text, err := os.ReadFile(path)
	if err != nil {
		a.t.Fatal(err)
	}
	if strings.Count(string(text), from) != 1 {
		a.t.Fatalf("%s: %q stands there %d times", file, from, strings.Count(string(text), from))
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), from, to, 1)), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

// start runs Asterisk until it says that it is ready, the way systemd hears of it.
func (a *asterisk) start() {
	a.t.Helper()
	address := net.UnixAddr{Name: filepath.Join(a.dir, "ready"), Net: "unixgram"}
	ready, err := net.ListenUnixgram(address.Net, &address)
	if err != nil {
		a.t.Fatal(err)
	}
	defer func() {
		_ = ready.Close()
		_ = os.Remove(address.Name)
	}()
	console, err := os.OpenFile(filepath.Join(a.dir, "log", "console"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		a.t.Fatal(err)
	}
	defer console.Close()
	a.process = exec.Command(script, "run", a.dir)
	// Its folder is /srv/pbx to Asterisk.
	a.process.Env = append(os.Environ(), "NOTIFY_SOCKET=/srv/pbx/ready")
	a.process.Stdout, a.process.Stderr = console, console
	if err := a.process.Start(); err != nil {
		a.t.Fatal(err)
	}
	ended := make(chan struct{})
	a.ended = ended
	go func() {
		defer close(ended)
		_ = a.process.Wait() // a test may kill it: its status says nothing
		_ = ready.Close()    // ends the wait below
	}()
	if err := ready.SetReadDeadline(time.Now().Add(bootPatience)); err != nil {
		a.t.Fatal(err)
	}
	for word := make([]byte, 512); ; {
		n, err := ready.Read(word)
		if err != nil {
			a.kill()
			a.t.Fatalf("Asterisk did not boot: %v\n%s", err, a.log())
		}
		if strings.Contains(string(word[:n]), "READY=1") {
			break
		}
	}
	a.manager = dialManager(a.t, a.network+".1:5038")
}

// stop ends Asterisk as its administrator does: it hangs up all calls.
func (a *asterisk) stop() {
	a.t.Helper()
	if a.signal(syscall.SIGTERM) {
		return
	}
	a.kill()
	a.t.Error("Asterisk did not stop and was killed")
}

// kill ends Asterisk as a power cut does.
func (a *asterisk) kill() {
	a.t.Helper()
	if !a.signal(syscall.SIGKILL) {
		a.t.Fatal("Asterisk cannot be killed")
	}
}

// signal reports whether the process is gone.
func (a *asterisk) signal(s syscall.Signal) bool {
	if a.process == nil {
		return true
	}
	if err := a.process.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		a.t.Errorf("signal Asterisk: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopPatience)
	defer cancel()
	select {
	case <-a.ended:
		a.process = nil
		return true
	case <-ctx.Done():
		return false
	}
}

// log is what Asterisk has written, SIP messages and all.
func (a *asterisk) log() string {
	text, err := os.ReadFile(filepath.Join(a.dir, "log", "messages"))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// idle waits until no channel is left.
func (a *asterisk) idle() {
	a.t.Helper()
	a.manager.wait("the last channel's end", func(e event) bool {
		return e["Event"] == "Hangup" && a.manager.channels() == 0
	})
}

func TestMain(m *testing.M) { os.Exit(site.Main(m)) }
