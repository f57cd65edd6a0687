//go:build !windows

package control

import (
	"net"
	"os"
	"path/filepath"
	"testing"
)

func TestTheSocketIsTheOwnersAlone(t *testing.T) {
	folder := t.TempDir()
	start(t, folder, testTable(nil, nil))
	info, err := os.Stat(filepath.Join(folder, socketName))
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode(); got.Perm() != 0o600 || got&os.ModeSocket == 0 {
		t.Errorf("mode: got %v, want a socket with 0600", got)
	}
}

// A server that was killed leaves its socket behind.
func TestADeadServersSocketIsNoServer(t *testing.T) {
	folder := t.TempDir()
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(folder, socketName), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
	if err := askSum(t, folder); err == nil || err.Error() != "reach the server: "+ErrNotRunning.Error() {
		t.Errorf("got %v, want ErrNotRunning", err)
	}
	start(t, folder, testTable(nil, nil))
	if err := askSum(t, folder); err != nil {
		t.Error(err)
	}
}
