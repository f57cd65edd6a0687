package native

import (
	"errors"
	"fmt"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

const runKey = `Software\Microsoft\Windows\CurrentVersion\Run`

// runValue is a Startup by the person's Run key. The task manager switches entries
// off in another key and leaves this one alone.
type runValue struct{ name string }

// OpenStartup needs nothing.
func OpenStartup() (Startup, error) { return runValue{"Tsunagi"}, nil }

func (r runValue) Enabled() (bool, error) {
	key, err := registry.OpenKey(registry.CURRENT_USER, runKey, registry.QUERY_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("open the Run key: %w", err)
	}
	defer key.Close()
	_, _, err = key.GetStringValue(r.name)
	if errors.Is(err, registry.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the Run key: %w", err)
	}
	return true, nil
}

func (r runValue) Set(on bool) error {
	key, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if err != nil {
		return fmt.Errorf("open the Run key: %w", err)
	}
	defer key.Close()
	if !on {
		err = key.DeleteValue(r.name)
		if errors.Is(err, registry.ErrNotExist) {
			return nil
		}
	} else {
		var path string
		if path, err = ownPath(); err == nil {
			err = key.SetStringValue(r.name, windows.ComposeCommandLine([]string{path, backgroundSwitch}))
		}
	}
	if err != nil {
		return fmt.Errorf("write the Run key: %w", err)
	}
	return nil
}
