package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"tsunagi/desktop/server"
	"tsunagi/shared/order"
	"tsunagi/shared/version"
	"tsunagi/shared/wire"
)

// The exit status.
const (
	exitPaid    = 0
	exitNotPaid = 1
	exitFailed  = 2
)

type flags struct {
	Server       string           `required:"" placeholder:"HOST:PORT" help:"The server."`
	Trust        string           `required:"" placeholder:"FINGERPRINT" help:"Fingerprint of the server's certificate (tsunagid init shows it)."`
	Merchant     string           `required:"" help:"IVR merchant to log in with."`
	User         string           `required:"" help:"User to log in with. The password is that of --password-file, else of the environment variable TSUNAGI_PASSWORD."`
	PasswordFile string           `type:"existingfile" placeholder:"FILE" help:"File with the password in its first line."`
	OneTimeCode  string           `env:"TSUNAGI_ONE_TIME_CODE" placeholder:"CODE" help:"The six digits that the user's authenticator shows now, where the merchant asks operators for them. The authenticator is enrolled with the desktop."`
	SetPassword  bool             `help:"Set the user's password to that of the environment variable TSUNAGI_NEW_PASSWORD, as a first login must, and end."`
	Transaction  string           `name:"transaction-id" placeholder:"ID" help:"Transaction ID of the order."`
	Member       string           `name:"member-id" placeholder:"ID" help:"Member ID of the order."`
	Amount       string           `placeholder:"YEN" help:"Amount of the order."`
	PaymentCount string           `default:"1" placeholder:"COUNT" help:"Payment count of the order: 1, 3, revolving, bonus (${default})."`
	Timeout      time.Duration    `default:"90s" help:"Give up after this time (${default})."`
	Debug        bool             `help:"Log the connection's doings to the standard error."`
	Version      kong.VersionFlag `help:"Show the version."`
}

func (f *flags) AfterApply() (err error) {
	if f.Server, err = server.ParseAddress(f.Server); err != nil {
		return fmt.Errorf("--server: %w", err)
	}
	if f.Trust, err = server.ParseFingerprint(f.Trust); err != nil {
		return fmt.Errorf("--trust: %w", err)
	}
	if !f.SetPassword && (f.Transaction == "" || f.Amount == "") {
		return errors.New("--transaction-id and --amount say what to send")
	}
	return nil
}

func main() {
	var f flags
	kong.Parse(&f, kong.Name("operator"), kong.Description("A scripted operator: sends one order and prints what becomes of it."),
		kong.Exit(func(code int) {
			if code != 0 {
				code = exitFailed
			}
			os.Exit(code)
		}), kong.Vars{"version": version.String()})
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, f, os.Getenv, os.Stdout, os.Stderr))
}

// run is the program after its flags; it returns the exit status.
func run(ctx context.Context, f flags, getenv func(string) string, out, errOut io.Writer) int {
	password, err := f.password(getenv)
	if err != nil {
		fmt.Fprintln(errOut, "operator:", err)
		return exitFailed
	}
	ctx, cancel := context.WithTimeoutCause(ctx, f.Timeout, fmt.Errorf("nothing more happened within %v", f.Timeout))
	defer cancel()
	level := slog.LevelError
	if f.Debug {
		level = slog.LevelDebug
	}
	o := startOperator(f.Server, f.Trust, slog.New(slog.NewTextHandler(errOut, &slog.HandlerOptions{Level: level})), out)
	defer o.stop()
	if err := o.login(ctx, wire.Login{
		MerchantID: f.Merchant, UserID: f.User, Password: password, OneTimeCode: f.OneTimeCode, Entrance: wire.EntranceOperator,
	}); err != nil {
		fmt.Fprintln(errOut, "operator:", err)
		return exitFailed
	}
	defer o.logout()
	if f.SetPassword {
		err = o.setPassword(ctx, password, getenv("TSUNAGI_NEW_PASSWORD"))
		if err != nil {
			fmt.Fprintln(errOut, "operator:", err)
			return exitFailed
		}
		return exitPaid
	}
	end, err := o.pay(ctx, order.Form{TransactionID: f.Transaction, MemberID: f.Member, Amount: f.Amount, PaymentCount: f.PaymentCount})
	if err != nil {
		fmt.Fprintln(errOut, "operator:", err)
		return exitFailed
	}
	fmt.Fprintln(out, end)
	if paid(end) {
		return exitPaid
	}
	return exitNotPaid
}

func (f *flags) password(getenv func(string) string) (string, error) {
	if f.PasswordFile != "" {
		data, err := os.ReadFile(f.PasswordFile)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		line, _, _ := strings.Cut(string(data), "\n")
		return strings.TrimSuffix(line, "\r"), nil
	}
	if password := getenv("TSUNAGI_PASSWORD"); password != "" {
		return password, nil
	}
	return "", errors.New("no password: name a --password-file, or set TSUNAGI_PASSWORD")
}
