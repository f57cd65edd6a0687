package secret

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestReadFile(t *testing.T) {
	for name, row := range map[string]struct {
		content string
		mode    os.FileMode
		want    string
		err     string // part of it; empty: none
	}{
		"a line":             {"correct horse\n", 0o600, "correct horse", ""},
		"no end of line":     {"correct horse", 0o400, "correct horse", ""},
		"written on Windows": {"correct horse\r\n", 0o600, "correct horse", ""},
		"a second line":      {"correct horse\n# of the PBX\n", 0o600, "correct horse", ""},
		"blanks are its own": {" correct \n", 0o600, " correct ", ""},
		"empty":              {"\n", 0o600, "", "the first line of"},
		"open to the group":  {"correct horse\n", 0o640, "", "(mode 0640): run 'chmod 600 "},
		"open to all":        {"correct horse\n", 0o644, "", "(mode 0644)"},
		"longer than a page": {strings.Repeat("x", 2*longest), 0o600, strings.Repeat("x", longest), ""},
	} {
		t.Run(name, func(t *testing.T) {
			if runtime.GOOS == "windows" && strings.Contains(row.err, "(mode ") {
				t.Skip("Windows has no such modes")
			}
			path := filepath.Join(t.TempDir(), "secret")
			if err := os.WriteFile(path, []byte(row.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, row.mode); err != nil { // whatever the umask
				t.Fatal(err)
			}
			got, err := ReadFile(path)
			if got != row.want || (err == nil) != (row.err == "") || err != nil && !strings.Contains(err.Error(), row.err) {
				t.Errorf("got %q, %v", got, err)
			}
			if err != nil && strings.Contains(err.Error(), "horse") {
				t.Errorf("the error tells the secret: %v", err)
			}
		})
	}
	if _, err := ReadFile(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that there is none", err)
	}
	if _, err := ReadFile(t.TempDir()); err == nil {
		t.Error("a folder was read")
	}
}
