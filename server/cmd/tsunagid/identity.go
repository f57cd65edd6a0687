package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"tsunagi/server/audit"
	"tsunagi/server/config"
	"tsunagi/server/identity"
	"tsunagi/server/store"
)

// openIdentity makes what knows the users, over the database of a configuration.
func openIdentity(conf config.Config, db *store.Store, book *audit.Log, log *slog.Logger) (*identity.Identity, error) {
	key, err := identity.ReadKey(filepath.Join(conf.DataDir, "authenticators.key"))
	if err != nil {
		return nil, err
	}
	return identity.New(identity.Options{Store: db, Log: log, Audit: book, Key: key})
}

// How often the house is kept.
const (
	sweepEvery   = time.Minute    // sessions whose 5 minutes are over
	dormantEvery = 24 * time.Hour // accounts that nobody uses, where the policy asks for it
	clockEvery   = time.Hour      // whether something keeps the clock right
)

// keepHouse does what has its hour, until the server stops.
func (d *daemon) keepHouse(users *identity.Identity, db *store.Store, book *audit.Log) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		clock := clockWatch{began: time.Now(), book: book, log: d.log}
		sweep, dormant, look := time.NewTicker(sweepEvery), time.NewTicker(dormantEvery), time.NewTicker(clockEvery)
		defer sweep.Stop()
		defer dormant.Stop()
		defer look.Stop()
		clock.look(ctx)
		d.disableDormant(ctx, users, db)
		for {
			select {
			case <-ctx.Done():
				return
			case <-sweep.C:
				if err := users.Sweep(ctx); err != nil {
					d.log.Error("end lost sessions", "error", err)
				}
				clock.jump(ctx)
			case <-dormant.C:
				d.disableDormant(ctx, users, db)
			case <-look.C:
				clock.look(ctx)
			}
		}
	}()
	d.later(func() error { cancel(); <-done; return nil })
}

func (d *daemon) disableDormant(ctx context.Context, users *identity.Identity, db *store.Store) {
	merchants, err := db.Merchants(ctx)
	if err == nil {
		err = users.DisableDormant(ctx, merchants)
	}
	if err != nil && ctx.Err() == nil {
		d.log.Error("disable unused accounts", "error", err)
	}
}

// clockOffLimit is how far the clock may be off before it is worth a word (security.md L4).
const clockOffLimit = time.Second

// clockWatch tells of a clock that is off or was set (security.md L1 and L4).
type clockWatch struct {
	began time.Time     // with a reading of the monotonic clock
	off   time.Duration // of the wall clock against the monotonic one, as last told
	said  string
	book  *audit.Log
	log   *slog.Logger
}

// look asks the machine whether something keeps its clock right, and says what changes.
func (c *clockWatch) look(ctx context.Context) {
	problem := checkClock()
	if problem == c.said {
		return
	}
	c.said = problem
	result, detail := audit.OK, "the clock is kept right again"
	if problem != "" {
		result, detail = audit.Failed, problem
		c.log.Warn("clock", "problem", problem)
	}
	_ = c.book.Write(ctx, audit.Event{Kind: audit.ClockChanged, Result: result, Detail: detail}) // it logs its own failure
}

// jump tells where the clock was set since the last look: against the monotonic clock it
// then stands elsewhere than it did.
func (c *clockWatch) jump(ctx context.Context) {
	now := time.Now()
	off := now.Round(0).Sub(c.began.Round(0)) - now.Sub(c.began)
	step := off - c.off
	if step.Abs() <= clockOffLimit {
		return // it is being slewed, or nothing has happened: told once it adds up
	}
	c.off = off
	detail := fmt.Sprintf("the clock was set by %v", step.Round(time.Millisecond))
	c.log.Warn("clock", "problem", detail)
	_ = c.book.Write(ctx, audit.Event{Kind: audit.ClockChanged, Result: audit.OK, Detail: detail})
}

// refuser is why no call may be taken: money that cannot be recorded, or deeds that
// cannot (security.md L5).
func refuser(payments func() error, book *audit.Log) func() error {
	return func() error {
		if err := payments(); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(context.Background(), admitDeadline)
		defer cancel()
		return book.Ready(ctx)
	}
}
