package native

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// start runs a program until the test ends. Its output is the answer's to read.
func start(t *testing.T, name string, args ...string) *bufio.Reader {
	t.Helper()
	program := exec.Command(name, args...)
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatalf("%v (apt-get install xvfb dunst gnome-keyring)", err)
	}
	t.Cleanup(func() {
		program.Process.Kill() //nolint:errcheck // it may be gone
		program.Wait()         //nolint:errcheck // killed
	})
	return bufio.NewReader(out)
}

// until waits for what a program does in its own time.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s did not come", what)
		}
	}
}

func dunstctl(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("dunstctl", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("dunstctl %v: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// The countdown on dunst, a real notification service with windows of its own: one
// notification however often it is replaced, a click that arrives, and none at the end.
func TestCountdownOnDunst(t *testing.T) {
	startBus(t)
	display, err := start(t, "Xvfb", "-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp").ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DISPLAY", ":"+strings.TrimSpace(display))
	config := filepath.Join(t.TempDir(), "dunstrc")
	if err := os.WriteFile(config, []byte("[global]\nfont = Sans 10\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, "dunst", "-conf", config)
	until(t, "dunst", func() bool { return exec.Command("dunstctl", "is-paused").Run() == nil })

	notifier := openNotifier(t)
	for n := 20; n > 15; n-- {
		show(t, notifier, "あと"+string(rune('０'+n%10)), n*5, n == 20)
	}
	if got := dunstctl(t, "count", "displayed"); got != "1" {
		t.Errorf("displayed: got %s, want 1", got)
	}
	dunstctl(t, "action", "0")
	select {
	case <-notifier.Clicked():
	case <-time.After(10 * time.Second):
		t.Error("the click did not come")
	}
	show(t, notifier, "20", 100, true)
	if err := notifier.Clear(); err != nil {
		t.Fatal(err)
	}
	until(t, "the end of the notification", func() bool { return dunstctl(t, "count", "displayed") == "0" })
}
