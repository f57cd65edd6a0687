package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"tsunagi/desktop/native"
	"tsunagi/desktop/server"
	"tsunagi/shared/message"
)

// files are the parts that are on the disk or in the keyring.
type files struct {
	settings    *native.SettingsFile
	secrets     native.Secrets
	workstation string
	keyring     bool
	notice      string // a sentence to a line
}

// openFiles prepares the folder and what the installer and the flags ask to remember.
func openFiles(f flags, log *slog.Logger) (files, error) {
	folder, err := f.folder()
	if err != nil {
		return files{}, err
	}
	opened := files{}
	if opened.settings, opened.notice, err = native.OpenSettings(folder); err != nil {
		log.Warn("open the settings", slog.Any("error", err))
	}
	if opened.workstation, err = native.Workstation(folder); err != nil {
		if opened.notice == "" {
			opened.tell(message.CannotKeep)
		}
		log.Warn("name the workstation", slog.Any("error", err))
	}
	if opened.secrets, err = f.secrets(folder); err != nil {
		opened.tell(message.NoKeyring)
		log.Warn("no keyring: pins and the session's token are in a file readable by this user",
			slog.String("folder", folder), slog.Any("error", err))
	}
	opened.keyring = f.ConfigDir == "" && err == nil
	opened.mend(log)
	if err := opened.follow(f); err != nil {
		opened.tell(message.PresetRefused)
		log.Warn("follow the installation's preset", slog.Any("error", err))
	}
	if f.Server != "" {
		if err := opened.settings.Change(func(s *native.Settings) { s.Server = f.Server }); err != nil {
			return files{}, err
		}
	}
	if f.Trust != "" {
		address := opened.settings.Settings().Server
		if address == "" {
			return files{}, errors.New("--trust needs a server: name it with --server")
		}
		if err := opened.secrets.SetPin(address, f.Trust); err != nil {
			return files{}, fmt.Errorf("keep the fingerprint: %w", err)
		}
	}
	return opened, nil
}

// tell adds to what the person reads above the login.
func (o *files) tell(notice string) { o.notice = strings.TrimSpace(o.notice + "\n" + notice) }

// mend throws away what is damaged among the secrets and says so. A damaged pin must not
// be taken for a server that has changed.
func (o *files) mend(log *slog.Logger) {
	damaged, err := o.secrets.Mend()
	if err != nil {
		log.Warn("look through the secrets", slog.Any("error", err))
	}
	address := o.settings.Settings().Server
	if pin, err := o.secrets.Pin(address); err == nil && pin != "" {
		if _, err := server.ParseFingerprint(pin); err != nil {
			damaged = true
			if err := o.secrets.RemovePin(address); err != nil {
				log.Warn("remove a damaged pin", slog.Any("error", err))
			}
		}
	}
	if damaged {
		log.Warn("damaged secrets were thrown away")
		o.tell(message.SecretsDamaged)
	}
}

// follow begins with the server that the installer was told.
func (o *files) follow(f flags) error {
	preset, err := native.ReadPreset(f.presetFolder)
	if err != nil || preset.Server == "" {
		return err
	}
	if preset.Server, err = server.ParseAddress(preset.Server); err != nil {
		return err
	}
	if preset.Fingerprint != "" {
		if preset.Fingerprint, err = server.ParseFingerprint(preset.Fingerprint); err != nil {
			return err
		}
	}
	followed, err := o.settings.FollowPreset(preset)
	if err != nil || !followed || preset.Fingerprint == "" {
		return err
	}
	return o.secrets.SetPin(preset.Server, preset.Fingerprint)
}

func (f flags) folder() (string, error) {
	if f.ConfigDir != "" {
		return f.ConfigDir, nil
	}
	return native.DefaultFolder()
}

// secrets are in files where the folder was named, and else in the keyring if there
// is one; err says why not.
func (f flags) secrets(folder string) (secrets native.Secrets, err error) {
	if f.ConfigDir != "" {
		return native.FileSecrets(folder), nil
	}
	return native.OpenSecrets(folder)
}

// forget removes what the program has kept of this person. Nothing else in the
// folder is touched.
func forget(f flags) error {
	folder, err := f.folder()
	if err != nil {
		return err
	}
	secrets, _ := f.secrets(folder) // without a keyring: the file
	problems := []error{secrets.Forget(), native.FileSecrets(folder).Forget()}
	for _, name := range []string{"settings.json", "settings.json.damaged", "workstation"} {
		if err := os.Remove(filepath.Join(folder, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			problems = append(problems, err)
		}
	}
	if f.ConfigDir == "" {
		if pages := pagesFolder(); pages != "" {
			problems = append(problems, os.RemoveAll(pages))
		}
		if startup, err := native.OpenStartup(); err == nil {
			problems = append(problems, startup.Set(false))
		}
	}
	_ = os.Remove(folder) // unless someone keeps something else there
	return errors.Join(problems...)
}

// pagesFolder is where WebView2 keeps its own files on Windows: with the machine, not
// in the profile that travels. Empty where nobody knows the place.
func pagesFolder() string {
	if local := os.Getenv("LOCALAPPDATA"); local != "" {
		return filepath.Join(local, "Tsunagi.WebView2")
	}
	return ""
}
