package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/wailsapp/wails/v2"

	"tsunagi/desktop/server"
	"tsunagi/shared/version"
	"tsunagi/shared/wire"
)

func main() {
	var f flags
	kong.Parse(&f, kong.Name("tsunagi"),
		kong.Description("Takes card payments by telephone: the operator's and the supervisor's program."),
		kong.Vars{"version": version.String()})
	if f.Forget {
		if err := forget(f); err != nil {
			fmt.Fprintln(os.Stderr, "tsunagi:", err)
			os.Exit(1)
		}
		return
	}
	// Nothing but making values happens before wails.Run: the generation of the
	// bindings comes this way too.
	p := newProgram(f, slog.Default())
	if err := errors.Join(wails.Run(p.window()), p.err); err != nil {
		fmt.Fprintln(os.Stderr, "tsunagi:", err)
		os.Exit(1)
	}
}

// flags are the options of the command line.
type flags struct {
	Server     string           `placeholder:"HOST:PORT" help:"Connect to this server, and remember it."`
	ConfigDir  string           `placeholder:"DIR" type:"path" help:"Keep settings, fingerprints and the session there, all in files, instead of in the user's folder and keyring. Each folder is an installation of its own: two may run side by side."`
	Trust      string           `placeholder:"FINGERPRINT" help:"Trust the server with this fingerprint (tsunagid init shows it) without asking."`
	Login      string           `placeholder:"MERCHANT/USER" help:"For demonstrations: log in as this operator at the start, with the password in the environment variable TSUNAGI_PASSWORD."`
	Background bool             `help:"Start without the window in the way: in the tray where that is switched on, else minimised."`
	Forget     bool             `help:"Remove the settings and secrets of this person and end. The uninstaller does so when asked to."`
	Version    kong.VersionFlag `help:"Show the version."`

	auto         *LoginForm // of Login
	presetFolder string     // where the installer put the program
}

// AfterApply checks what kong cannot, and spells addresses and fingerprints as the
// connection does.
func (f *flags) AfterApply() (err error) {
	if path, err := os.Executable(); err == nil {
		f.presetFolder = filepath.Dir(path)
	}
	if f.Server != "" {
		if f.Server, err = server.ParseAddress(f.Server); err != nil {
			return fmt.Errorf("--server: %w", err)
		}
	}
	if f.Trust != "" {
		if f.Trust, err = server.ParseFingerprint(f.Trust); err != nil {
			return fmt.Errorf("--trust: %w", err)
		}
	}
	if f.Login != "" {
		merchantID, userID, ok := strings.Cut(f.Login, "/")
		password := os.Getenv("TSUNAGI_PASSWORD")
		if !ok || merchantID == "" || userID == "" {
			return errors.New("--login: want MERCHANT/USER")
		}
		if password == "" {
			return errors.New("--login: set the password in TSUNAGI_PASSWORD")
		}
		f.auto = &LoginForm{MerchantID: merchantID, UserID: userID, Password: password, Entrance: wire.EntranceOperator}
	}
	return nil
}
