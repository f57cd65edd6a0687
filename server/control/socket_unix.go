//go:build !windows

package control

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// socketName is the socket's name in the server's folder.
const socketName = "control.sock"

// longestPath is what a socket's address may have, less than the 104 bytes of BSD.
const longestPath = 100

// Listen opens the socket in a folder that this process alone serves: whoever calls it
// holds the database's lock, so that a socket that is there is a dead server's.
func Listen(folder string) (net.Listener, error) {
	path, done, err := reachable(folder)
	if err != nil {
		return nil, fmt.Errorf("open the control socket: %w", err)
	}
	defer done()
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open the control socket: %w", err)
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("open the control socket: %w", err)
	}
	// The file stays where its path is only good for now; the next server removes it.
	listener.SetUnlinkOnClose(path == filepath.Join(folder, socketName))
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("open the control socket: %w", err), listener.Close())
	}
	return listener, nil
}

func dial(ctx context.Context, folder string) (net.Conn, error) {
	path, done, err := reachable(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotRunning
	}
	if err != nil {
		return nil, err
	}
	defer done()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return nil, ErrNotRunning
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%w: run the command as the server's user", err)
	}
	return conn, err
}

// reachable is the socket's path in a form short enough for an address, good until done
// is called.
func reachable(folder string) (path string, done func(), err error) {
	path = filepath.Join(folder, socketName)
	if len(path) <= longestPath {
		return path, func() {}, nil
	}
	dir, err := os.Open(folder)
	if err != nil {
		return "", nil, err
	}
	path = filepath.Join("/proc/self/fd", strconv.Itoa(int(dir.Fd())), socketName)
	return path, func() { _ = dir.Close() }, nil
}
