package payment

import "errors"

// Errors of Ready: why no payment can be taken now.
var (
	// ErrReconciling says that the journal was restored and may lack payments.
	ErrReconciling = errors.New("the journal was restored and is not reconciled with the acquirer yet")

	// ErrUnwritten says that the journal does not take what must be written down.
	ErrUnwritten = errors.New("the journal does not take what must be written down")
)

// Ready tells why payments cannot be taken at this moment, nil where they can: the
// Desk is stopping, the journal is not complete after a restore, a transition waits
// to be written down, or there is no room for the next ones. Who admits calls asks
// it first; it does not wait for anything.
func (d *Desk) Ready() error {
	d.mu.Lock()
	open, unsure := d.open, d.unsure
	d.mu.Unlock()
	switch {
	case !open:
		return ErrStopping
	case unsure != nil:
		return unsure
	case d.owed.Load() > 0:
		return ErrUnwritten
	}
	return d.room()
}

// relied tells whether the journal may be relied on to refuse a paid order.
func (d *Desk) relied() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.unsure == nil
}

// AcceptRestored takes a restored journal for complete without the acquirer's books:
// a person has compared them, or the acquirer does not show them.
func (d *Desk) AcceptRestored() {
	d.complete()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.unsure = nil
}
