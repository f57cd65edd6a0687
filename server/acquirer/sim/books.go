package sim

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"tsunagi/server/payment"
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
		b.orders[l.Order] = append(b.orders[l.Order], l)
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
		if settles.Kind == PendingPaid {
			l.SettlesTo = payment.ReplyApproved
		}
	}
	if err := b.save(l); err != nil {
		return payment.Transaction{}, verdict{}, err
	}
	b.orders[l.Order] = append(b.orders[l.Order], l)
	return l.Transaction, v, nil
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
		transactions = append(transactions, l.now(now))
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
		case t.Reply != payment.ReplyApproved:
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
