package call

import (
	"context"
	"strings"
	"sync"
	"time"

	"tsunagi/server"
	"tsunagi/shared/order"
)

// book is a database that never fails, unless told to.
type book struct {
	mu      sync.Mutex
	hangs   time.Duration // each write
	fails   error
	orders  map[ivr.CallID]order.Order
	rows    []ivr.Row
	records []ivr.Record
}

func (b *book) PutOrder(_ context.Context, call ivr.CallID, _ ivr.UserKey, o order.Order, _ time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails != nil {
		return b.fails
	}
	if b.orders == nil {
		b.orders = map[ivr.CallID]order.Order{}
	}
	b.orders[call] = o
	return nil
}

func (b *book) AppendRows(_ context.Context, rows ...ivr.Row) error {
	return b.write(func() { b.rows = append(b.rows, rows...) })
}

func (b *book) PutRecord(_ context.Context, record ivr.Record, last ...ivr.Row) error {
	return b.write(func() {
		b.records = append(b.records, record)
		b.rows = append(b.rows, last...)
	})
}

// hang has each write take so long from now on.
func (b *book) hang(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hangs = d
}

// write does what b is told to do at a write before it does it.
func (b *book) write(do func()) error {
	b.mu.Lock()
	hangs := b.hangs
	b.mu.Unlock()
	time.Sleep(hangs)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails != nil {
		return b.fails
	}
	do()
	return nil
}

// points are the rows so far, with their results.
func (b *book) points() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var points []string
	for _, r := range b.rows {
		points = append(points, strings.TrimSpace(r.Point+" "+r.Result+" "+r.Code))
	}
	return strings.Join(points, "\n")
}

// recordOf is the record of one call, the zero record where there is none.
func (b *book) recordOf(id ivr.CallID) ivr.Record {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.records {
		if r.ID == id {
			return r
		}
	}
	return ivr.Record{}
}

func (b *book) ends() []ivr.End {
	b.mu.Lock()
	defer b.mu.Unlock()
	var ends []ivr.End
	for _, r := range b.records {
		ends = append(ends, r.End)
	}
	return ends
}
