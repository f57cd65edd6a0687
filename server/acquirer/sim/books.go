package sim

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"tsunagi/server"
	"tsunagi/server/payment"
	"tsunagi/shared/order"
)

// line is one transaction in the books and in their file.
type line struct {
	Order       payment.OrderKey
	Transaction payment.Transaction
	JPO         string
	SettlesAt   time.Time     // of a pending one: when it becomes SettlesTo
	SettlesTo   payment.Reply // ReplyApproved or ReplyDeclined
}

// now is the transaction as the books tell it at a time.
func (l line) now(at time.Time) payment.Transaction {
	t := l.Transaction
	if t.Reply == payment.ReplyPending && !l.SettlesAt.IsZero() && !at.Before(l.SettlesAt) {
		t.Reply = l.SettlesTo
		if t.Reply == payment.ReplyApproved {
			t.Code, t.Message = success.resultCode(false), success.message
		}
	}
	return t
}

// books are the acquirer's own memory of what it did.
type books struct {
	mu     sync.Mutex
	orders map[payment.OrderKey][]line
	count  int      // of lines, for names
	file   *os.File // nil: memory only
}

// openBooks reads the books from a file and goes on writing there; an empty path
// keeps them in memory. A last line that was cut off by a crash is dropped.
func openBooks(path string) (*books, error) {
	b := &books{orders: make(map[payment.OrderKey][]line)}
	if path == "" {
		return b, nil
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	whole, err := b.load(file)
	if err == nil {
		err = file.Truncate(whole)
	}
	if err == nil {
		_, err = file.Seek(whole, 0)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read books %s: %w", path, err), file.Close())
	}
	b.file = file
	return b, nil
}

// load reads whole lines and tells how many bytes they take.
func (b *books) load(file *os.File) (whole int64, err error) {
	reader := bufio.NewReader(file)
	for {
		text, err := reader.ReadBytes('\n')
		if err != nil { // the end, maybe in the middle of a line
			return whole, nil
		}
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			return 0, fmt.Errorf("line %d: %w", b.count+1, err)
		}
		b.put(l)
		b.count++
		whole += int64(len(text))
	}
}

// enter writes a line. The verdict of a request is only known here, because an
// order that has succeeded meanwhile is a duplicate.
func (b *books) enter(a payment.Authorization, v verdict, settles Fault) (payment.Transaction, verdict, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.succeededLocked(a.Key(), now) > 0 {
		v = duplicate
	}
	b.count++
	l := line{Order: a.Key(), JPO: jpos[a.Order.PaymentCount], Transaction: payment.Transaction{
		ID: fmt.Sprintf("sim-%08d", b.count), Attempt: a.Attempt, Kind: payment.KindAuthorize,
		Reply: v.reply(), Class: v.class, Code: v.resultCode(a.Order.MemberID != ""), Message: v.message,
		Amount: a.Order.Amount, PaymentCount: a.Order.PaymentCount, At: now,
	}}
	switch {
	case v == success:
		l.Transaction.AuthCode = fmt.Sprintf("%06d", b.count%1_000_000)
	case v == pending:
		l.SettlesAt, l.SettlesTo = now.Add(settles.Delay), payment.ReplyDeclined
		if settles.Kind != PendingFailed {
			l.SettlesTo = payment.ReplyApproved
		}
	}
	if err := b.addLocked(l); err != nil {
		return payment.Transaction{}, verdict{}, err
	}
	if v == pending && settles.Kind == PendingVoided {
		return l.Transaction, v, b.settleLocked(l.Order, payment.KindCancel, a.Order.Amount, l.SettlesAt.Add(voidedAfter))
	}
	return l.Transaction, v, nil
}

// voidedAfter is how long after a pending order has turned out paid the acquirer
// cancels it (PendingVoided).
const voidedAfter = 30 * time.Minute

// settle writes the capture or cancel of an order down, or says no: only a whole
// payment that stands can be cancelled, and captured once.
func (b *books) settle(o payment.OrderKey, kind payment.Kind, amount order.Yen) (verdict, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	var paid, captured order.Yen
	for _, l := range b.orders[o] {
		t := l.now(now)
		switch {
		case t.Reply != payment.ReplyApproved || t.At.After(now):
		case t.Kind == payment.KindAuthorize:
			paid = t.Amount
		case t.Kind == payment.KindCapture:
			captured = t.Amount
		case t.Kind == payment.KindCancel:
			paid, captured = 0, 0
		}
	}
	if amount == 0 {
		amount = paid // none was named: all of it
	}
	if paid == 0 || amount != paid || kind == payment.KindCapture && captured != 0 {
		return notAdmitted, nil
	}
	return success, b.settleLocked(o, kind, amount, now)
}

// settleLocked writes a capture or cancel down, at a time that may be still to come.
func (b *books) settleLocked(o payment.OrderKey, kind payment.Kind, amount order.Yen, at time.Time) error {
	b.count++
	return b.addLocked(line{Order: o, Transaction: payment.Transaction{
		ID: fmt.Sprintf("sim-%08d", b.count), Kind: kind, Reply: payment.ReplyApproved,
		Code: success.resultCode(false), Message: success.message, Amount: amount, At: at,
	}})
}

func (b *books) addLocked(l line) error {
	if err := b.save(l); err != nil {
		return err
	}
	b.put(l)
	return nil
}

// put adds a line. A cancel takes the place of one that was still to come.
func (b *books) put(l line) {
	lines := b.orders[l.Order]
	if l.Transaction.Kind == payment.KindCancel {
		lines = slices.DeleteFunc(lines, func(other line) bool { return other.Transaction.At.After(l.Transaction.At) })
	}
	b.orders[l.Order] = append(lines, l)
}

// between lists the orders of a merchant that have a transaction in a span.
func (b *books) between(merchant ivr.MerchantID, from, to time.Time) []payment.OrderKey {
	b.mu.Lock()
	defer b.mu.Unlock()
	var keys []payment.OrderKey
	for key, lines := range b.orders {
		if key.Merchant == merchant && slices.ContainsFunc(lines, func(l line) bool {
			return !l.Transaction.At.Before(from) && !l.Transaction.At.After(to)
		}) {
			keys = append(keys, key)
		}
	}
	return keys
}

func (b *books) save(l line) error {
	if b.file == nil {
		return nil
	}
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	_, err = b.file.Write(append(text, '\n'))
	return err
}

// of lists the transactions of an order, oldest first.
func (b *books) of(key payment.OrderKey) []payment.Transaction {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	transactions := make([]payment.Transaction, 0, len(b.orders[key]))
	for _, l := range b.orders[key] {
		if t := l.now(now); !t.At.After(now) {
			transactions = append(transactions, t)
		}
	}
	return transactions
}

// succeeded counts the successes of an order that nothing has cancelled.
func (b *books) succeeded(key payment.OrderKey) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.succeededLocked(key, time.Now())
}

func (b *books) succeededLocked(key payment.OrderKey, at time.Time) (n int) {
	for _, l := range b.orders[key] {
		t := l.now(at)
		switch {
		case t.Reply != payment.ReplyApproved || t.At.After(at):
		case t.Kind == payment.KindAuthorize:
			n++
		case t.Kind == payment.KindCancel:
			n--
		}
	}
	return n
}

func (b *books) close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.file == nil {
		return nil
	}
	return b.file.Close()
}
