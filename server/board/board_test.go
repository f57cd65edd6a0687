package board_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
	"tsunagi/server/board"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

var (
	suzuki = ivr.UserKey{Merchant: "shop", User: "suzuki"}
	tanaka = ivr.UserKey{Merchant: "shop", User: "tanaka"}
	sato   = ivr.UserKey{Merchant: "other", User: "suzuki"} // the same user ID at another merchant
)

var (
	ofSuzuki = board.Filter{Merchant: "shop", Operator: "suzuki", Rows: true}
	ofShop   = board.Filter{Merchant: "shop", Rows: true}
	ofAll    = board.Filter{Rows: true}
)

func picture(id string, state wire.State) wire.Call { return wire.Call{ID: id, State: state} }

func row(operator ivr.UserKey, call ivr.CallID, number int) ivr.Row {
	return ivr.Row{
		Call: call, Operator: operator, Number: number, At: time.Now(),
		TransactionID: "T-1", Point: string(message.TransferTop),
	}
}

func result(operator ivr.UserKey, call ivr.CallID, outcome ivr.Outcome) ivr.Result {
	return ivr.Result{
		Call: call, Operator: operator, At: time.Now(), Outcome: outcome,
		Order: order.Order{TransactionID: "T-1", Amount: 36_500, PaymentCount: order.Once},
	}
}

// next is the next update, which must be there already.
func next(t *testing.T, s *board.Subscription) board.Update {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	update, err := s.Next(ctx)
	if err != nil {
		t.Fatalf("next: %v", err)
	}
	return update
}

func nextChange(t *testing.T, s *board.Subscription) wire.Change {
	t.Helper()
	update := next(t, s)
	if update.Change == nil {
		t.Fatal("got a snapshot, want a change")
	}
	return *update.Change
}

func nextSnapshot(t *testing.T, s *board.Subscription) wire.Snapshot {
	t.Helper()
	update := next(t, s)
	if update.Snapshot == nil {
		t.Fatalf("got change %+v, want a snapshot", *update.Change)
	}
	return *update.Snapshot
}

// nothing fails the test when an update waits.
func nothing(t *testing.T, s *board.Subscription) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if update, err := s.Next(ctx); err == nil {
		t.Errorf("got an update that is not this reader's: snapshot %v, change %+v", update.Snapshot != nil, update.Change)
	}
}

func TestSubscriptionBeginsWithSnapshot(t *testing.T) {
	b := board.New()
	b.Put(suzuki, picture("c1", wire.StateSendWindow))
	b.Put(suzuki, picture("c1", wire.StateHandover))
	b.Append(row(suzuki, "c1", 1))
	b.Result(result(suzuki, "c0", ivr.OutcomePaid))
	s := b.Subscribe(ofSuzuki)
	defer s.Close()
	b.Append(row(suzuki, "c1", 2)) // before the snapshot is taken: in it, and not told again

	snapshot := nextSnapshot(t, s)
	if len(snapshot.Calls) != 1 || snapshot.Calls[0].State != wire.StateHandover {
		t.Errorf("calls %+v, want c1 in handover alone", snapshot.Calls)
	}
	if len(snapshot.Rows) != 2 || snapshot.Rows[0].Number != 1 || snapshot.Rows[1].Number != 2 {
		t.Errorf("rows %+v, want numbers 1 and 2", snapshot.Rows)
	}
	if len(snapshot.Results) != 1 || snapshot.Results[0].Outcome != wire.OutcomeOK {
		t.Errorf("results %+v, want one that is ok", snapshot.Results)
	}
	nothing(t, s)

	b.Put(suzuki, picture("c1", wire.StateRingback))
	b.Append(row(suzuki, "c1", 3))
	for i := range int64(2) {
		if change := nextChange(t, s); change.Seq != snapshot.Seq+1+i {
			t.Errorf("change has number %d, want %d", change.Seq, snapshot.Seq+1+i)
		}
	}
}

