package payment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"tsunagi/server"
	"tsunagi/shared/order"
)

// Options are what a Desk works with.
type Options struct {
	Journal  Journal
	Acquirer Acquirer
	Log      *slog.Logger // nil: nothing is logged

	// Deadline is how long an authorization may take; 0 means 30 s.
	Deadline time.Duration

	// Settled is told of every attempt whose outcome was unknown when its caller
	// was answered, or has changed afterwards, as soon as its new state is on disk.
	// It must not block and must not call Stop; calls may come together. May be nil.
	Settled func(ivr.Attempt)

	// Room tells why nothing can be written down any more, before the disk is full;
	// Ready asks it. nil: there is always room.
	Room func() error

	// Merchants lists whose books are reconciled. nil: nobody's.
	Merchants func(context.Context) ([]ivr.MerchantID, error)

	// RestoredSince, where it is not zero, says that the journal may be older than
	// what was asked of the acquirer: nothing is authorized until the acquirer's
	// books from this moment on have been compared with it (Recover).
	RestoredSince time.Time

	// Complete is told when that is done, before Ready says so. May be nil.
	Complete func()

	// Reconciled is told of every reconciliation that was made on the Desk's own
	// account: after a restore, and every night. May be nil.
	Reconciled func(Report)
}

const (
	defaultDeadline = 30 * time.Second
	inquiryDeadline = 10 * time.Second
	commitDeadline  = 10 * time.Second
	commitRetry     = 5 * time.Second
	resendPause     = time.Second // before an attempt that was not sent is made once more

	// inquirersAtOnce bounds the inquiries under way, so that a gateway that comes
	// back is not met by all open orders in one moment.
	inquirersAtOnce = 4
)

// ErrStopping says that the Desk takes nothing any more, or not yet (Recover).
var ErrStopping = errors.New("payments are stopped")

// Desk authorizes and settles. Make one with New, call Recover before the first
// call is taken, and Stop at the end. Its methods may be called together.
type Desk struct {
	journal  Journal
	acquirer Acquirer
	log      *slog.Logger
	deadline time.Duration
	settled  func(ivr.Attempt)

	settler    Settler    // nil where the acquirer is none
	bookkeeper Bookkeeper // nil where the acquirer is none
	room       func() error
	merchants  func(context.Context) ([]ivr.MerchantID, error)
	restored   time.Time
	complete   func()
	reconciled func(Report)

	owed atomic.Int32 // transitions that the journal has not taken yet

	background context.Context // of inquirers; ends in Stop
	cancel     context.CancelFunc
	stopping   chan struct{} // closed when Stop begins
	asking     chan struct{} // a place for each inquiry under way

	mu        sync.Mutex
	open      bool                   // Recover has been called and Stop has not
	sending   sync.WaitGroup         // attempts in SENDING; Add under mu while open
	others    sync.WaitGroup         // every goroutine of ours
	inquirers map[OrderKey]*inquirer // one per order with an UNKNOWN attempt
	held      map[OrderKey]bool      // orders that are being captured, or whose cancel begins
	unsure    error                  // why the journal is not relied on yet, after a restore
}

// New makes a Desk that takes nothing before Recover.
func New(o Options) *Desk {
	d := &Desk{
		journal: o.Journal, acquirer: o.Acquirer, log: o.Log, deadline: o.Deadline, settled: o.Settled,
		stopping: make(chan struct{}), asking: make(chan struct{}, inquirersAtOnce),
		inquirers: make(map[OrderKey]*inquirer), held: make(map[OrderKey]bool),
		room: o.Room, merchants: o.Merchants, restored: o.RestoredSince, reconciled: o.Reconciled,
	}
	d.settler, _ = o.Acquirer.(Settler)
	d.bookkeeper, _ = o.Acquirer.(Bookkeeper)
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if d.deadline == 0 {
		d.deadline = defaultDeadline
	}
	if d.settled == nil {
		d.settled = func(ivr.Attempt) {}
	}
	if d.room == nil {
		d.room = func() error { return nil }
	}
	if d.complete = o.Complete; d.complete == nil {
		d.complete = func() {}
	}
	if d.reconciled == nil {
		d.reconciled = func(Report) {}
	}
	d.background, d.cancel = context.WithCancel(context.Background())
	return d
}

