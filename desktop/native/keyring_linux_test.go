package native

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// keyringChild is the environment variable of a test that runs itself again: which
// keyring a process uses is settled at its first use, and other tests mock it.
const keyringChild = "TSUNAGI_TEST_KEYRING"

// The real Secret Service, gnome-keyring, with a keyring of its own.
func TestGnomeKeyring(t *testing.T) {
	if os.Getenv(keyringChild) != "" {
		useKeyring(t)
		return
	}
	startBus(t)
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_RUNTIME_DIR", home) // of mode 0700
	t.Setenv("XDG_DATA_HOME", filepath.Join(home, "data"))
	if err := os.Chmod(home, 0o700); err != nil {
		t.Fatal(err)
	}
	daemon := exec.Command("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
	daemon.Stdin = strings.NewReader("\n")
	if err := daemon.Start(); err != nil {
		t.Fatalf("%v (apt-get install gnome-keyring)", err)
	}
	t.Cleanup(func() {
		daemon.Process.Kill() //nolint:errcheck // it may be gone
		daemon.Wait()         //nolint:errcheck // killed
	})
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	until(t, "the Secret Service", func() bool {
		// Asked for itself before it is there, the bus would start another one, locked.
		var there bool
		if err := conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, "org.freedesktop.secrets").Store(&there); err != nil || !there {
			return false
		}
		var collection dbus.ObjectPath
		err := conn.Object("org.freedesktop.secrets", "/org/freedesktop/secrets").
			Call("org.freedesktop.Secret.Service.ReadAlias", 0, "default").Store(&collection)
		return err == nil && collection != "/"
	})
	child := exec.Command(os.Args[0], "-test.run=^TestGnomeKeyring$", "-test.v")
	child.Env = append(os.Environ(), keyringChild+"=1")
	if out, err := child.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func useKeyring(t *testing.T) {
	folder := t.TempDir()
	secrets, why := OpenSecrets(folder)
	must(t, why, secrets.SetPin(hostA, "pin a"))
	wantSecret(t, "pin a", secrets.Pin, hostA)
	takesOverAndLeavesNothing(t, secrets)
	wantSecret(t, "pin a", secrets.Pin, hostA)
	if left, err := keyringKeys(tokenService); len(left) > 0 || err != nil {
		t.Errorf("of sessions that are over: %q, %v", left, err)
	}

	must(t, secrets.SetToken(sato, "token a"), secrets.Forget())
	wantSecret(t, "", secrets.Pin, hostA)
	for _, service := range []string{pinService, tokenService} {
		if left, err := keyringKeys(service); len(left) > 0 || err != nil {
			t.Errorf("in the keyring: %q, %v", left, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "*")); len(left) > 0 {
		t.Errorf("secrets in files: %q", left)
	}
}
