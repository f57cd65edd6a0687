package payment

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"tsunagi/server"
	"tsunagi/shared/order"
)

// Report is what a comparison of the journal with the acquirer's books has found.
type Report struct {
	Merchant    ivr.MerchantID
	From, To    time.Time
	Attempts    int // of ours, in the span
	Orders      int // of theirs, in the span
	Differences []Difference
}

// String is the report for an administrator: a line, and one for each difference.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s to %s: %d attempts here, %d orders at the acquirer, %d differences\n", r.Merchant,
		r.From.Format(time.RFC3339), r.To.Format(time.RFC3339), r.Attempts, r.Orders, len(r.Differences))
	for _, d := range r.Differences {
		fmt.Fprintf(&b, "%-13s  order %s: here %s %d yen, there %s %d yen\n",
			d.Kind, d.Order.TransactionID, orNothing(d.State), d.Amount, d.Theirs, d.Charged)
	}
	return b.String()
}

func orNothing(s ivr.AttemptState) string {
	if s == "" {
		return "nothing"
	}
	return string(s)
}

// reconcileMargin is how much of the books is read beyond a span of the journal:
// clocks differ, and a request takes its time.
const reconcileMargin = 15 * time.Minute

// Reconcile compares a merchant's attempts of a span with the acquirer's books and
// changes nothing. What is missing in the books of the span is asked for by its order
// before it is reported. It is ErrUnsupported where the acquirer does not show books.
func (d *Desk) Reconcile(ctx context.Context, merchant ivr.MerchantID, from, to time.Time) (Report, error) {
	report, _, err := d.reconcile(ctx, merchant, from, to)
	if err != nil {
		return Report{}, fmt.Errorf("reconcile %s: %w", merchant, err)
	}
	return report, nil
}

// pair is an order as both sides have it.
type pair struct {
	key      OrderKey
	attempts []ivr.Attempt
	books    Inquiry
}

// reconcile also returns the orders that the report names.
func (d *Desk) reconcile(ctx context.Context, merchant ivr.MerchantID, from, to time.Time) (Report, []pair, error) {
	if d.bookkeeper == nil {
		return Report{}, nil, ErrUnsupported
	}
	books, err := d.bookkeeper.Books(ctx, merchant, from.Add(-reconcileMargin), to.Add(reconcileMargin))
	if err != nil {
		return Report{}, nil, err
	}
	attempts, err := d.journal.AttemptsBetween(ctx, from, to)
	if err != nil {
		return Report{}, nil, err
	}
	report := Report{Merchant: merchant, From: from, To: to, Orders: len(books)}
	orders := make(map[order.TransactionID]bool, len(books))
	for id := range books {
		orders[id] = true
	}
	for _, a := range attempts {
		if a.Operator.Merchant == merchant {
			report.Attempts++
			orders[a.Order.TransactionID] = true
		}
	}
	var pairs []pair
	for id := range orders {
		p, difference, err := d.both(ctx, OrderKey{merchant, id}, books[id])
		if err != nil {
			return Report{}, nil, err
		}
		if difference.Kind != "" {
			report.Differences = append(report.Differences, difference)
			pairs = append(pairs, p)
		}
	}
	sortDifferences(report.Differences)
	return report, pairs, nil
}

// both compares one order. The books of a span may have but a part of it, so that a
// difference is believed only after an inquiry.
func (d *Desk) both(ctx context.Context, key OrderKey, books Inquiry) (pair, Difference, error) {
	attempts, err := d.journal.AttemptsOf(ctx, key.Merchant, key.TransactionID)
	if err != nil {
		return pair{}, Difference{}, err
	}
	if _, ok := compare(key, attempts, books); ok {
		return pair{}, Difference{}, nil
	}
	if books, err = d.books(ctx, key); err != nil {
		return pair{}, Difference{}, err
	}
	difference, _ := compare(key, attempts, books)
	return pair{key, attempts, books}, difference, nil
}

// japan is where the merchants' days begin and end.
var japan = time.FixedZone("JST", 9*60*60)

// nightlyAt is the hour of the reconciliation of the day before.
const nightlyAt = 3

// startReconciling completes a restored journal and starts the nightly comparison.
func (d *Desk) startReconciling() {
	if !d.restored.IsZero() {
		d.mu.Lock()
		d.unsure = ErrReconciling
		d.mu.Unlock()
		d.others.Go(func() {
			for !d.restore(d.background) && pause(d.background, time.Minute) {
			}
		})
	}
	if d.bookkeeper != nil && d.merchants != nil {
		d.others.Go(func() {
			for {
				now := time.Now().In(japan)
				next := time.Date(now.Year(), now.Month(), now.Day(), nightlyAt, 0, 0, 0, japan)
				if !next.After(now) {
					next = next.AddDate(0, 0, 1)
				}
				if !pause(d.background, time.Until(next)) {
					return
				}
				midnight := next.Add(-nightlyAt * time.Hour)
				d.nightly(d.background, midnight.AddDate(0, 0, -1), midnight)
			}
		})
	}
}