func TestEmptyPictureHasEmptyLists(t *testing.T) {
	s := board.New().Subscribe(ofAll)
	defer s.Close()
	snapshot := nextSnapshot(t, s)
	if snapshot.Calls == nil || snapshot.Rows == nil || snapshot.Results == nil {
		t.Errorf("snapshot %+v has a nil list, which would cross as null", snapshot)
	}
}

func TestReadersSeeWhatTheyMay(t *testing.T) {
	notice := func(b *board.Board) { b.Notify(suzuki, wire.Notice{MessageID: "F301"}) }
	tests := []struct {
		name    string
		filter  board.Filter
		publish func(*board.Board)
		sees    bool
	}{
		{"own call", ofSuzuki, func(b *board.Board) { b.Put(suzuki, picture("c", wire.StateGreeting)) }, true},
		{"another operator's call", ofSuzuki, func(b *board.Board) { b.Put(tanaka, picture("c", wire.StateGreeting)) }, false},
		{"another operator's row", ofSuzuki, func(b *board.Board) { b.Append(row(tanaka, "c", 1)) }, false},
		{"another operator's result", ofSuzuki, func(b *board.Board) { b.Result(result(tanaka, "c", ivr.OutcomePaid)) }, false},
		{"another operator's notice", ofSuzuki, func(b *board.Board) { b.Notify(tanaka, wire.Notice{}) }, false},
		{"same user of another merchant", ofSuzuki, func(b *board.Board) { b.Append(row(sato, "c", 1)) }, false},
		{"own notice", ofSuzuki, notice, true},
		{"supervisor, any call", ofShop, func(b *board.Board) { b.Put(tanaka, picture("c", wire.StateGreeting)) }, true},
		{"supervisor, an operator's notice", ofShop, notice, false},
		{"supervisor, another merchant", ofShop, func(b *board.Board) { b.Append(row(sato, "c", 1)) }, false},
		{"all merchants", ofAll, func(b *board.Board) { b.Append(row(sato, "c", 1)) }, true},
		{"row without monitoring", board.Filter{Merchant: "shop", Operator: "suzuki"},
			func(b *board.Board) { b.Append(row(suzuki, "c", 1)) }, false},
		{"call without monitoring", board.Filter{Merchant: "shop", Operator: "suzuki"},
			func(b *board.Board) { b.Put(suzuki, picture("c", wire.StateGreeting)) }, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := board.New()
			s := b.Subscribe(test.filter)
			defer s.Close()
			nextSnapshot(t, s)
			test.publish(b)
			if test.sees {
				nextChange(t, s)
			}
			nothing(t, s)

			late := b.Subscribe(test.filter)
			defer late.Close()
			snapshot := nextSnapshot(t, late)
			parts := len(snapshot.Calls) + len(snapshot.Rows) + len(snapshot.Results)
			if !test.sees && parts != 0 {
				t.Errorf("a snapshot shows it all the same: %+v", snapshot)
			}
		})
	}
}

func TestSlowReaderBeginsAgainFromSnapshot(t *testing.T) {
	b := board.New()
	slow := b.Subscribe(ofSuzuki)
	defer slow.Close()
	first := nextSnapshot(t, slow)
	b.Notify(suzuki, wire.Notice{MessageID: "F301"})
	const rows = 900
	for i := range rows {
		b.Append(row(suzuki, "c1", i+1)) // comes back at once, though no one reads
	}
	b.Notify(suzuki, wire.Notice{MessageID: "W406"})

	snapshot := nextSnapshot(t, slow)
	if len(snapshot.Rows) != rows {
		t.Errorf("the snapshot has %d rows, want %d", len(snapshot.Rows), rows)
	}
	if snapshot.Seq != first.Seq {
		t.Errorf("the snapshot has number %d, want %d: the last one this reader was given", snapshot.Seq, first.Seq)
	}
	for _, id := range []string{"F301", "W406"} {
		if change := nextChange(t, slow); change.Notice == nil || change.Notice.MessageID != id {
			t.Errorf("got %+v, want the notice %s kept over the restart", change, id)
		}
	}
	nothing(t, slow)
	b.Append(row(suzuki, "c1", rows+1))
	if change := nextChange(t, slow); change.Row == nil || change.Row.Number != rows+1 {
		t.Errorf("got %+v, want the row after the snapshot", change)
	}
}

