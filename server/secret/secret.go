package secret

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
)

// longest is more than any password has, in bytes.
const longest = 4096

// ReadFile returns the first line of a file, which must hold one and be readable by its
// owner alone. On Windows, whose modes say nothing, that is not looked at.
func ReadFile(path string) (text string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("read a secret: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	switch {
	case err != nil:
		return "", fmt.Errorf("read a secret: %w", err)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("read a secret: %s is no file", path)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return "", fmt.Errorf("read a secret: %s is open to others than its owner (mode %04o): run 'chmod 600 %s', and change the secret if others use this machine",
			path, info.Mode().Perm(), path)
	}
	content, err := io.ReadAll(io.LimitReader(file, longest))
	if err != nil {
		return "", fmt.Errorf("read a secret: %w", err)
	}
	line, _, _ := strings.Cut(string(content), "\n")
	if line = strings.TrimSuffix(line, "\r"); line == "" {
		return "", fmt.Errorf("read a secret: the first line of %s is empty", path)
	}
	return line, nil
}
