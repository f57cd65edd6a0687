package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tsunagi/server"
	"tsunagi/server/audit"
	"tsunagi/server/control"
	"tsunagi/server/payment"
	"tsunagi/server/scrub"
)

// What the server can be asked to do with payments.
const (
	opInquire   control.Operation[paymentDeed, ivr.Attempt]     = "payment.inquire"
	opCapture   control.Operation[paymentDeed, ivr.Attempt]     = "payment.capture"
	opCancel    control.Operation[paymentDeed, ivr.Attempt]     = "payment.cancel"
	opResolve   control.Operation[paymentDeed, ivr.Attempt]     = "payment.resolve"
	opReconcile control.Operation[paymentDay, reconciledReport] = "payment.reconcile"
)

// paymentDeed is what is to be done with an order.
type paymentDeed struct {
	Order  payment.OrderKey
	Reason string
	As     payment.Resolution
}

// paymentDay is a merchant's day in Japan, as YYYY-MM-DD; empty: yesterday.
type paymentDay struct {
	Merchant ivr.MerchantID
	Day      string
}

// reconciledReport is a comparison with the acquirer's books.
type reconciledReport struct {
	Report      string
	Differences int
	File        string // where it is kept
}

// payments carries out an administrator's deeds with payments. Each is a line of the
// audit log.
type payments struct {
	desk *payment.Desk
	book *audit.Log
	dir  string // of the reports
}

// register adds the operations.
func (p payments) register(table *control.Table) {
	control.Register(table, opInquire, func(ctx context.Context, d paymentDeed) (ivr.Attempt, error) {
		return p.desk.Inquire(ctx, d.Order.Merchant, d.Order.TransactionID)
	})
	control.Register(table, opCapture, func(ctx context.Context, d paymentDeed) (ivr.Attempt, error) {
		a, err := p.desk.Capture(ctx, d.Order)
		return p.noted(ctx, audit.Captured, d, a, err, ivr.AttemptCaptured)
	})
	control.Register(table, opCancel, func(ctx context.Context, d paymentDeed) (ivr.Attempt, error) {
		cause, err := causeOf(ctx, d.Reason)
		if err != nil {
			return ivr.Attempt{}, err
		}
		a, err := p.desk.Cancel(ctx, d.Order, cause)
		return p.noted(ctx, audit.Voided, d, a, err, ivr.AttemptVoided)
	})
	control.Register(table, opResolve, func(ctx context.Context, d paymentDeed) (ivr.Attempt, error) {
		cause, err := causeOf(ctx, d.Reason)
		if err != nil {
			return ivr.Attempt{}, err
		}
		a, err := p.desk.Resolve(ctx, d.Order, d.As, cause)
		return p.noted(ctx, audit.Resolved, d, a, err, a.State)
	})
	control.Register(table, opReconcile, p.reconcile)
}

// longestReason is what fits into a line that people read, in bytes.
const longestReason = 300

// causeOf is who asks and why, for the journal.
func causeOf(ctx context.Context, reason string) (string, error) {
	switch {
	case reason == "":
		return "", errors.New("say why (--reason)")
	case len(reason) > longestReason:
		return "", fmt.Errorf("the reason is longer than %d bytes", longestReason)
	case scrub.String(reason) != reason:
		return "", errors.New("the reason has what looks like a card number in it: nothing was done")
	}
	return control.By(ctx) + ": " + reason, nil
}

// noted writes a deed down. done is the state in which it has succeeded.
func (p payments) noted(
	ctx context.Context, kind audit.Kind, d paymentDeed, a ivr.Attempt, err error, done ivr.AttemptState,
) (ivr.Attempt, error) {
	event := audit.Event{
		Kind: kind, Result: audit.OK, Object: string(d.Order.Merchant) + "/" + string(d.Order.TransactionID),
		Detail: fmt.Sprintf("by %s; %s %s", control.By(ctx), d.As, d.Reason),
	}
	switch {
	case errors.Is(err, payment.ErrNotPaid), errors.Is(err, payment.ErrUnsupported), errors.Is(err, payment.ErrBusy),
		errors.Is(err, ivr.ErrNotFound), errors.Is(err, ivr.ErrOrderOpen):
		event.Result = audit.Refused
	case err != nil:
		event.Result = audit.Failed
	case a.Outcome() == ivr.OutcomeUnknown && a.State != ivr.AttemptVoidFailed:
		event.Result = audit.Unknown
	case a.State != done:
		event.Result = audit.Failed
	}
	if line := p.book.Write(ctx, event); line != nil {
		err = errors.Join(err, fmt.Errorf("it was done, but not written into the audit log: %w", line))
	}
	return a, err
}

// japan is where the merchants' days begin and end.
var japan = time.FixedZone("JST", 9*60*60)

func (p payments) reconcile(ctx context.Context, q paymentDay) (reconciledReport, error) {
	now := time.Now().In(japan)
	from := time.Date(now.Year(), now.Month(), now.Day()-1, 0, 0, 0, 0, japan)
	if q.Day != "" {
		day, err := time.ParseInLocation(time.DateOnly, q.Day, japan)
		if err != nil {
			return reconciledReport{}, errors.New("the day wants the form 2026-11-25")
		}
		from = day
	}
	report, err := p.desk.Reconcile(ctx, q.Merchant, from, from.AddDate(0, 0, 1))
	if err != nil {
		return reconciledReport{}, err
	}
	file, err := p.keep(ctx, report, control.By(ctx))
	return reconciledReport{report.String(), len(report.Differences), file}, err
}

// keep writes a report into a file of its own and a line into the audit log.
func (p payments) keep(ctx context.Context, r payment.Report, by string) (file string, err error) {
	// A span that is no day of Japan's is what was compared after a restore.
	name := r.From.In(japan).Format("20060102") + "-" + string(r.Merchant) + ".txt"
	if r.To.Sub(r.From) != 24*time.Hour {
		name = "restored-" + name
	}
	file = filepath.Join(p.dir, name)
	err = os.MkdirAll(p.dir, 0o700)
	if err == nil {
		err = os.WriteFile(file, []byte(r.String()), 0o600)
	}
	event := audit.Event{
		Kind: audit.Reconciled, Result: audit.OK, Object: string(r.Merchant),
		Detail: fmt.Sprintf("%d differences, %s to %s; by %s", len(r.Differences), r.From.Format(time.RFC3339), r.To.Format(time.RFC3339), by),
	}
	if err != nil {
		event.Result, err = audit.Failed, fmt.Errorf("keep the report: %w", err)
	}
	return file, errors.Join(err, p.book.Write(ctx, event))
}
