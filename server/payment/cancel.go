package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tsunagi/server"
)

// Errors of Cancel, Capture and Resolve.
var (
	ErrNotPaid     = errors.New("the order has no payment that stands")
	ErrUnsupported = errors.New("the acquirer does not do this")
	ErrBusy        = errors.New("the order is being worked on")
)

// cancelWaits is how long Cancel waits for the result before it leaves the rest to
// the background.
const cancelWaits = 30 * time.Second

// Cancel gives an order's payment back in full. Order and amount are the journal's.
// The attempt is VOIDING on disk before the acquirer is asked. It returns the
// attempt as it then stands: VOIDED, VOID_FAILED (a person decides), or VOIDING,
// where the outcome is open; then the cancel goes on in the background, also over a
// restart, and Options.Settled is told. cause is who asked and why, for the journal.
//
// It is ivr.ErrNotFound where the order was never tried, ErrNotPaid where nothing is
// paid, ivr.ErrOrderOpen where an attempt or a cancel of it is open.
func (d *Desk) Cancel(ctx context.Context, key OrderKey, cause string) (ivr.Attempt, error) {
	a, err := d.void(ctx, key, cause)
	if err != nil {
		return ivr.Attempt{}, fmt.Errorf("cancel order %s: %w", key.TransactionID, err)
	}
	return a, nil
}

func (d *Desk) void(ctx context.Context, key OrderKey, cause string) (ivr.Attempt, error) {
	if d.settler == nil {
		return ivr.Attempt{}, ErrUnsupported
	}
	if !d.enter() {
		return ivr.Attempt{}, ErrStopping
	}
	defer d.sending.Done()
	if !d.hold(key) {
		return ivr.Attempt{}, ErrBusy
	}
	defer d.release(key)
	a, err := d.standing(ctx, key)
	if err != nil {
		return ivr.Attempt{}, err
	}
	moved, err := d.move(ctx, a, VoidBegun, cause)
	if err != nil {
		if !errors.Is(err, ivr.ErrMoved) {
			d.findVoiding(a)
		}
		return ivr.Attempt{}, err
	}
	d.log.Info("cancel written down", "attempt", moved.ID, "transaction", moved.Order.TransactionID)
	// Where an earlier cancel failed, somebody may have cancelled by other means.
	v := d.startVoider(moved, a.State == ivr.AttemptVoidFailed, true)
	return v.wait(ctx, d.stopping), nil
}

// findVoiding looks after an attempt that may have become VOIDING on disk although
// the journal said otherwise: then the cancel that was asked for goes on.
func (d *Desk) findVoiding(a ivr.Attempt) {
	d.owed.Add(1)
	d.others.Go(func() {
		defer d.owed.Add(-1)
		for pause(d.background, commitRetry) {
			onDisk, ok := d.reread(d.background, a)
			if !ok {
				continue
			}
			if onDisk.State == ivr.AttemptVoiding {
				d.startVoider(onDisk, true, false)
			}
			return
		}
	})
}

// standing is the order's attempt that is paid, or that was and could not be
// cancelled.
func (d *Desk) standing(ctx context.Context, key OrderKey) (ivr.Attempt, error) {
	attempts, err := d.journal.AttemptsOf(ctx, key.Merchant, key.TransactionID)
	if err != nil {
		return ivr.Attempt{}, err
	}
	if len(attempts) == 0 {
		return ivr.Attempt{}, ivr.ErrNotFound
	}
	err = ErrNotPaid
	for _, a := range attempts {
		switch a.State {
		case ivr.AttemptApproved, ivr.AttemptCaptured, ivr.AttemptVoidFailed:
			return a, nil
		case ivr.AttemptSending, ivr.AttemptUnknown, ivr.AttemptVoiding, ivr.AttemptManual:
			err = ivr.ErrOrderOpen
		}
	}
	return ivr.Attempt{}, err
}

// hold keeps an order from being captured and cancelled at the same time.
func (d *Desk) hold(key OrderKey) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.held[key] {
		return false
	}
	d.held[key] = true
	return true
}

func (d *Desk) release(key OrderKey) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.held, key)
}

// Resolution is a person's word on an attempt that inquiry did not settle.
type Resolution string

// The resolutions.
const (
	ResolvedPaid    Resolution = "paid"     // the acquirer has the money
	ResolvedNotPaid Resolution = "not_paid" // it has not
	ResolvedVoided  Resolution = "voided"   // it had, and has given it back
)

var resolving = map[Resolution]Event{
	ResolvedPaid: FoundPaid, ResolvedNotPaid: FoundRefused, ResolvedVoided: FoundVoided,
}

// Resolve writes down what a person has found out about an order in MANUAL, with
// the person's name and reason as its cause, and unlocks the order. It is ErrNotPaid
// where no attempt of the order waits for a person.
func (d *Desk) Resolve(ctx context.Context, key OrderKey, as Resolution, reason string) (ivr.Attempt, error) {
	attempts, err := d.journal.AttemptsOf(ctx, key.Merchant, key.TransactionID)
	if err != nil {
		return ivr.Attempt{}, fmt.Errorf("resolve order %s: %w", key.TransactionID, err)
	}
	e, known := resolving[as]
	for _, a := range attempts {
		if a.State != ivr.AttemptManual || !known {
			continue
		}
		moved, err := d.move(ctx, a, e, reason)
		if err != nil {
			return ivr.Attempt{}, fmt.Errorf("resolve order %s: %w", key.TransactionID, err)
		}
		d.log.Warn("a person has resolved an attempt", "attempt", moved.ID, "state", moved.State)
		d.settled(moved)
		return moved, nil
	}
	return ivr.Attempt{}, fmt.Errorf("resolve order %s as %q: %w", key.TransactionID, as, ErrNotPaid)
}
