package control

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"path/filepath"
	"strings"

	"github.com/Microsoft/go-winio"
)

// onlyOurs admits the pipe's owner, the system and the administrators, and denies
// whoever comes over the network.
const onlyOurs = "D:P(D;;GA;;;NU)(A;;GA;;;OW)(A;;GA;;;SY)(A;;GA;;;BA)"

// Listen opens the named pipe that stands for a folder.
func Listen(folder string) (net.Listener, error) {
	listener, err := winio.ListenPipe(pipeName(folder), &winio.PipeConfig{SecurityDescriptor: onlyOurs})
	if err != nil {
		return nil, fmt.Errorf("open the control pipe: %w", err)
	}
	return listener, nil
}

func dial(ctx context.Context, folder string) (net.Conn, error) {
	conn, err := winio.DialPipeContext(ctx, pipeName(folder))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrNotRunning
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%w: run the command as the server's user or as an administrator", err)
	}
	return conn, err
}

// pipeName makes one name of each folder, however it is spelled.
func pipeName(folder string) string {
	if absolute, err := filepath.Abs(folder); err == nil {
		folder = absolute
	}
	sum := sha256.Sum256([]byte(strings.ToLower(filepath.Clean(folder))))
	return `\\.\pipe\tsunagid-` + hex.EncodeToString(sum[:8])
}
