package main

import (
	"context"
	"errors"
	"log/slog"

	"tsunagi/server"
	"tsunagi/server/audit"
	"tsunagi/server/control"
	"tsunagi/server/identity"
	"tsunagi/server/store"
	"tsunagi/shared/version"
)

// administration registers what an administrator's commands may do, in the server or,
// where none runs, alone. cut is what noteCut has found.
func administration(table *control.Table, db *store.Store, users *identity.Identity, book *audit.Log, cut string) {
	administerMerchants(table, db, users, book)
	administerUsers(table, users, book)
	administerAudit(table, db, book, cut)
}

// actorOf is who gave the command that is being carried out, for the audit log.
func actorOf(ctx context.Context) audit.Actor {
	return audit.Actor{Source: "console " + control.By(ctx)}
}

// openBook opens the audit log of a server that starts, and says that it does. A log
// that cannot be written lets no server start.
func (d *daemon) openBook(ctx context.Context, db *store.Store) (*audit.Log, error) {
	book := audit.New(db, d.log)
	cut, err := noteCut(ctx, db, book, d.log)
	if err != nil {
		return nil, err
	}
	d.cut = cut
	err = book.Write(ctx, audit.Event{Kind: audit.ServerStarted, Result: audit.OK, Detail: version.String()})
	if err != nil {
		return nil, err
	}
	d.later(func() error {
		return book.Write(context.Background(), audit.Event{Kind: audit.ServerStopped, Result: audit.OK})
	})
	return book, nil
}

// noteCut makes an end that was cut off a line of the log, before another line hides it,
// and returns what it says; empty where nothing was.
func noteCut(ctx context.Context, db *store.Store, book *audit.Log, log *slog.Logger) (string, error) {
	cut := db.VerifyAuditEnd(ctx)
	if !errors.Is(cut, store.ErrTampered) {
		return "", cut
	}
	log.Error("the audit log is not whole: it was cut off, or an older backup was put in its place", "error", cut)
	return cut.Error(), book.Write(ctx, audit.Event{Kind: audit.AuditVerified, Result: audit.Failed, Detail: cut.Error()})
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
