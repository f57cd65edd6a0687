package store

import (
	"errors"
	"fmt"
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
		return db.AppendRow(t.Context(), ivr.Row{
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
