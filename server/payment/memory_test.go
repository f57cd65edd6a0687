package payment_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"tsunagi/server"
	"tsunagi/shared/order"
)

// memory is a journal that lives as long as the test, with the rules of the real
// one. It can be told to fail, before or after it has done what it was asked.
type memory struct {
	mu       sync.Mutex
	attempts []ivr.Attempt
	fail     func(deed string) failure // nil: never
}

// failure is how a call of the journal fails.
type failure string

const (
	works      failure = ""
	nothing    failure = "nothing done"   // the disk is full
	doneUnsaid failure = "done, not said" // written, but the reply is an error
)

var errDisk = errors.New("disk I/O error")

func (m *memory) do(deed string, change func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	how := works
	if m.fail != nil {
		how = m.fail(deed)
	}
	if how == nothing {
		return errDisk
	}
	if err := change(); err != nil || how == works {
		return err
	}
	return errDisk
}

func (m *memory) BeginAttempt(ctx context.Context, a ivr.Attempt) error {
	return m.do("begin", func() error {
		for _, other := range m.attempts {
			if other.Operator.Merchant != a.Operator.Merchant || other.Order.TransactionID != a.Order.TransactionID {
				continue
			}
			if paid(other) {
				return ivr.ErrOrderPaid
			}
			if other.Outcome() == ivr.OutcomeUnknown {
				return ivr.ErrOrderOpen
			}
		}
		m.attempts = append(m.attempts, a)
		return ctx.Err()
	})
}

func (m *memory) MoveAttempt(_ context.Context, a ivr.Attempt, from ivr.AttemptState) error {
	return m.do("move", func() error {
		for n, other := range m.attempts {
			if paid(a) && paid(other) && other.ID != a.ID && other.Order.TransactionID == a.Order.TransactionID {
				return ivr.ErrOrderPaid
			}
			if other.ID == a.ID && other.State == from {
				m.attempts[n] = a
				return nil
			}
		}
		return ivr.ErrMoved
	})
}

func (m *memory) NoteInquiry(_ context.Context, id ivr.AttemptID, at, notFoundAt time.Time) error {
	return m.do("note", func() error {
		for n := range m.attempts {
			if m.attempts[n].ID == id {
				m.attempts[n].Inquiries++
				m.attempts[n].InquiredAt, m.attempts[n].NotFoundAt = at, notFoundAt
			}
		}
		return nil
	})
}

func (m *memory) AttemptsOf(_ context.Context, merchant ivr.MerchantID, id order.TransactionID) ([]ivr.Attempt, error) {
	return m.list(func(a ivr.Attempt) bool { return a.Operator.Merchant == merchant && a.Order.TransactionID == id })
}

func (m *memory) AttemptsIn(_ context.Context, state ivr.AttemptState) ([]ivr.Attempt, error) {
	return m.list(func(a ivr.Attempt) bool { return a.State == state })
}

func (m *memory) AttemptsBetween(_ context.Context, from, to time.Time) ([]ivr.Attempt, error) {
	return m.list(func(a ivr.Attempt) bool { return !a.SendingAt.Before(from) && !a.SendingAt.After(to) })
}

func (m *memory) list(wanted func(ivr.Attempt) bool) (found []ivr.Attempt, err error) {
	err = m.do("list", func() error {
		found = slices.DeleteFunc(slices.Clone(m.attempts), func(a ivr.Attempt) bool { return !wanted(a) })
		return nil
	})
	return found, err
}

func paid(a ivr.Attempt) bool {
	return a.State == ivr.AttemptApproved || a.State == ivr.AttemptCaptured
}
