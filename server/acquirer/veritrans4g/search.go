package veritrans4g

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tsunagi/server"
	"tsunagi/server/payment"
	"tsunagi/shared/order"
)

// japan is the gateway's clock. It has had no summer time since 1951.
var japan = time.FixedZone("JST", 9*60*60)

// The gateway's spellings of a moment: as it answers, and as it is asked.
const (
	txnDatetimeLayout = "2006-01-02 15:04:05" // a fraction may follow
	rangeLayout       = "200601021504"
)

// maxCount is how many orders a search may bring (section 4).
const maxCount = 100

// commands are what a line of the gateway's books can be.
var commands = map[string]payment.Kind{
	"Authorize":   payment.KindAuthorize,
	"ReAuthorize": payment.KindAuthorize,
	"Retry":       payment.KindAuthorize,
	"Capture":     payment.KindCapture,
	"Cancel":      payment.KindCancel,
}

// Inquire tells what the gateway's books have about an order (payment.Acquirer). An
// order that it never registered is an empty Inquiry; an answer that is in any way
// not as it should be is an error, because an empty one would say that nobody paid.
func (g *Acquirer) Inquire(ctx context.Context, o payment.OrderKey) (payment.Inquiry, error) {
	to, ok := g.account(o.Merchant)
	if !ok || !sendableID(o.TransactionID) {
		return payment.Inquiry{}, inquiryError(o, errNoAccount.Error()+", or it is no transaction ID")
	}
	found, _, err := g.search(ctx, to, func(r *request) { r.field("orderId", string(o.TransactionID)) })
	if err != nil {
		return payment.Inquiry{}, inquiryError(o, err.Error())
	}
	for id, entry := range found {
		switch {
		case id != o.TransactionID:
			return payment.Inquiry{}, inquiryError(o, "the answer is about another order")
		case len(entry.authorizations()) == 0:
			return payment.Inquiry{}, inquiryError(o, "the order has no authorization")
		}
	}
	return found[o.TransactionID].whole(), nil
}

// entry is an order as an answer has it: of a search by time, only what falls into
// the span.
type entry struct {
	lines   []payment.Transaction // oldest first
	freeKey ivr.AttemptID         // the gateway keeps one for the order
}

// authorizations are the places of the authorizations among the lines.
func (e entry) authorizations() (places []int) {
	for n, t := range e.lines {
		if t.Kind == payment.KindAuthorize {
			places = append(places, n)
		}
	}
	return places
}

// whole is the inquiry of an entry that has all of its order's lines. The key is the
// order's: with one authorization it says whose that is, with several it cannot.
func (e entry) whole() payment.Inquiry {
	if places := e.authorizations(); len(places) == 1 {
		e.lines[places[0]].Attempt = e.freeKey
	}
	return payment.Inquiry{Transactions: e.lines}
}

// Books tells what the gateway's books have about every order with a transaction
// between two moments, to the minute. The merchant kits have this search; the public
// interface documents name the order ID alone, so a contract may not have it.
func (g *Acquirer) Books(
	ctx context.Context, merchant ivr.MerchantID, from, to time.Time,
) (map[order.TransactionID]payment.Inquiry, error) {
	account, ok := g.account(merchant)
	if !ok {
		return nil, fmt.Errorf("search the gateway's books: %w", errNoAccount)
	}
	books := make(map[order.TransactionID]payment.Inquiry)
	from, to = from.Truncate(time.Minute), to.Truncate(time.Minute)
	if err := g.gather(ctx, account, from, to, books); err != nil {
		return nil, fmt.Errorf("search the gateway's books: %w", err)
	}
	return books, nil
}

// gather searches a span of time and, where it has more orders than one answer may
// bring, its halves.
func (g *Acquirer) gather(
	ctx context.Context, to account, from, until time.Time, books map[order.TransactionID]payment.Inquiry,
) error {
	found, over, err := g.search(ctx, to, func(r *request) {
		r.open("txnDatetime")
		r.field("from", from.In(japan).Format(rangeLayout))
		r.field("to", until.In(japan).Format(rangeLayout))
		r.end()
	})
	switch {
	case err != nil:
		return err
	case !over:
		for id, entry := range found {
			books[id] = merge(books[id], entry.lines)
		}
		return nil
	case !from.Before(until):
		return fmt.Errorf("a single minute has more than %d orders", maxCount)
	}
	middle := from.Add(until.Sub(from) / 2).Truncate(time.Minute)
	if err := g.gather(ctx, to, from, middle, books); err != nil {
		return err
	}
	return g.gather(ctx, to, middle.Add(time.Minute), until, books)
}

