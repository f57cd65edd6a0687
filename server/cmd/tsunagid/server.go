package main

import (
	"context"
	"errors"
	"fmt"

	"tsunagi/server/config"
	"tsunagi/server/store"
)

// withStore opens the database of a configuration for one command.
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

func closeStore(db *store.Store) error {
	if err := db.Close(); err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	return nil
}
