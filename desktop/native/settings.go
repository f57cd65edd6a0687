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

// Settings are what the program remembers of its person.
type Settings struct {
	Server      string `json:"server"`     // host:port
	MerchantID  string `json:"merchantId"` // of the last login
	UserID      string `json:"userId"`     // of the last login
	Theme       string `json:"theme"`      // one of the themes
	Sound       bool   `json:"sound"`
	SoundVolume int    `json:"soundVolume"` // percent
}

// The themes.
const (
	ThemeSystem = "system"
	ThemeLight  = "light"
	ThemeDark   = "dark"
)

// DefaultSettings are those of a first start.
func DefaultSettings() Settings {
	return Settings{Theme: ThemeSystem, SoundVolume: 60}
}

// Check tells what is wrong with the settings, if anything.
func (s Settings) Check() error {
	switch s.Theme {
	case ThemeSystem, ThemeLight, ThemeDark:
	default:
		return errors.New("theme is none of system, light and dark")
	}
	if s.SoundVolume < 0 || s.SoundVolume > 100 {
		return errors.New("sound volume is not from 0 to 100")
	}
	return nil
}

// SettingsFile is the file settings.json in a folder.
type SettingsFile struct {
	path string

	mu       sync.Mutex
	settings Settings
}

// OpenSettings reads the file, or begins with the defaults where there is none yet.
// A damaged file is set aside as settings.json.damaged, the defaults are taken and
// notice says so in words for the person. An error is about the folder.
func OpenSettings(folder string) (f *SettingsFile, notice string, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, "", fmt.Errorf("make the settings' folder: %w", err)
	}
	f = &SettingsFile{path: filepath.Join(folder, "settings.json"), settings: DefaultSettings()}
	data, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, "", nil
	}
	if err != nil {
		return nil, "", fmt.Errorf("read the settings: %w", err)
	}
	settings, err := parseSettings(data)
	if err != nil {
		if err := os.Rename(f.path, f.path+".damaged"); err != nil {
			return nil, "", fmt.Errorf("set damaged settings aside: %w", err)
		}
		return f, message.SettingsDamaged, nil
	}
	f.settings = settings
	return f, "", nil
}

// parseSettings reads a file of this or an older version; what it lacks is as in
// DefaultSettings. What a newer version added is ignored.
func parseSettings(data []byte) (Settings, error) {
	settings := DefaultSettings()
	if err := json.Unmarshal(data, &settings); err != nil {
		return Settings{}, err
	}
	return settings, settings.Check()
}

// Settings are the current ones.
func (f *SettingsFile) Settings() Settings {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.settings
}

// Change alters the settings and writes them. Where that fails, or the altered ones
// do not pass Check, the old ones stay.
func (f *SettingsFile) Change(alter func(*Settings)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	changed := f.settings
	alter(&changed)
	if changed == f.settings {
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
	f.settings = changed
	return nil
}
