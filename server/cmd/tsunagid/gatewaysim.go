package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/pelletier/go-toml/v2"

	"tsunagi/server/gatewaysim"
)

type gatewaySimCommand struct {
	Listen      string        `default:"127.0.0.1:8444" placeholder:"HOST:PORT" help:"Address for HTTPS (${default})."`
	Control     string        `placeholder:"HOST:PORT" help:"Loopback address of the control endpoint: ledger and faults."`
	Accounts    string        `required:"" type:"existingfile" placeholder:"FILE" help:"The accounts it knows: the file that payment.veritrans4g.accounts names."`
	Ledger      string        `type:"path" placeholder:"FILE" help:"File of its books; in memory without."`
	Delay       time.Duration `default:"800ms" help:"How long an answer takes (${default})."`
	Magic       bool          `help:"Amounts ending in 9901 to 9906 ask for a fault."`
	Certificate string        `type:"path" placeholder:"FILE" help:"TLS certificate (PEM), made with --key where both are missing."`
	Key         string        `type:"path" placeholder:"FILE" help:"Private key of the certificate (PEM)."`
}

// Run serves the simulated gateway until ctx ends.
func (c gatewaySimCommand) Run(ctx context.Context, s streams) error {
	accounts, err := c.accounts()
	if err != nil {
		return err
	}
	return gatewaysim.Run(ctx, gatewaysim.Config{
		Accounts: accounts, Ledger: c.Ledger, Delay: c.Delay, Magic: c.Magic,
		Listen: c.Listen, Control: c.Control, Certificate: c.Certificate, Key: c.Key,
		Log: slog.New(slog.NewTextHandler(s.err, nil)),
	})
}

// accounts reads the adapter's file with eyes of its own: the simulator shares no code
// with the adapter.
func (c gatewaySimCommand) accounts() ([]gatewaysim.Account, error) {
	text, err := os.ReadFile(c.Accounts)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	var merchants map[string]struct {
		CCID      string `toml:"ccid"`
		SecretKey string `toml:"secret_key"`
	}
	if err := toml.Unmarshal(text, &merchants); err != nil {
		return nil, errors.New("read accounts: the file is no TOML with a table per merchant") // the error would quote the line, a secret
	}
	var accounts []gatewaysim.Account
	for _, m := range merchants {
		accounts = append(accounts, gatewaysim.Account{CCID: m.CCID, SecretKey: m.SecretKey})
	}
	return accounts, nil
}
