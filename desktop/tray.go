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

	mu   sync.Mutex
	icon native.Tray // nil: not shown
	mood native.Mood
}

// want shows the icon or takes it away.
func (t *trayIcon) want(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case on && t.icon == nil && t.open != nil:
		options := t.options
		options.OpenWords, options.QuitWords = message.In(t.language(), message.TrayOpen), message.In(t.language(), message.TrayQuit)
		icon, err := t.open(options)
		if err != nil {
			t.log.Warn("show the tray icon", slog.Any("error", err))
			return
		}
		t.icon = icon
		t.showLocked()
	case !on && t.icon != nil:
		t.icon.Close()
		t.icon = nil
	}
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
