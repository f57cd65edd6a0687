package native

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// autostartFile is a Startup after the Desktop Application Autostart Specification.
type autostartFile struct{ path string }

// OpenStartup finds the person's folder.
func OpenStartup() (Startup, error) {
	folder, err := os.UserConfigDir()
	if err != nil {
		return nil, fmt.Errorf("find the autostart folder: %w", err)
	}
	return autostartFile{filepath.Join(folder, "autostart", "tsunagi.desktop")}, nil
}

func (a autostartFile) Enabled() (bool, error) {
	data, err := os.ReadFile(a.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the autostart file: %w", err)
	}
	for line := range strings.Lines(string(data)) {
		// A desktop's settings switch a program off so.
		switch strings.ReplaceAll(strings.TrimSpace(line), " ", "") {
		case "Hidden=true", "X-GNOME-Autostart-enabled=false":
			return false, nil
		}
	}
	return true, nil
}

func (a autostartFile) Set(on bool) error {
	if !on {
		if err := os.Remove(a.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the autostart file: %w", err)
		}
		return nil
	}
	path, err := ownPath()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(a.path), 0o700); err != nil {
		return fmt.Errorf("make the autostart folder: %w", err)
	}
	return replaceFile(a.path, []byte(desktopEntry(path)))
}