// merge joins what two spans tell about one order.
func merge(a payment.Inquiry, lines []payment.Transaction) payment.Inquiry {
	for _, t := range lines {
		if !slices.ContainsFunc(a.Transactions, func(known payment.Transaction) bool { return known == t }) {
			a.Transactions = append(a.Transactions, t)
		}
	}
	oldestFirst(a.Transactions)
	return a
}

// search asks for the orders that match and reads the answer.
func (g *Acquirer) search(
	ctx context.Context, to account, matching func(*request),
) (found map[order.TransactionID]entry, over bool, err error) {
	r := newRequest()
	r.raw(`"serviceTypeCd":["card"]`)
	r.field("newerFlag", "false")
	r.field("containDummyFlag", map[bool]string{false: "false", true: "true"}[g.dummy])
	r.field("maxCount", fmt.Sprint(maxCount))
	r.open("searchParameters")
	r.open("common")
	matching(r)
	r.end()
	r.end()
	body, err := g.seal(r, to)
	if err != nil {
		return nil, false, err
	}
	x := g.post(ctx, paynowSearch, "Search/search", body)
	if x.body == nil {
		return nil, false, fmt.Errorf("no answer (%s)", x.cause)
	}
	defer clear(x.body)
	return readSearch(x.body)
}

// readSearch reads the answer to a search. It believes a count only if the orders
// that came with it bear it out.
func readSearch(body []byte) (found map[order.TransactionID]entry, over bool, err error) {
	r, err := decode[searchResult](body)
	if err != nil {
		return nil, false, err
	}
	code := codeShape(r.VResultCode.value)
	if r.Mstatus.value != "success" || block(code) != codeSearched {
		return nil, false, fmt.Errorf("the search did not succeed (%s)", code)
	}
	switch flag := strings.ToLower(r.OverMaxCountFlag.value); flag {
	case "true", "1":
		return nil, true, nil
	case "false", "0", "":
	default:
		return nil, false, errUnreadable
	}
	orders := r.OrderInfos.OrderInfo
	if !r.SearchCount.set || r.SearchCount.value != fmt.Sprint(len(orders)) {
		return nil, false, fmt.Errorf("the answer has %d orders and says otherwise", len(orders))
	}
	found = make(map[order.TransactionID]entry, len(orders))
	for _, o := range orders {
		id := order.TransactionID(o.OrderID.value)
		if _, twice := found[id]; twice || !sendableID(id) {
			return nil, false, errUnreadable
		}
		if found[id], err = readOrder(o); err != nil {
			return nil, false, err
		}
	}
	return found, false, nil
}

// readOrder reads the lines of an order. One that cannot be read spoils all: it may
// be the one that matters.
func readOrder(o orderInfo) (entry, error) {
	e := entry{freeKey: attemptShape(o.FreeKey.value)}
	for _, line := range o.TransactionInfos.TransactionInfo {
		t, err := readTransaction(line)
		if err != nil {
			return entry{}, err
		}
		e.lines = append(e.lines, t)
	}
	if len(e.lines) == 0 {
		return entry{}, fmt.Errorf("an order without a transaction")
	}
	oldestFirst(e.lines)
	return e, nil
}

func readTransaction(line transactionInfo) (payment.Transaction, error) {
	kind, known := commands[line.Command.value]
	if !known {
		return payment.Transaction{}, fmt.Errorf("an order with a command that is not known")
	}
	at, err := time.ParseInLocation(txnDatetimeLayout, line.TxnDatetime.value, japan)
	if err != nil {
		return payment.Transaction{}, fmt.Errorf("a transaction without a time")
	}
	details := line.ProperTransactionInfo
	reply, class, cause := verdict(line.Mstatus, line.VResultCode, details.Pending)
	if reply == payment.ReplyLost && cause == "unknown_code" {
		reply, class = payment.ReplyDeclined, payment.ClassLocal // in the books a failure is one, whatever its code
	}
	if reply == payment.ReplyLost {
		return payment.Transaction{}, fmt.Errorf("a transaction whose result contradicts itself")
	}
	amount, numeric := line.Amount.amount()
	if reply == payment.ReplyApproved && !numeric {
		return payment.Transaction{}, fmt.Errorf("a success without an amount")
	}
	return payment.Transaction{
		ID: txnShape(line.TxnID.value), Kind: kind, Reply: reply, Class: class,
		Code: codeShape(line.VResultCode.value), Amount: amount,
		PaymentCount: paymentCount(details.ReqJpoInformation.value),
		AuthCode:     authCodeShape(details.ResAuthCode.value), At: at,
	}, nil
}

// oldestFirst sorts by time, and what happened in one moment by the gateway's name.
func oldestFirst(transactions []payment.Transaction) {
	slices.SortStableFunc(transactions, func(a, b payment.Transaction) int {
		if order := a.At.Compare(b.At); order != 0 {
			return order
		}
		return strings.Compare(a.ID, b.ID)
	})
}
