package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"tsunagi/desktop/alarm"
	"tsunagi/desktop/native"
	"tsunagi/desktop/server"
	"tsunagi/shared/message"
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

// files are the parts that are on the disk or in the keyring.
type files struct {
	settings    *native.SettingsFile
	secrets     native.Secrets
	workstation string
	keyring     bool
	notice      string
}

// openFiles prepares the folder and what the flags ask to remember.
func openFiles(f flags, log *slog.Logger) (files, error) {
	folder := f.ConfigDir
	if folder == "" {
		var err error
		if folder, err = native.DefaultFolder(); err != nil {
			return files{}, err
		}
	}
	settings, notice, err := native.OpenSettings(folder)
	if err != nil {
		return files{}, err
	}
	workstation, err := native.Workstation(folder)
	if err != nil {
		return files{}, err
	}
	opened := files{settings: settings, workstation: workstation, notice: notice}
	if f.ConfigDir != "" {
		opened.secrets = native.FileSecrets(folder)
	} else if opened.secrets, err = native.OpenSecrets(folder); err == nil {
		opened.keyring = true
	} else {
		opened.notice = strings.TrimSpace(opened.notice + "\n" + message.NoKeyring)
		log.Warn("no keyring: pins and the session's token are in a file readable by this user",
			slog.String("folder", folder), slog.Any("error", err))
	}
	if f.Server != "" {
		if err := settings.Change(func(s *native.Settings) { s.Server = f.Server }); err != nil {
			return files{}, err
		}
	}
	if f.Trust != "" {
		address := settings.Settings().Server
		if address == "" {
			return files{}, errors.New("--trust needs a server: name it with --server")
		}
		if err := opened.secrets.SetPin(address, f.Trust); err != nil {
			return files{}, fmt.Errorf("keep the fingerprint: %w", err)
		}
	}
	return opened, nil
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
