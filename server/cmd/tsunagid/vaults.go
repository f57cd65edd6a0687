package main

import (
	"tsunagi/server/call"
	"tsunagi/server/card"
	"tsunagi/server/memory"
)

// lockVaults makes the memory for the cards of all calls. It is zeroed when the
// server stops, after the last call.
func (d *daemon) lockVaults() (call.Vaults, error) {
	locked, err := memory.Lock(d.conf.SIP.MaxCalls)
	if err != nil {
		return nil, err
	}
	d.later(func() error {
		locked.Wipe()
		return nil
	})
	return func() (*card.Vault, func(), error) {
		block, err := locked.Take()
		if err != nil {
			return nil, nil, err
		}
		return card.NewVaultIn((*[card.Size]byte)(block[:])), func() { locked.Give(block) }, nil
	}, nil
}

// forbidDumps keeps what is in the process's memory in the process.
func (d *daemon) forbidDumps() error {
	forbidden, err := memory.ForbidDumps()
	if err == nil && !forbidden {
		d.log.Warn("this build is for tests: its memory may be dumped. Let no real card near it")
	}
	return err
}
