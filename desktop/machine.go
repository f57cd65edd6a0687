package main

import (
	"context"
	"log/slog"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"tsunagi/desktop/alarm"
	"tsunagi/desktop/native"
)

// machine is what the program uses of the person's machine beside files and keyring.
type machine struct {
	alarm.Options
	frame   frame
	tray    func(native.TrayOptions) (native.Tray, error)   // nil: none here
	startup native.Startup                                  // nil: none here
	dialog  func(title, text string, good bool) (err error) // nil: the screens show them
	quit    func()
}

// thisMachine opens what there is. What is missing is in the log, and the window does
// without.
func thisMachine(window context.Context, f flags, log *slog.Logger) machine {
	frame := wailsFrame{window}
	m := machine{
		frame: frame,
		quit:  func() { runtime.Quit(window) },
		Options: alarm.Options{Log: log, Raise: func(toSend bool) {
			frame.Front()
			if toSend {
				runtime.EventsEmit(window, toSendName)
			}
		}},
	}
	if notifier, err := native.OpenNotifier(); err != nil {
		log.Warn("no notifications", slog.Any("error", err))
	} else {
		m.Notifier = notifier
	}
	if taskbar, err := native.OpenTaskbar(); err != nil {
		log.Warn("no countdown in the task bar", slog.Any("error", err))
	} else {
		m.Taskbar = taskbar
	}
	if native.HasTray() {
		m.tray = native.OpenTray
	}
	// A folder of its own is for demonstrations and tests: nothing is left behind.
	if f.ConfigDir == "" {
		if startup, err := native.OpenStartup(); err != nil {
			log.Warn("cannot start with the system", slog.Any("error", err))
		} else {
			m.startup = startup
		}
	}
	switch {
	case inBrowser:
	case native.SystemDialogs:
		m.dialog = native.ShowDialog
	default:
		m.dialog = func(title, text string, good bool) error {
			kind := runtime.ErrorDialog
			if good {
				kind = runtime.InfoDialog
			}
			_, err := runtime.MessageDialog(window, runtime.MessageDialogOptions{Type: kind, Title: title, Message: text})
			return err
		}
	}
	return m
}
