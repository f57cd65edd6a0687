package native

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"tsunagi/shared/message"
)

// Place is where the window was and how large, in the system's units for both.
type Place struct {
	X         int  `json:"x"`
	Y         int  `json:"y"`
	Width     int  `json:"width"` // 0: nowhere yet
	Height    int  `json:"height"`
	Maximised bool `json:"maximised"`
}

// Places are the two that the window has.
type Places struct {
	Full Place `json:"full"`
	Mini Place `json:"mini"`
}

// content is what the file holds.
type content struct {
	Settings
	Places Places `json:"places"`
	Preset Preset `json:"preset"` // the one that was followed last
}

// SettingsFile is the file settings.json in a folder. Its methods may be called from
// any goroutine.
type SettingsFile struct {
	path string

	mu      sync.Mutex
	content content
}

// OpenSettings reads the file, or begins with the defaults where there is none yet.
// A damaged file is set aside as settings.json.damaged and the defaults are taken; so
// they are where the folder cannot be made or read (a full disk, missing rights), and
// then every Change fails. notice says either in words for the person, err for the log.
func OpenSettings(folder string) (f *SettingsFile, notice string, err error) {
	f = &SettingsFile{path: filepath.Join(folder, "settings.json"), content: content{Settings: DefaultSettings()}}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return f, message.CannotKeep, fmt.Errorf("make the settings' folder: %w", err)
	}
	data, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, "", nil
	}
	if err != nil {
		return f, message.CannotKeep, fmt.Errorf("read the settings: %w", err)
	}
	read, err := parseSettings(data)
	if err != nil {
		return f, message.SettingsDamaged, os.Rename(f.path, f.path+".damaged")
	}
	f.content = read
	return f, "", nil
}

// parseSettings reads a file of this or an older version; what it lacks is as in
// DefaultSettings. What a newer version added is ignored.
func parseSettings(data []byte) (content, error) {
	read := content{Settings: DefaultSettings()}
	if err := json.Unmarshal(data, &read); err != nil {
		return content{}, err
	}
	return read, read.Check()
}

// Settings are the current ones.
func (f *SettingsFile) Settings() Settings {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.content.Settings
}

// Places are the window's.
func (f *SettingsFile) Places() Places {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.content.Places
}

// Change alters the settings and writes them. Where that fails, or the altered ones
// do not pass Check, the old ones stay.
func (f *SettingsFile) Change(alter func(*Settings)) error {
	return f.change(func(c *content) { alter(&c.Settings) })
}

// SetPlaces keeps the window's places.
func (f *SettingsFile) SetPlaces(places Places) error {
	return f.change(func(c *content) { c.Places = places })
}

// FollowPreset goes to the server of an installation's preset, once: whoever chooses
// another server later is not led back, unless a new preset comes. followed tells
// whether it did so now.
func (f *SettingsFile) FollowPreset(preset Preset) (followed bool, err error) {
	err = f.change(func(c *content) {
		if followed = preset.Server != "" && preset != c.Preset; followed {
			c.Preset, c.Server = preset, preset.Server
		}
	})
	return followed && err == nil, err
}

func (f *SettingsFile) change(alter func(*content)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	changed := f.content
	alter(&changed)
	if changed == f.content {
		return nil
	}
	if err := changed.Check(); err != nil {
		return fmt.Errorf("change the settings: %w", err)
	}
	data, err := json.MarshalIndent(changed, "", "  ")
	if err != nil {
		return fmt.Errorf("change the settings: %w", err)
	}
	if err := replaceFile(f.path, append(data, '\n')); err != nil {
		return err
	}
	f.content = changed
	return nil
}
