package sipua

import (
	"context"
	"fmt"
	"time"
)

// Try says how far TryAccount goes.
type Try string

const (
	// TryList only asks the registrar who is registered: name and password are put to
	// the test and nothing is changed, whoever is registered with the account.
	TryList Try = "list"

	// TryRegister registers and takes the registration back.
	TryRegister Try = "register"
)

// TryAccount puts an account to the test, for an administrator who wants to know whether
// it works. granted is for how long the registrar would have kept us, zero for TryList.
// The account must be one of Config.Accounts, and for TryRegister one that is Static: the
// other kind registers of itself. The endpoint must be serving.
func (e *Endpoint) TryAccount(ctx context.Context, a Account, how Try) (granted time.Duration, err error) {
	r, err := e.newRegistrant(a)
	if err != nil {
		return 0, err
	}
	type result struct {
		granted time.Duration
		err     error
	}
	tried := make(chan result, 1)
	if !e.task(func() {
		seconds := r.expires
		if how == TryList {
			seconds = listBindings
		}
		granted, err := r.ask(seconds)
		if err == nil && how == TryRegister {
			if _, err = r.ask(0); err != nil {
				err = fmt.Errorf("take the registration back: %w", err)
			}
		}
		tried <- result{granted, err}
	}) {
		return 0, ErrClosed
	}
	select {
	case t := <-tried:
		return t.granted, t.err
	case <-ctx.Done():
		return 0, fmt.Errorf("%w from %s: %w", ErrNoAnswer, a.Registrar, ctx.Err())
	}
}
