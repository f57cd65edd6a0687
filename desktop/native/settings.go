package native

import "errors"

// Settings are what the program remembers of its person.
type Settings struct {
	Server     string `json:"server"`     // host:port
	MerchantID string `json:"merchantId"` // of the last login
	UserID     string `json:"userId"`     // of the last login
	Language   string `json:"language"`   // one of the languages
	Theme      string `json:"theme"`      // one of the themes

	Sound       bool   `json:"sound"`
	SoundVolume int    `json:"soundVolume"` // percent
	Sounds      Sounds `json:"sounds"`      // which ones, where Sound is on

	Notifications   bool `json:"notifications"`   // the countdown while the window is not in front
	Tray            bool `json:"tray"`            // an icon in the notification area; closing the window leaves it there
	StartWithSystem bool `json:"startWithSystem"` // start when the person logs in to the system
	MiniOnTop       bool `json:"miniOnTop"`       // the mini window stays above all others
}

// Sounds are the ones that can be switched off one by one.
type Sounds struct {
	Window    bool `json:"window"`    // a send window opens
	Countdown bool `json:"countdown"` // 10 s are left, and each of the last five
	Result    bool `json:"result"`    // OK and NG
	Lost      bool `json:"lost"`      // the connection is lost
}

// The languages.
const (
	LanguageJapanese = "ja"
	LanguageEnglish  = "en"
)

// The themes.
const (
	ThemeSystem = "system"
	ThemeLight  = "light"
	ThemeDark   = "dark"
)

// DefaultSettings are those of a first start.
func DefaultSettings() Settings {
	return Settings{
		Language: LanguageJapanese, Theme: ThemeSystem,
		SoundVolume: 60, Sounds: Sounds{Window: true, Countdown: true, Result: true, Lost: true},
		Notifications: true, MiniOnTop: true,
	}
}

// Check tells what is wrong with the settings, if anything.
func (s Settings) Check() error {
	switch s.Language {
	case LanguageJapanese, LanguageEnglish:
	default:
		return errors.New("language is none of ja and en")
	}
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
