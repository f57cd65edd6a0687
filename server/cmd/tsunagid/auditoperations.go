package main

import (
	"context"
	"fmt"
	"strings"

	"tsunagi/server"
	"tsunagi/server/audit"
	"tsunagi/server/control"
	"tsunagi/server/store"
)

// What commands ask about the audit log. Looking at it is a line of its own.
const (
	opAuditPage   control.Operation[auditPage, []ivr.AuditRecord] = "audit.page"
	opAuditVerify control.Operation[control.None, verified]       = "audit.verify"
)

// auditPage asks for lines, newest first. The first page of a list or an export is what
// is written down.
type auditPage struct {
	Query  ivr.AuditQuery `json:"query"`
	Export bool           `json:"export"`
}

// verified is how far the two chains hold.
type verified struct {
	Lines   int64  `json:"lines"`
	Broken  string `json:"broken"`  // of the audit log; empty: it holds
	Journal string `json:"journal"` // of the attempts' journal; empty: it holds
}

func administerAudit(table *control.Table, db *store.Store, book *audit.Log, cut string) {
	control.Register(table, opAuditPage, func(ctx context.Context, q auditPage) ([]ivr.AuditRecord, error) {
		if q.Query.Before == 0 {
			kind := audit.LogViewed
			if q.Export {
				kind = audit.Exported
			}
			if err := written(ctx, book, kind, "audit", describeQuery(q.Query)); err != nil {
				return nil, err
			}
		}
		return db.AuditLines(ctx, q.Query)
	})
	control.Register(table, opAuditVerify, func(ctx context.Context, _ control.None) (verified, error) {
		return verify(ctx, db, book, cut)
	})
}

// verify walks both chains. cut is an end that was missing at the start of this run: the
// lines since then hide it from the chain.
func verify(ctx context.Context, db *store.Store, book *audit.Log, cut string) (verified, error) {
	v := verified{Broken: cut}
	lines, err := db.VerifyAudit(ctx)
	v.Lines = lines
	if err != nil {
		v.Broken = strings.TrimPrefix(v.Broken+"\n"+err.Error(), "\n")
	}
	if err := db.VerifyAttemptEvents(ctx); err != nil {
		v.Journal = err.Error()
	}
	actor := actorOf(ctx)
	event := audit.Event{Kind: audit.AuditVerified, Result: audit.OK, Source: actor.Source, Detail: fmt.Sprintf("%d lines", lines)}
	if v.Broken != "" || v.Journal != "" {
		event.Result, event.Detail = audit.Failed, strings.TrimSpace(v.Broken+" "+v.Journal)
	}
	return v, book.Write(ctx, event)
}

func describeQuery(q ivr.AuditQuery) string {
	var parts []string
	for name, value := range map[string]string{"merchant": string(q.Merchant), "user": string(q.User), "kind": q.Kind} {
		if value != "" {
			parts = append(parts, name+" "+value)
		}
	}
	if !q.From.IsZero() {
		parts = append(parts, "from "+inJapan(q.From).Format(auditTime))
	}
	if !q.To.IsZero() {
		parts = append(parts, "to "+inJapan(q.To).Format(auditTime))
	}
	return strings.Join(parts, ", ")
}
