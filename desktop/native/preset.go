package native

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Preset is what an installation asks every person's program to begin with.
type Preset struct {
	Server      string `json:"server"`      // host or host:port
	Fingerprint string `json:"fingerprint"` // of the server's certificate; empty: the person compares it
}

// ReadPreset reads preset.json in the program's folder, which the installer writes.
// Without the file the preset is the zero value.
func ReadPreset(folder string) (Preset, error) {
	data, err := os.ReadFile(filepath.Join(folder, "preset.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return Preset{}, nil
	}
	if err != nil {
		return Preset{}, fmt.Errorf("read the preset: %w", err)
	}
	var preset Preset
	if err := json.Unmarshal(data, &preset); err != nil {
		return Preset{}, fmt.Errorf("read the preset: %w", err)
	}
	return preset, nil
}