func TestNoticesOfAnAbsentReaderAreBounded(t *testing.T) {
	b := board.New()
	s := b.Subscribe(ofSuzuki)
	defer s.Close()
	const notices = 1000
	for i := range notices {
		b.Notify(suzuki, wire.Notice{MessageID: "W406", CallID: fmt.Sprint(i)})
	}
	nextSnapshot(t, s)
	kept, last := 0, ""
	for ; ; kept++ {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		update, err := s.Next(ctx)
		if err != nil {
			break
		}
		last = update.Change.Notice.CallID
	}
	if kept == 0 || kept > 256 || last != fmt.Sprint(notices-1) {
		t.Errorf("%d notices kept up to %s, want at most 256 and the newest", kept, last)
	}
}

func TestEndedCallStaysTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := board.New()
		calls := func() int {
			s := b.Subscribe(ofSuzuki)
			defer s.Close()
			return len(nextSnapshot(t, s).Calls)
		}
		b.Put(suzuki, picture("c1", wire.StateResult))
		time.Sleep(time.Hour)
		b.Put(suzuki, picture("c1", wire.StateEnded))
		time.Sleep(10*time.Second - 1)
		b.Put(suzuki, picture("c1", wire.StateResult)) // late: the call stays ended
		if got := calls(); got != 1 {
			t.Errorf("%d calls just before 10 s after the end, want 1", got)
		}
		time.Sleep(time.Nanosecond)
		if got := calls(); got != 0 {
			t.Errorf("%d calls 10 s after the end, want 0", got)
		}
	})
}

func TestMidnightInJapanEmptiesTheDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // begins at midnight UTC, 9:00 in Japan
		b := board.New()
		time.Sleep(15*time.Hour - time.Second) // 23:59:59
		b.Put(suzuki, picture("c1", wire.StateGreeting))
		b.Append(row(suzuki, "c1", 1))
		b.Result(result(suzuki, "c0", ivr.OutcomePaid))
		time.Sleep(time.Second)
		s := b.Subscribe(ofSuzuki)
		defer s.Close()
		snapshot := nextSnapshot(t, s)
		if len(snapshot.Rows) != 0 || len(snapshot.Results) != 0 {
			t.Errorf("yesterday is still there: %+v", snapshot)
		}
		if len(snapshot.Calls) != 1 {
			t.Errorf("%d calls, want the live one", len(snapshot.Calls))
		}
		old := result(suzuki, "c0", ivr.OutcomePaid)
		old.At = old.At.Add(-time.Minute)
		b.Result(old) // an outcome of yesterday, settled today
		if change := nextChange(t, s); change.Result == nil {
			t.Errorf("got %+v, want the result to be told", change)
		}
		s.Restart()
		if got := nextSnapshot(t, s).Results; len(got) != 0 {
			t.Errorf("results %+v, want none of yesterday", got)
		}
	})
}

func TestSettledResultReplacesTheOpenOne(t *testing.T) {
	b := board.New()
	b.Result(result(suzuki, "c1", ivr.OutcomeUnknown))
	b.Result(result(suzuki, "c2", ivr.OutcomePaid))
	b.Result(result(suzuki, "c1", ivr.OutcomeNotPaid))
	s := b.Subscribe(ofShop)
	defer s.Close()
	var got []string
	for _, r := range nextSnapshot(t, s).Results {
		got = append(got, r.CallID+" "+string(r.Outcome))
	}
	if want := []string{"c1 ng", "c2 ok"}; !reflect.DeepEqual(got, want) {
		t.Errorf("results %v, want %v", got, want)
	}
}

