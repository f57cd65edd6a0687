package main

import (
	"fmt"
	"os"
	"path/filepath"

	"tsunagi/server/acquirer/sim"
	"tsunagi/server/acquirer/stripe"
	"tsunagi/server/acquirer/veritrans4g"
	"tsunagi/server/config"
	"tsunagi/server/payment"
)

// openAcquirer makes the acquirer that the site has chosen, and what closes it.
func openAcquirer(conf config.Config) (payment.Acquirer, func() error, error) {
	switch conf.Payment.Acquirer {
	case "veritrans4g":
		acquirer, err := openVeriTrans4G(conf.Payment.VeriTrans4G)
		return acquirer, func() error { return nil }, err
	case "stripe":
		return openStripe(conf.Payment.Stripe)
	}
	acquirer, err := sim.New(sim.Config{
		Delay: conf.Payment.SimDelay.Duration, Magic: true,
		Books: filepath.Join(conf.DataDir, "sim-books.jsonl"), Cards: conf.Payment.SimCards,
	})
	if err != nil {
		return nil, nil, err
	}
	return acquirer, acquirer.Close, nil
}

func openVeriTrans4G(conf config.VeriTrans4G) (*veritrans4g.Acquirer, error) {
	accounts, err := readAccounts(conf.Accounts)
	if err != nil {
		return nil, fmt.Errorf("accounts of veritrans4g: %w", err)
	}
	return veritrans4g.New(veritrans4g.Config{
		URL: conf.URL, Accounts: accounts, Dummy: conf.Dummy, Body: veritrans4g.Body(conf.Body),
		RootsFile: conf.Roots, Tanking: conf.Tanking, NoFreeKey: !conf.FreeKey,
	})
}

func readAccounts(path string) (veritrans4g.Accounts, error) {
	if path == "" {
		return veritrans4g.AccountsFromEnvironment(os.Getenv)
	}
	return veritrans4g.ReadAccounts(path)
}

func openStripe(conf config.Stripe) (payment.Acquirer, func() error, error) {
	keys, err := stripe.ReadKeys(conf.Keys)
	if err != nil {
		return nil, nil, fmt.Errorf("keys of stripe: %w", err)
	}
	acquirer, err := stripe.New(stripe.Config{Keys: keys, MOTO: conf.MOTO, RootsFile: conf.Roots})
	if err != nil {
		return nil, nil, err
	}
	return acquirer, func() error { return nil }, nil
}
