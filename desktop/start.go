package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"tsunagi/desktop/native"
	"tsunagi/desktop/server"
)

// parts are what the program consists of once it has started.
type parts struct {
	client   *server.Client
	settings *native.SettingsFile
	log      *slog.Logger
	notice   string
}

// files are the parts that are on the disk or in the keyring.
type files struct {
	settings    *native.SettingsFile
	secrets     native.Secrets
	workstation string
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
	} else if opened.secrets, err = native.OpenSecrets(folder); err != nil {
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

// connect starts the connection. stop ends it and the automatic login.
func connect(opened files, auto *LoginForm, log *slog.Logger, emit func(server.Event)) (p parts, stop func()) {
	connected := make(chan struct{})
	var once sync.Once
	p = parts{settings: opened.settings, log: log, notice: opened.notice}
	p.client = server.Start(server.Options{
		Address:     opened.settings.Settings().Server,
		Pins:        opened.secrets,
		Tokens:      opened.secrets,
		Workstation: opened.workstation,
		Log:         log,
		Notify: func(e server.Event) {
			emit(e)
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
	}
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
