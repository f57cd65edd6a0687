package main

import (
	"context"
	"errors"
	"fmt"

	"tsunagi/server/audit"
	"tsunagi/server/config"
	"tsunagi/server/store"
)

type backupCommand struct {
	configFile
	File string `arg:"" type:"path" help:"Where to write it; it must not be there yet."`
}

// Run copies the database while the server works with it.
func (c backupCommand) Run(ctx context.Context, s streams) error {
	return c.withStore(ctx, func(db *store.Store) error {
		err := db.Backup(ctx, c.File)
		result := audit.OK
		if err != nil {
			result = audit.Failed
		}
		line := audit.New(db, nil).Write(ctx, audit.Event{Kind: audit.Exported, Result: result, Object: "database", Detail: "backup to " + c.File})
		if err := errors.Join(err, line); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "Backup         %s\n\nIt has no card data, but names, orders and password hashes: encrypt it before it leaves this machine.\n", c.File)
		return nil
	})
}

type restoreCommand struct {
	configFile
	File string `arg:"" type:"existingfile" help:"A backup."`
}

// Run puts a backup in the place of the database, with the server stopped.
func (c restoreCommand) Run(ctx context.Context, s streams) (err error) {
	conf, err := config.Read(c.Config)
	if err != nil {
		return err
	}
	path := databasePath(conf)
	lock, err := store.TakeLock(path)
	if err != nil {
		return fmt.Errorf("stop the server first: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	kept, err := store.Restore(ctx, path, c.File)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Database       %s\n", path)
	if kept != "" {
		fmt.Fprintf(s.out, "Kept as        %s\n", kept)
	}
	fmt.Fprint(s.out, "\nIf payments were made after the backup, the next start compares the journal with the acquirer's books\n"+
		"before it takes a call ('tsunagid status' says when that is done).\n")
	return nil
}
