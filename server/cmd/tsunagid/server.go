package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"tsunagi/server/audit"
	"tsunagi/server/config"
	"tsunagi/server/control"
	"tsunagi/server/store"
)

// withStore opens the database of a configuration for one command that only reads: it
// may do so beside a running server.
func (f configFile) withStore(ctx context.Context, do func(*store.Store) error) error {
	conf, err := config.Read(f.Config)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, databasePath(conf))
	if err != nil {
		return err
	}
	return errors.Join(do(db), closeStore(db))
}

// withServer asks the running server. Where none runs and the database is free, what
// commands may do alone (administration) is done by the command itself.
func (f configFile) withServer(ctx context.Context, do func(*control.Client) error) error {
	conf, err := config.Read(f.Config)
	if err != nil {
		return err
	}
	client, err := control.Dial(ctx, conf.DataDir)
	if errors.Is(err, control.ErrNotRunning) {
		return alone(ctx, conf, do)
	}
	if err != nil {
		return err
	}
	return errors.Join(do(client), client.Close())
}

// alone works on the database without a server, and keeps one from starting meanwhile.
func alone(ctx context.Context, conf config.Config, do func(*control.Client) error) error {
	lock, err := store.TakeLock(databasePath(conf))
	if errors.Is(err, store.ErrLocked) {
		return errors.New("the server is just starting or stopping, or another command works on the database: try again")
	}
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, databasePath(conf))
	if err != nil {
		return errors.Join(err, lock.Release())
	}
	quiet := slog.New(slog.DiscardHandler)
	book := audit.New(db, quiet)
	users, err := openIdentity(conf, db, book, quiet)
	var cut string
	if err == nil {
		cut, err = noteCut(ctx, db, book, quiet)
	}
	if err == nil {
		table := &control.Table{}
		administration(table, db, users, book, cut)
		client := control.Alone(table)
		err = errors.Join(needsServer(do(client)), client.Close())
	}
	return errors.Join(err, closeStore(db), lock.Release())
}

// needsServer says of an operation that a command cannot do alone what it wants.
func needsServer(err error) error {
	if errors.Is(err, control.ErrUnknown) {
		return errors.New("no server runs with this configuration, and this needs one: start it with 'tsunagid serve'")
	}
	return err
}

func closeStore(db *store.Store) error {
	if err := db.Close(); err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	return nil
}
