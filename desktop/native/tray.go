package native

import (
	"embed"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"fyne.io/systray"
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

// Tray is the program's icon in the notification area.
type Tray interface {
	// Show changes the icon and the words that stand beside the pointer over it.
	Show(mood Mood, words string)
	// Close takes the icon away.
	Close()
}

// TrayOptions are what the icon leads to. Open and Quit are called on a goroutine of
// the tray.
type TrayOptions struct {
	Open, Quit           func()
	OpenWords, QuitWords string // of the menu
}

// ErrTrayAgain says that the icon was shown and taken away before: the library that
// shows it can do so once in a run of the program.
var ErrTrayAgain = errors.New("the tray icon comes back at the next start")

//go:embed tray
var trayIcons embed.FS

var trayUsed atomic.Bool

const trayLimit = 5 * time.Second

// systemTray is a Tray by fyne.io/systray: Shell_NotifyIcon on Windows, a
// StatusNotifierItem on Linux.
type systemTray struct {
	over chan struct{} // closed by Close
	gone chan struct{} // closed when its loop has ended
}

// OpenTray shows the icon. An error means that there is none, for instance on a Linux
// whose desktop has no notification area.
func OpenTray(options TrayOptions) (Tray, error) {
	if err := findTrayHost(); err != nil {
		return nil, fmt.Errorf("find the notification area: %w", err)
	}
	if trayUsed.Swap(true) {
		return nil, ErrTrayAgain
	}
	t := &systemTray{over: make(chan struct{}), gone: make(chan struct{})}
	ready := make(chan struct{})
	systray.SetOnTapped(options.Open)
	go func() {
		defer close(t.gone)
		runtime.LockOSThread() // the icon's window on Windows belongs to a thread
		systray.Run(func() {
			go t.serve(systray.AddMenuItem(options.OpenWords, ""), systray.AddMenuItem(options.QuitWords, ""), options)
			close(ready)
		}, nil)
	}()
	select {
	case <-ready:
		return t, nil
	case <-t.gone:
	case <-time.After(trayLimit):
	}
	return nil, errors.New("show the tray icon: the system did not take it")
}

func (t *systemTray) serve(open, quit *systray.MenuItem, options TrayOptions) {
	for {
		select {
		case <-open.ClickedCh:
			options.Open()
		case <-quit.ClickedCh:
			options.Quit()
		case <-t.over:
			return
		}
	}
}

func (t *systemTray) Show(mood Mood, words string) {
	kind := ".png"
	if runtime.GOOS == "windows" {
		kind = ".ico"
	}
	if icon, err := trayIcons.ReadFile("tray/" + string(mood) + kind); err == nil {
		systray.SetIcon(icon)
	}
	systray.SetTitle("Tsunagi")
	systray.SetTooltip(words)
}

func (t *systemTray) Close() {
	close(t.over)
	systray.Quit()
	select {
	case <-t.gone:
	case <-time.After(trayLimit): // the program ends without it
	}
}

// HasTray tells whether this system has a place for the icon.
func HasTray() bool { return findTrayHost() == nil }
