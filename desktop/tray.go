package main

import (
	"log/slog"
	"sync"

	"tsunagi/desktop/native"
	"tsunagi/shared/message"
)

// trayIcon is the icon in the notification area, for as long as the settings want it.
type trayIcon struct {
	open     func(native.TrayOptions) (native.Tray, error) // nil: not on this machine
	options  native.TrayOptions                            // without words
	language func() string                                 // of the settings
	log      *slog.Logger

	mu     sync.Mutex
	icon   native.Tray // nil: not shown
	spoken string      // language of its menu
	mood   native.Mood
}

// want shows the icon or takes it away. One whose menu is in another language than the
// settings' is shown anew.
func (t *trayIcon) want(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open == nil {
		return
	}
	language := t.language()
	if t.icon != nil && (!on || language != t.spoken) {
		t.icon.Close()
		t.icon = nil
	}
	if !on || t.icon != nil {
		return
	}
	options := t.options
	options.OpenWords, options.QuitWords = message.In(language, message.TrayOpen), message.In(language, message.TrayQuit)
	icon, err := t.open(options)
	if err != nil {
		t.log.Warn("show the tray icon", slog.Any("error", err))
		return
	}
	t.icon, t.spoken = icon, language
	t.showLocked()
}

// show changes what the icon tells.
func (t *trayIcon) show(mood native.Mood) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mood = mood
	t.showLocked()
}

// shown tells whether a hidden window can be found again.
func (t *trayIcon) shown() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.icon != nil
}

func (t *trayIcon) showLocked() {
	if t.icon == nil {
		return
	}
	words := map[native.Mood]string{
		native.MoodReady: message.HeaderReady,
		native.MoodSend:  message.TraySend,
		native.MoodLost:  message.HeaderLost,
	}[t.mood]
	mood, tip := native.MoodPlain, "Tsunagi"
	if words != "" {
		mood, tip = t.mood, "Tsunagi\n"+message.In(t.language(), words)
	}
	if err := t.icon.Show(mood, tip); err != nil {
		t.log.Warn("change the tray icon", slog.Any("error", err))
	}
}