// nightly compares a day of every merchant and reports it.
func (d *Desk) nightly(ctx context.Context, from, to time.Time) {
	merchants, err := d.merchants(ctx)
	if err != nil {
		d.log.Error("the merchants to reconcile were not read", "error", err)
		return
	}
	for _, merchant := range merchants {
		report, err := d.Reconcile(ctx, merchant, from, to)
		if err != nil {
			d.log.Error("a day was not reconciled", "merchant", merchant, "from", from, "error", err)
			continue
		}
		d.tell(report)
	}
}

func (d *Desk) tell(r Report) {
	d.log.Info("reconciled with the acquirer", "merchant", r.Merchant, "from", r.From, "to", r.To,
		"attempts", r.Attempts, "orders", r.Orders, "differences", len(r.Differences))
	for _, x := range r.Differences {
		d.log.Warn("the acquirer's books differ", "kind", string(x.Kind), "merchant", x.Order.Merchant,
			"transaction", x.Order.TransactionID, "attempt", x.Attempt, "state", x.State, "theirs", string(x.Theirs))
	}
	d.reconciled(r)
}

// restore brings a restored journal up to date with the acquirer's books and tells
// whether it may be relied on now.
func (d *Desk) restore(ctx context.Context) (done bool) {
	if d.bookkeeper == nil || d.merchants == nil {
		d.log.Error("the journal was restored and this acquirer shows no books: a person must compare and accept it")
		return true // only AcceptRestored helps
	}
	merchants, err := d.merchants(ctx)
	for _, merchant := range merchants {
		if err == nil {
			err = d.restoreOf(ctx, merchant)
		}
	}
	if err != nil {
		d.log.Error("the restored journal was not reconciled: no payments are taken", "error", err)
		return false
	}
	d.AcceptRestored()
	d.log.Info("the restored journal is reconciled")
	return true
}

// restoreOf writes down what the journal lacks of a merchant.
func (d *Desk) restoreOf(ctx context.Context, merchant ivr.MerchantID) error {
	report, pairs, err := d.reconcile(ctx, merchant, d.restored.Add(-reconcileMargin), time.Now())
	if err != nil {
		return err
	}
	for _, p := range pairs {
		if err := d.catchUp(ctx, p); err != nil {
			return fmt.Errorf("order %s: %w", p.key.TransactionID, err)
		}
	}
	d.tell(report)
	return nil
}

// catchUp brings one order of a restored journal to what the books say.
func (d *Desk) catchUp(ctx context.Context, p pair) error {
	theirs, success, successes := standingIn(p.books)
	a, had := speaking(p.attempts)
	var err error
	switch {
	case successes == 1 && (!had || !standing(a)):
		err = d.regain(ctx, p, success)
	case standing(a) && theirs == StandsCancelled:
		_, err = d.move(ctx, a, FoundVoided, "restored")
	case a.State == ivr.AttemptApproved && theirs == StandsCaptured:
		_, err = d.move(ctx, a, CaptureDone, "restored")
	}
	if errors.Is(err, ivr.ErrMoved) || errors.Is(err, ivr.ErrOrderOpen) || errors.Is(err, ivr.ErrOrderPaid) {
		return nil // it stays in the report, for a person
	}
	return err
}

// regain makes the journal say that the order is paid.
func (d *Desk) regain(ctx context.Context, p pair, t Transaction) error {
	for _, a := range p.attempts {
		if a.ID == t.Attempt {
			_, err := d.move(ctx, booked(a, t), FoundPaid, "restored")
			return err
		}
	}
	return d.adopt(ctx, p.key, t)
}

// adopt writes down an attempt that the restored journal has lost, as one that was
// being sent when the process died; its inquirer does the rest.
func (d *Desk) adopt(ctx context.Context, key OrderKey, t Transaction) error {
	id := t.Attempt
	if id == "" {
		id = ivr.AttemptID("restored-" + t.ID)
	}
	count := t.PaymentCount
	if count == "" {
		count = order.Once
	}
	state, _ := Next("", Written)
	a := ivr.Attempt{
		ID: id, Call: ivr.CallID("restored-" + id), Operator: ivr.UserKey{Merchant: key.Merchant}, Number: 1,
		Order:    order.Order{TransactionID: key.TransactionID, Amount: t.Amount, PaymentCount: count},
		Acquirer: d.acquirer.Name(), State: state, Cause: "restored", CreatedAt: t.At, SendingAt: t.At,
	}
	if err := d.journal.BeginAttempt(ctx, a); err != nil {
		return err
	}
	moved, err := d.move(ctx, a, Died, "restored")
	if err == nil {
		d.startInquirer(moved, time.Now(), false)
	}
	return err
}
