package main

import (
	"context"

	"tsunagi/server"
	"tsunagi/server/audit"
	"tsunagi/server/control"
	"tsunagi/server/identity"
	"tsunagi/server/store"
	"tsunagi/shared/version"
)

// administration registers what an administrator's commands may do, in the server or,
// where none runs, alone.
func administration(table *control.Table, db *store.Store, users *identity.Identity, book *audit.Log) {
	administerUsers(table, users, book)
}

// actorOf is who gave the command that is being carried out, for the audit log.
func actorOf(ctx context.Context) audit.Actor {
	return audit.Actor{Source: "console " + control.By(ctx)}
}

// openBook opens the audit log of a server that starts, and says that it does. A log
// that cannot be written lets no server start.
func (d *daemon) openBook(ctx context.Context, db *store.Store) (*audit.Log, error) {
	book := audit.New(db, d.log)
	err := book.Write(ctx, audit.Event{Kind: audit.ServerStarted, Result: audit.OK, Detail: version.String()})
	if err != nil {
		return nil, err
	}
	d.later(func() error {
		return book.Write(context.Background(), audit.Event{Kind: audit.ServerStopped, Result: audit.OK})
	})
	return book, nil
}

// written notes a deed of a command. What cannot be written is an error of the command.
func written(ctx context.Context, book *audit.Log, kind audit.Kind, object, detail string) error {
	actor := actorOf(ctx)
	return book.Write(ctx, audit.Event{
		Kind: kind, Result: audit.OK, Who: actor.Who, Source: actor.Source, Object: object, Detail: detail,
	})
}

// listOf names whose users or lines are asked for.
type listOf struct {
	Merchant ivr.MerchantID `json:"merchant"`
}
