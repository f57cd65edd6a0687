package stripe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	lib "github.com/stripe/stripe-go/v85"

	"tsunagi/server"
	"tsunagi/server/payment"
	"tsunagi/shared/order"
)

// listedFor is how far the list reaches back: past the 48 hours for which package
// payment goes on asking. Older orders are found by the search.
const listedFor = 49 * time.Hour

var errAsk = errors.New("no answer from Stripe that can be relied on")

// Inquire tells what Stripe has about an order (payment.Acquirer).
func (a *Acquirer) Inquire(ctx context.Context, o payment.OrderKey) (payment.Inquiry, error) {
	to, ok := a.clients[o.Merchant]
	if !ok || !plain(string(o.TransactionID)) {
		return payment.Inquiry{}, fmt.Errorf("inquire about order %s: no account, or no transaction ID", o.TransactionID)
	}
	intents, err := to.find(ctx, o)
	if err != nil {
		return payment.Inquiry{}, fmt.Errorf("inquire about order %s: %w", o.TransactionID, err)
	}
	var inquiry payment.Inquiry
	for _, intent := range intents {
		inquiry.Transactions = append(inquiry.Transactions, transactions(intent)...)
	}
	return inquiry, nil
}

// find returns the PaymentIntents of an order, oldest first.
func (to client) find(ctx context.Context, o payment.OrderKey) ([]*lib.PaymentIntent, error) {
	found := make(map[string]*lib.PaymentIntent)
	if err := to.list(ctx, time.Now().Add(-listedFor), time.Time{}, func(intent *lib.PaymentIntent) {
		if about(intent, o) {
			found[intent.ID] = intent
		}
	}); err != nil {
		return nil, err
	}
	// What the list has is up to date; the search only adds what is older.
	search := &lib.PaymentIntentSearchParams{}
	search.Query = fmt.Sprintf("metadata['%s']:'%s' AND metadata['%s']:'%s'", metaMerchant, o.Merchant, metaOrder, o.TransactionID)
	search.AddExpand("data.latest_charge")
	for intent, err := range to.V1PaymentIntents.Search(ctx, search).All(ctx) {
		if err != nil {
			return nil, errAsk
		}
		if _, listed := found[intent.ID]; about(intent, o) && !listed {
			found[intent.ID] = intent
		}
	}
	return slices.SortedFunc(maps.Values(found), oldestFirst), nil
}

func oldestFirst(a, b *lib.PaymentIntent) int {
	return cmp.Or(cmp.Compare(a.Created, b.Created), strings.Compare(a.ID, b.ID))
}

// list shows every PaymentIntent that was made in a span; a zero until is now.
func (to client) list(ctx context.Context, from, until time.Time, show func(*lib.PaymentIntent)) error {
	made := &lib.RangeQueryParams{GreaterThanOrEqual: from.Unix()}
	if !until.IsZero() {
		made.LesserThanOrEqual = until.Unix()
	}
	params := &lib.PaymentIntentListParams{CreatedRange: made}
	params.Limit = lib.Int64(100)
	params.AddExpand("data.latest_charge")
	for intent, err := range to.V1PaymentIntents.List(ctx, params).All(ctx) {
		if err != nil {
			return errAsk // the library's words may quote the answer
		}
		show(intent)
	}
	return nil
}

// Books tells what Stripe has about every order of a merchant whose authorization was
// asked for in a span, all of it (payment.Bookkeeper).
func (a *Acquirer) Books(
	ctx context.Context, merchant ivr.MerchantID, from, until time.Time,
) (map[order.TransactionID]payment.Inquiry, error) {
	to, ok := a.clients[merchant]
	if !ok {
		return nil, fmt.Errorf("list the payments of %s: it has no account", merchant)
	}
	var intents []*lib.PaymentIntent
	if err := to.list(ctx, from, until, func(intent *lib.PaymentIntent) { intents = append(intents, intent) }); err != nil {
		return nil, fmt.Errorf("list the payments of %s: %w", merchant, err)
	}
	slices.SortFunc(intents, oldestFirst)
	books := make(map[order.TransactionID]payment.Inquiry)
	for _, intent := range intents {
		id := order.TransactionID(intent.Metadata[metaOrder])
		if !about(intent, payment.OrderKey{Merchant: merchant, TransactionID: id}) || !plain(string(id)) {
			continue // a payment of another program under the same account
		}
		books[id] = payment.Inquiry{Transactions: append(books[id].Transactions, transactions(intent)...)}
	}
	return books, nil
}

// transactions is what a PaymentIntent amounts to as lines of books.
func transactions(intent *lib.PaymentIntent) []payment.Transaction {
	charge := intent.LatestCharge
	t := payment.Transaction{
		ID: intent.ID, Attempt: ivr.AttemptID(intent.Metadata[metaAttempt]), Kind: payment.KindAuthorize,
		Amount: order.Yen(intent.Amount), At: time.Unix(intent.Created, 0),
	}
	say := func(t *payment.Transaction, reply payment.Reply, m meaning) {
		t.Reply, t.Class, t.Code, t.Message = reply, m.class, m.code, m.message
	}
	lines := []payment.Transaction{t}
	further := func(kind payment.Kind, amount int64) {
		line := payment.Transaction{ID: intent.ID + "-" + string(kind), Kind: kind, Amount: order.Yen(amount), At: t.At}
		say(&line, payment.ReplyApproved, authorized)
		lines = append(lines, line)
	}
	switch intent.Status {
	case lib.PaymentIntentStatusSucceeded, lib.PaymentIntentStatusRequiresCapture:
		say(&lines[0], payment.ReplyApproved, authorized)
		if intent.Status == lib.PaymentIntentStatusSucceeded && intent.CaptureMethod == lib.PaymentIntentCaptureMethodManual {
			further(payment.KindCapture, intent.AmountReceived)
		}
		if charge != nil && charge.AmountRefunded > 0 {
			further(payment.KindCancel, charge.AmountRefunded)
		}
	case lib.PaymentIntentStatusCanceled:
		if charge != nil && charge.Paid {
			say(&lines[0], payment.ReplyApproved, authorized)
			further(payment.KindCancel, intent.Amount)
			break
		}
		say(&lines[0], payment.ReplyDeclined, declined)
	case lib.PaymentIntentStatusRequiresPaymentMethod:
		m := declined
		if e := intent.LastPaymentError; e != nil {
			if known, ok := meanings[e.Code]; ok {
				m = known
			}
		}
		say(&lines[0], payment.ReplyDeclined, m)
	default:
		say(&lines[0], payment.ReplyPending, undecided)
	}
	return lines
}
