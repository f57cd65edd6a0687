package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"tsunagi/server"
)

// Rows of many calls at once share transactions; one that is refused, here because it
// has been written before, does not take the others with it.
func TestRowsWrittenTogetherStandAlone(t *testing.T) {
	db := openTest(t)
	write := func(call string) error {
		return db.AppendRows(t.Context(), ivr.Row{
			Call: ivr.CallID(call), Operator: operator, Number: 1, At: time.Now(), Point: "p",
		})
	}
	if err := write("call-7"); err != nil {
		t.Fatal(err)
	}
	errs := make([]error, 40)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() { errs[i] = write(fmt.Sprintf("call-%d", i)) })
	}
	group.Wait()
	for i, err := range errs {
		if (err != nil) != (i == 7) {
			t.Errorf("row of call %d: %v", i, err)
		}
	}
	rows, err := db.RowsSince(t.Context(), "shop", "", time.Unix(1, 0), 100)
	if err := errors.Join(err); err != nil {
		t.Fatal(err)
	}
	if len(rows) != 40 {
		t.Errorf("%d rows were written, want 40", len(rows))
	}
}

// A change that fails after it has written something takes back what it has written, and
// nothing of what shares its transaction.
func TestChangeThatFailsHalfwayLeavesTheOthers(t *testing.T) {
	s := openTest(t)
	broken := errors.New("second thoughts")
	change := func(do func(*writing) error) *written { return &written{do: do, done: make(chan struct{})} }
	add := func(id ivr.AttemptID, to ivr.AttemptState) func(*writing) error {
		return func(w *writing) error { return w.appendEvent(AttemptEvent{Attempt: id, To: to, At: noon}) }
	}
	a1, a2 := begin(t, s, attempt("a1", "order-1")), begin(t, s, attempt("a2", "order-2"))
	batch := []*written{
		change(add(a1.ID, "first")),
		change(func(w *writing) error { return errors.Join(add(a1.ID, "lost")(w), broken) }),
		change(add("nobody", "refused")),
		change(add(a2.ID, "second")),
	}
	s.commit(batch)
	if batch[0].err != nil || !errors.Is(batch[1].err, broken) || batch[2].err == nil || batch[3].err != nil {
		t.Errorf("errors: %v, %v, %v, %v", batch[0].err, batch[1].err, batch[2].err, batch[3].err)
	}
	for id, want := range map[ivr.AttemptID]ivr.AttemptState{a1.ID: "first", a2.ID: "second"} {
		events, err := s.AttemptEvents(t.Context(), id)
		if err != nil || len(events) != 2 || events[1].To != want {
			t.Errorf("events of %s: %v, %v; want the last to be %s", id, events, err, want)
		}
	}
}

// Who gives up before the change has begun is told so at once, and nothing happens later.
func TestWaitForOthersCanBeGivenUp(t *testing.T) {
	s := openTest(t)
	begun, goOn := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		err := s.jointly(t.Context(), func(*writing) error {
			close(begun)
			<-goOn
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-begun
	ctx, giveUp := context.WithCancel(t.Context())
	giveUp()
	err := s.jointly(ctx, func(*writing) error {
		t.Error("what was given up is done")
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	close(goOn)
	group.Wait()
	begin(t, s, attempt("a1", "order-1"))
}

// What waits when the store is closed is written; what comes afterwards is told so.
func TestCloseWritesWhatWaits(t *testing.T) {
	s := openTest(t)
	begun, goOn := make(chan struct{}), make(chan struct{})
	errs := make(chan error, 2)
	go func() {
		errs <- s.jointly(t.Context(), func(*writing) error {
			close(begun)
			<-goOn
			return nil
		})
	}()
	<-begun
	waits := &written{do: func(*writing) error { return nil }, done: make(chan struct{})}
	if !s.together.add(waits) {
		t.Fatal("the store is closed")
	}
	go func() { errs <- s.Close() }()
	close(goOn)
	if err := errors.Join(<-errs, <-errs); err != nil {
		t.Error(err)
	}
	select {
	case <-waits.done:
		if waits.err != nil {
			t.Error(waits.err)
		}
	default:
		t.Error("the store was closed before what waited was written")
	}
	if err := s.AppendRows(t.Context(), ivr.Row{Call: "call-1", Number: 1}); !errors.Is(err, errClosed) {
		t.Errorf("after the end: %v, want errClosed", err)
	}
}

// Statements that are kept compiled do not keep the file: its log is folded into it.
func TestCloseLetsStatementsGo(t *testing.T) {
	s := openTest(t)
	begin(t, s, attempt("a1", "order-1"))
	if _, err := s.AttemptsOf(t.Context(), "shop", "order-1"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.path + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the log is still there: %v", err)
	}
}
