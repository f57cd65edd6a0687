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
	tray     *trayIcon
	startup  native.Startup // nil: none here
	can      Abilities
	log      *slog.Logger
	notice   string
}

// connect starts the connection, and what calls the person to it. stop ends them and
// the automatic login.
func connect(opened files, auto *LoginForm, log *slog.Logger, emit func(server.Event), m machine) (p parts, stop func()) {
	connected := make(chan struct{})
	var once sync.Once
	language := func() string { return opened.settings.Settings().Language }
	p = parts{
		settings: opened.settings,
		startup:  m.startup,
		tray:     &trayIcon{open: m.tray, log: log, language: language, options: native.TrayOptions{Open: m.frame.Front, Quit: m.quit}},
		window:   &window{frame: m.frame, settings: opened.settings, log: log},
		can: Abilities{
			Keyring: opened.keyring, Notifications: m.Notifier != nil, Tray: m.tray != nil,
			StartWithSystem: m.startup != nil, Dialogs: m.dialog != nil,
		},
		log:    log,
		notice: opened.notice,
	}
	m.Options.Mood = p.tray.show
	m.Options.Language = language
	m.Options.Notify = func() bool { return opened.settings.Settings().Notifications }
	p.alarm = alarm.Start(m.Options)
	system := &dialogs{show: m.dialog, front: m.frame.Front, language: language, log: log}
	p.client = server.Start(server.Options{
		Address:     opened.settings.Settings().Server,
		Pins:        opened.secrets,
		Tokens:      opened.secrets,
		Owner:       ownerOf(auto),
		Workstation: opened.workstation,
		Log:         log,
		Notify: func(e server.Event) {
			emit(e)
			p.alarm.Event(e)
			system.event(e)
			if e.Link != nil && e.Link.Phase == server.PhaseConnected {
				once.Do(func() { close(connected) })
			}
		},
	})
	p.tray.want(opened.settings.Settings().Tray)
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
		p.tray.want(false)
	}
}

// ownerOf is whose session the program is started for: with the flags of one user it must
// not resume that of another.
func ownerOf(auto *LoginForm) server.Owner {
	if auto == nil {
		return server.Owner{}
	}
	return server.Owner{Merchant: auto.MerchantID, User: auto.UserID}
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
