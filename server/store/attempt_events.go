package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tsunagi/server"
)

// ErrTampered says that a chain does not hold: a row was changed, removed or put in.
var ErrTampered = errors.New("the rows have been tampered with")

// AttemptEvent is one transition of an attempt, as it was written down.
type AttemptEvent struct {
	Attempt ivr.AttemptID
	From    ivr.AttemptState // empty at the first
	To      ivr.AttemptState
	At      time.Time
	Cause   string
}

// appendEvent adds the event to the chain, in the transaction that makes it true.
func (w *writing) appendEvent(e AttemptEvent) error {
	prev, err := w.lastHash("SELECT hash FROM attempt_events ORDER BY seq DESC LIMIT 1")
	if err != nil {
		return err
	}
	hash := seal(prev, e)
	result, err := w.exec(`
		INSERT INTO attempt_events (attempt_id, from_state, to_state, at, cause, hash_prev, hash)
		VALUES (?, ?, ?, ?, ?, ?, ?)`,
		e.Attempt, e.From, e.To, e.At.UnixMilli(), e.Cause, prev, hash)
	if err != nil {
		return err
	}
	seq, err := result.LastInsertId()
	w.attempts, w.attemptsAt = headOf(seq, hash), e.At
	return err
}

// lastHash is the hash at the end of a chain, of no bytes where the chain is empty.
func (w *writing) lastHash(query string) ([]byte, error) {
	var last [1]driver.Value
	err := w.first(query, last[:])
	if errors.Is(err, sql.ErrNoRows) {
		return []byte{}, nil
	}
	hash, _ := last[0].([]byte)
	return hash, err
}

// seal is the hash of an event and of all before it.
func seal(prev []byte, e AttemptEvent) []byte {
	// JSON keeps the fields apart whatever they contain; strings and an integer
	// cannot fail to marshal.
	text, _ := json.Marshal([]any{hex.EncodeToString(prev), e.Attempt, e.From, e.To, e.At.UnixMilli(), e.Cause})
	sum := sha256.Sum256(text)
	return sum[:]
}

// AttemptEvents lists the transitions of one attempt in their order.
func (s *Store) AttemptEvents(ctx context.Context, id ivr.AttemptID) ([]AttemptEvent, error) {
	events, err := list(ctx, s.read, func(row scanner) (AttemptEvent, error) {
		var e AttemptEvent
		err := row.Scan(&e.Attempt, &e.From, &e.To, msTime{&e.At}, &e.Cause)
		return e, err
	}, "SELECT attempt_id, from_state, to_state, at, cause FROM attempt_events WHERE attempt_id = ? ORDER BY seq", id)
	if err != nil {
		return nil, fmt.Errorf("list events of attempt %s: %w", id, err)
	}
	return events, nil
}

// VerifyAttemptEvents walks the whole chain and is ErrTampered, with the row's
// number, where it does not hold. Rows cut off at the end are not seen by the
// chain; the attempts they belong to are, by their state.
func (s *Store) VerifyAttemptEvents(ctx context.Context) error {
	type sealed struct {
		AttemptEvent
		seq        int64
		prev, hash []byte
	}
	events, err := list(ctx, s.read, func(row scanner) (sealed, error) {
		var e sealed
		err := row.Scan(&e.seq, &e.Attempt, &e.From, &e.To, msTime{&e.At}, &e.Cause, &e.prev, &e.hash)
		return e, err
	}, "SELECT seq, attempt_id, from_state, to_state, at, cause, hash_prev, hash FROM attempt_events ORDER BY seq")
	if err != nil {
		return fmt.Errorf("verify attempt events: %w", err)
	}
	prev := []byte{}
	last := make(map[ivr.AttemptID]ivr.AttemptState)
	for _, e := range events {
		if !bytes.Equal(e.prev, prev) || !bytes.Equal(e.hash, seal(e.prev, e.AttemptEvent)) || e.From != last[e.Attempt] {
			return fmt.Errorf("verify attempt events: row %d: %w", e.seq, ErrTampered)
		}
		prev, last[e.Attempt] = e.hash, e.To
	}
	return s.verifyStates(ctx, last)
}

// verifyStates compares each attempt's state with the last event told of it.
func (s *Store) verifyStates(ctx context.Context, last map[ivr.AttemptID]ivr.AttemptState) error {
	attempts, err := list(ctx, s.read, scanAttempt, "SELECT "+attemptColumns+" FROM attempts ORDER BY attempt_id")
	if err != nil {
		return fmt.Errorf("verify attempts: %w", err)
	}
	for _, a := range attempts {
		if last[a.ID] != a.State {
			return fmt.Errorf("verify attempt %s: it is %s, its last event says %q: %w", a.ID, a.State, last[a.ID], ErrTampered)
		}
	}
	return nil
}
