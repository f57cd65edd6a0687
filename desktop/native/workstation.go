package native

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// workstationBytes is the length of a workstation's name before it is spelled in
// hexadecimal.
const workstationBytes = 16

// Workstation is the name of this installation: 32 random hexadecimal digits, made
// at the first start and kept in the folder, which must exist. Sessions are bound to
// it. A damaged file gets a new name, which costs a login; so does one that cannot be
// read or written: then the name is for this run, and the error says why.
func Workstation(folder string) (string, error) {
	path := filepath.Join(folder, "workstation")
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return newWorkstation(), fmt.Errorf("read the workstation's name: %w", err)
	}
	name := strings.TrimSpace(string(data))
	if raw, err := hex.DecodeString(name); err == nil && len(raw) == workstationBytes {
		return name, nil
	}
	name = newWorkstation()
	return name, replaceFile(path, []byte(name+"\n"))
}

func newWorkstation() string {
	raw := make([]byte, workstationBytes)
	rand.Read(raw) // never fails
	return hex.EncodeToString(raw)
}