func TestSnapshotHoldsTheNewestRows(t *testing.T) {
	b := board.New()
	for i := range wire.MaxRows {
		b.Append(row(suzuki, "c1", i+1))
		b.Append(row(tanaka, "c2", i+1))
	}
	s := b.Subscribe(ofShop)
	defer s.Close()
	rows := nextSnapshot(t, s).Rows
	if len(rows) != wire.MaxRows {
		t.Fatalf("%d rows, want %d", len(rows), wire.MaxRows)
	}
	if last := rows[len(rows)-1]; last.CallID != "c2" || last.Number != wire.MaxRows {
		t.Errorf("the last row is %d of %s, want the newest", last.Number, last.CallID)
	}
	if first := rows[0]; first.CallID != "c1" || first.Number != wire.MaxRows/2+1 {
		t.Errorf("the first row is %d of %s, want %d of c1", first.Number, first.CallID, wire.MaxRows/2+1)
	}
}

func TestFinishTellsWhatThereIs(t *testing.T) {
	b := board.New()
	s := b.Subscribe(ofAll)
	nextSnapshot(t, s)
	b.Append(row(suzuki, "c1", 1))
	s.Finish()
	b.Append(row(suzuki, "c1", 2))
	if update, err := s.Next(t.Context()); err != nil || update.Change == nil || update.Change.Row.Number != 1 {
		t.Errorf("got %+v, %v, want the row of before", update, err)
	}
	if update, err := s.Next(t.Context()); err != board.ErrClosed { //nolint:errorlint // returned as it is
		t.Errorf("got %+v, %v, want %v", update, err, board.ErrClosed)
	}
	s.Close()
}

func TestCloseEndsNext(t *testing.T) {
	b := board.New()
	s := b.Subscribe(ofAll)
	nextSnapshot(t, s)
	failed := make(chan error)
	go func() {
		_, err := s.Next(context.WithoutCancel(t.Context()))
		failed <- err
	}()
	s.Close()
	if err := <-failed; err != board.ErrClosed { //nolint:errorlint // returned as it is
		t.Errorf("next after close: %v, want %v", err, board.ErrClosed)
	}
	b.Append(row(suzuki, "c1", 1))
	s.Close()
}

func TestRowsAreShownAndHidden(t *testing.T) {
	b := board.New()
	b.Append(row(suzuki, "c1", 1))
	s := b.Subscribe(ofSuzuki)
	defer s.Close()
	nextSnapshot(t, s)

	b.Append(row(suzuki, "c1", 2)) // not taken yet, and not to be seen any more
	b.Notify(suzuki, wire.Notice{MessageID: "F301"})
	s.ShowRows(false)
	b.Append(row(suzuki, "c1", 3))
	b.Put(suzuki, picture("c1", wire.StateGreeting))
	snapshot := nextSnapshot(t, s)
	if len(snapshot.Rows) != 0 || len(snapshot.Calls) != 1 {
		t.Errorf("hidden: got rows %+v and calls %+v", snapshot.Rows, snapshot.Calls)
	}
	if change := nextChange(t, s); change.Notice == nil || change.Seq != snapshot.Seq+1 {
		t.Errorf("got %+v, want the notice that waited", change)
	}
	s.ShowRows(false)
	nothing(t, s)

	s.ShowRows(true)
	if snapshot := nextSnapshot(t, s); len(snapshot.Rows) != 3 {
		t.Errorf("shown again: got rows %+v, want all three", snapshot.Rows)
	}
	b.Append(row(suzuki, "c1", 4))
	if change := nextChange(t, s); change.Row == nil || change.Row.Number != 4 {
		t.Errorf("got %+v, want row 4", change)
	}
}
