package native

import (
	"embed"
	"fmt"
)

// Mood is what the icon in the notification area tells at a glance.
type Mood string

// The moods. Each has its icon, drawn by build/icon/make.sh.
const (
	MoodPlain Mood = "plain" // nobody is logged in
	MoodReady Mood = "ready"
	MoodSend  Mood = "send" // a send window is open
	MoodLost  Mood = "lost" // no connection
)

// Tray is the program's icon in the notification area. After Close it may be opened
// again, as often as the person changes their mind.
type Tray interface {
	// Show changes the icon and the words that stand beside the pointer over it.
	Show(mood Mood, words string) error
	// Close takes the icon away.
	Close()
}

// TrayOptions are what the icon leads to. Open and Quit are called on a goroutine of
// the tray, and may call Close.
type TrayOptions struct {
	Open, Quit           func()
	OpenWords, QuitWords string // of the menu
}

//go:embed tray
var trayIcons embed.FS

// trayIcon is the picture of a mood in the format of a file: png, or ico.
func trayIcon(mood Mood, format string) ([]byte, error) {
	data, err := trayIcons.ReadFile("tray/" + string(mood) + "." + format)
	if err != nil {
		return nil, fmt.Errorf("icon of the tray: %w", err)
	}
	return data, nil
}