// Recover makes UNKNOWN whatever an earlier run left in SENDING, goes on settling
// everything that is UNKNOWN or VOIDING, asks once more about what was found paid
// lately, and opens the Desk. It tells how many attempts are open. Call it once,
// before the SIP port opens; on an error take no calls. After a restore the Desk
// settles and cancels but authorizes nothing until its journal is complete again
// (ErrReconciling in Ready).
func (d *Desk) Recover(ctx context.Context) (unknown int, err error) {
	left, err := d.journal.AttemptsIn(ctx, ivr.AttemptSending)
	if err != nil {
		return 0, fmt.Errorf("recover payments: %w", err)
	}
	for _, a := range left {
		// That nothing was seen to leave proves nothing: the process may have died
		// between the first byte and the note of it.
		moved, err := d.move(ctx, a, Died, "crash")
		if err != nil {
			return 0, fmt.Errorf("recover payments: %w", err)
		}
		d.log.Warn("attempt was being sent when the server ended", "attempt", moved.ID, "transaction", moved.Order.TransactionID)
	}
	open, err := d.journal.AttemptsIn(ctx, ivr.AttemptUnknown)
	if err != nil {
		return 0, fmt.Errorf("recover payments: %w", err)
	}
	for _, a := range open {
		d.startInquirer(a, time.Now(), false)
	}
	if err := d.resume(ctx); err != nil {
		return 0, fmt.Errorf("recover payments: %w", err)
	}
	d.startReconciling()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open = true
	return len(open), nil
}

// resume goes on with the cancels under way and with what is asked about once more.
func (d *Desk) resume(ctx context.Context) error {
	voiding, err := d.journal.AttemptsIn(ctx, ivr.AttemptVoiding)
	if err != nil {
		return err
	}
	for _, a := range voiding {
		if d.settler == nil {
			d.log.Error("the acquirer cannot go on with a cancel", "attempt", a.ID)
			continue
		}
		d.startVoider(a, true, false)
	}
	now := time.Now()
	lately, err := d.journal.AttemptsBetween(ctx, now.Add(-recheckReach), now)
	if err != nil {
		return err
	}
	for _, a := range lately {
		if _, due := nextRecheck(a, now); due && rechecked(a) {
			d.recheckLater(a)
		}
	}
	return nil
}

// Stop takes no more authorizations, waits until ctx ends for those under way, and
// ends all goroutines. Customers who wait for an inquiry are answered Unknown. What
// is still being sent when ctx ends is settled after the next start, and is an
// error here.
func (d *Desk) Stop(ctx context.Context) error {
	d.mu.Lock()
	if d.open {
		d.open = false
		close(d.stopping)
	}
	d.mu.Unlock()
	err := wait(ctx, &d.sending)
	d.cancel()
	if err == nil {
		err = wait(ctx, &d.others)
	}
	if err != nil {
		return fmt.Errorf("stop payments: an authorization is still under way: %w", err)
	}
	return nil
}

// wait waits for the group until ctx ends.
func wait(ctx context.Context, group *sync.WaitGroup) error {
	done := make(chan struct{})
	go func() {
		group.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Paid tells whether an order is paid and not cancelled, as far as our journal knows.
func (d *Desk) Paid(ctx context.Context, merchant ivr.MerchantID, id order.TransactionID) (bool, error) {
	return d.any(ctx, merchant, id, func(a ivr.Attempt) bool {
		return a.State == ivr.AttemptApproved || a.State == ivr.AttemptCaptured
	})
}

// Open tells whether an order has an attempt whose outcome is open: it may not be
// tried again, under this transaction ID or another one.
func (d *Desk) Open(ctx context.Context, merchant ivr.MerchantID, id order.TransactionID) (bool, error) {
	return d.any(ctx, merchant, id, func(a ivr.Attempt) bool {
		return a.Outcome() == ivr.OutcomeUnknown
	})
}

func (d *Desk) any(
	ctx context.Context, merchant ivr.MerchantID, id order.TransactionID, is func(ivr.Attempt) bool,
) (bool, error) {
	attempts, err := d.journal.AttemptsOf(ctx, merchant, id)
	if err != nil {
		return false, err
	}
	for _, a := range attempts {
		if is(a) {
			return true, nil
		}
	}
	return false, nil
}

// move writes a transition down. The attempt it returns is the one on disk; on an
// error nothing is certain, and the attempt is as it was.
func (d *Desk) move(ctx context.Context, a ivr.Attempt, e Event, cause string) (ivr.Attempt, error) {
	to, ok := Next(a.State, e)
	if !ok {
		return a, fmt.Errorf("attempt %s in %s: %q cannot happen: %w", a.ID, a.State, e, ivr.ErrMoved)
	}
	moved := a
	moved.State, moved.Cause, moved.DoneAt = to, cause, time.Now()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitDeadline)
	defer cancel()
	err := d.journal.MoveAttempt(ctx, moved, a.State)
	if errors.Is(err, ivr.ErrMoved) {
		// An earlier try may have reached the disk without saying so.
		if onDisk, ok := d.reread(ctx, a); ok && onDisk.State == to {
			return onDisk, nil
		}
	}
	if err != nil {
		return a, err
	}
	return moved, nil
}

// reread is the attempt as the journal has it now.
func (d *Desk) reread(ctx context.Context, a ivr.Attempt) (ivr.Attempt, bool) {
	attempts, err := d.journal.AttemptsOf(ctx, a.Operator.Merchant, a.Order.TransactionID)
	if err != nil {
		return ivr.Attempt{}, false
	}
	for _, onDisk := range attempts {
		if onDisk.ID == a.ID {
			return onDisk, true
		}
	}
	return ivr.Attempt{}, false
}
