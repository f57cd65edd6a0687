package board_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"

	"tsunagi/server"
	"tsunagi/server/board"
	"tsunagi/shared/wire"
)

// screen is a reader's copy of the picture, made of nothing but updates.
type screen struct {
	calls   []wire.Call
	rows    []wire.Row
	results []wire.Result
	seq     int64
	started bool
}

// apply does what the wire's comments tell a client to do.
func (s *screen) apply(update board.Update) error {
	if snapshot := update.Snapshot; snapshot != nil {
		s.calls, s.rows, s.results = snapshot.Calls, snapshot.Rows, snapshot.Results
		s.seq, s.started = snapshot.Seq, true
		return nil
	}
	change := update.Change
	if !s.started || change.Seq != s.seq+1 {
		return fmt.Errorf("change %d after %d, started %v", change.Seq, s.seq, s.started)
	}
	s.seq = change.Seq
	switch {
	case change.Call != nil:
		s.calls = replace(s.calls, *change.Call, func(c wire.Call) string { return c.ID })
	case change.Row != nil:
		s.rows = append(s.rows, *change.Row)
		s.rows = s.rows[max(0, len(s.rows)-wire.MaxRows):]
	case change.Result != nil:
		s.results = replace(s.results, *change.Result, func(r wire.Result) string { return r.CallID })
	}
	return nil
}

func replace[T any](list []T, value T, name func(T) string) []T {
	i := slices.IndexFunc(list, func(other T) bool { return name(other) == name(value) })
	if i < 0 {
		return append(list, value)
	}
	list[i] = value
	return list
}

// publish makes one random change of one of a few operators.
func publish(b *board.Board, random *rand.Rand, number int) {
	operator := []ivr.UserKey{suzuki, tanaka, sato}[random.IntN(3)]
	call := fmt.Sprintf("%s-%d", operator, random.IntN(5))
	switch random.IntN(6) {
	case 0:
		b.Append(row(operator, ivr.CallID(call), number))
	case 1:
		b.Result(result(operator, ivr.CallID(call), []ivr.Outcome{ivr.OutcomePaid, ivr.OutcomeUnknown}[random.IntN(2)]))
	case 2:
		b.Notify(operator, wire.Notice{CallID: call})
	default:
		b.Put(operator, wire.Call{ID: call, State: wire.StateCardNumber, Digits: number})
	}
}

// check compares what a reader has gathered with a snapshot made at the end.
func (s *screen) check(t *testing.T, b *board.Board, filter board.Filter) {
	t.Helper()
	fresh := b.Subscribe(filter)
	defer fresh.Close()
	want := nextSnapshot(t, fresh)
	if !s.started {
		t.Fatal("the reader never got a snapshot")
	}
	if !reflect.DeepEqual(s.calls, want.Calls) {
		t.Errorf("%+v: calls %+v, want %+v", filter, s.calls, want.Calls)
	}
	if !reflect.DeepEqual(s.rows, want.Rows) {
		t.Errorf("%+v: %d rows that differ from the %d of the snapshot", filter, len(s.rows), len(want.Rows))
	}
	if !reflect.DeepEqual(s.results, want.Results) {
		t.Errorf("%+v: results %+v, want %+v", filter, s.results, want.Results)
	}
}

// TestSnapshotAndChangesMakeThePicture reads now and then, asks for snapshots in
// between and falls behind; whatever the pace, the reader ends with the picture.
func TestSnapshotAndChangesMakeThePicture(t *testing.T) {
	for seed := range uint64(80) {
		random := rand.New(rand.NewPCG(seed, 1))
		b := board.New()
		filter := []board.Filter{ofSuzuki, ofShop, ofAll}[seed%3]
		for i := range random.IntN(50) {
			publish(b, random, i)
		}
		s := b.Subscribe(filter)
		var got screen
		drain := func(most int) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			for range most {
				update, err := s.Next(ctx)
				if err != nil {
					return
				}
				if err := got.apply(update); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
			}
		}
		for range 8 {
			for i := range random.IntN(300) {
				publish(b, random, i)
			}
			if random.IntN(4) == 0 {
				s.Restart()
			}
			drain(random.IntN(400))
		}
		drain(1 << 20)
		got.check(t, b, filter)
		s.Close()
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// TestManyPublishersAndReaders does the same with everyone at once.
func TestManyPublishersAndReaders(t *testing.T) {
	b := board.New()
	var publishers, readers sync.WaitGroup
	filters := []board.Filter{ofSuzuki, ofShop, ofAll, ofSuzuki}
	screens := make([]screen, len(filters))
	subscriptions := make([]*board.Subscription, len(filters))
	for i, filter := range filters {
		subscriptions[i] = b.Subscribe(filter)
		readers.Go(func() {
			for {
				update, err := subscriptions[i].Next(t.Context())
				switch {
				case errors.Is(err, board.ErrClosed):
					return
				case err != nil:
					t.Errorf("reader %d: %v", i, err)
					return
				case update.Change != nil && update.Change.Notice != nil && update.Change.Notice.CallID == "last":
					return
				}
				if err := screens[i].apply(update); err != nil {
					t.Errorf("reader %d: %v", i, err)
				}
			}
		})
	}
	for p := range uint64(4) {
		publishers.Go(func() {
			random := rand.New(rand.NewPCG(p, 2))
			for i := range 2000 {
				publish(b, random, i)
			}
		})
	}
	publishers.Wait()
	b.Notify(suzuki, wire.Notice{CallID: "last"}) // reaches the operator's two readers behind all changes
	for i, filter := range filters {
		if filter.Operator == "" {
			subscriptions[i].Close() // no notice marks the end for a supervisor
		}
	}
	readers.Wait()
	for i, filter := range filters {
		if filter.Operator != "" {
			screens[i].check(t, b, filter)
			subscriptions[i].Close()
		}
	}
}
