package main

import (
	"context"
	"log/slog"
	"sync"

	"tsunagi/desktop/alarm"
	"tsunagi/desktop/native"
	"tsunagi/desktop/server"
)

// parts are what the program consists of once it has started.
type parts struct {
	client   *server.Client
	settings *native.SettingsFile
	alarm    *alarm.Alarm
	window   *window
	can      Abilities
	log      *slog.Logger
	notice   string
}

// connect starts the connection, and what calls the person to it. stop ends them and
// the automatic login.
func connect(opened files, auto *LoginForm, log *slog.Logger, emit func(server.Event), caller alarm.Options, f frame) (p parts, stop func()) {
	connected := make(chan struct{})
	var once sync.Once
	p = parts{
		settings: opened.settings,
		alarm:    alarm.Start(caller),
		window:   &window{frame: f, settings: opened.settings, log: log},
		can:      Abilities{Keyring: opened.keyring, Notifications: caller.Notifier != nil},
		log:      log,
		notice:   opened.notice,
	}
	p.client = server.Start(server.Options{
		Address:     opened.settings.Settings().Server,
		Pins:        opened.secrets,
		Tokens:      opened.secrets,
		Workstation: opened.workstation,
		Log:         log,
		Notify: func(e server.Event) {
			emit(e)
			p.alarm.Event(e)
			if e.Link != nil && e.Link.Phase == server.PhaseConnected {
				once.Do(func() { close(connected) })
			}
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	var tasks sync.WaitGroup
	if auto != nil {
		tasks.Go(func() { p.loginOnce(ctx, *auto, connected) })
	}
	return p, func() {
		cancel()
		tasks.Wait()
		p.client.Stop()
		p.alarm.Stop()
	}
}

// callWith are the means of this system to call the person. What it lacks is in the
// log, and the window does without.
func callWith(log *slog.Logger, raise func(toSend bool)) alarm.Options {
	options := alarm.Options{Raise: raise, Log: log}
	if notifier, err := native.OpenNotifier(); err != nil {
		log.Warn("no notifications", slog.Any("error", err))
	} else {
		options.Notifier = notifier
	}
	if taskbar, err := native.OpenTaskbar(); err != nil {
		log.Warn("no countdown in the task bar", slog.Any("error", err))
	} else {
		options.Taskbar = taskbar
	}
	return options
}

// loginOnce logs in as the flags say as soon as there is a connection, unless a
// session was resumed. A refusal leaves the person at the login screen.
func (p parts) loginOnce(ctx context.Context, form LoginForm, connected <-chan struct{}) {
	select {
	case <-connected:
	case <-ctx.Done():
		return
	}
	if p.client.State().Session != nil {
		return
	}
	if _, err := p.login(ctx, form); err != nil {
		p.log.Warn("log in as asked on the command line", slog.Any("error", err))
	}
}
