package board_test

import (
	"path/filepath"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/server/board"
	"tsunagi/server/store"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

func TestLoadBringsTodayBack(t *testing.T) {
	ctx := t.Context()
	kept, err := store.Open(ctx, filepath.Join(t.TempDir(), "tsunagi.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	yesterday := row(suzuki, "c0", 1)
	yesterday.At = yesterday.At.Add(-24 * time.Hour)
	today := row(suzuki, "c1", 1)
	if err := kept.PutMerchant(ctx, ivr.DefaultMerchant("shop", "つなぎ商店")); err != nil {
		t.Fatal(err)
	}
	for _, r := range []ivr.Row{yesterday, today} {
		if err := kept.AppendRows(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	paid := result(suzuki, "c1", ivr.OutcomePaid)
	if err := kept.PutRecord(ctx, ivr.Record{
		ID: "c1", Operator: suzuki, ArrivedAt: paid.At, EndedAt: paid.At, Order: paid.Order, Outcome: paid.Outcome,
	}); err != nil {
		t.Fatal(err)
	}
	b := board.New()
	if err := b.Load(ctx, kept); err != nil {
		t.Fatal(err)
	}
	s := b.Subscribe(ofSuzuki)
	defer s.Close()
	snapshot := nextSnapshot(t, s)
	if len(snapshot.Rows) != 1 || snapshot.Rows[0].CallID != "c1" {
		t.Errorf("rows %+v, want that of today", snapshot.Rows)
	}
	want := wire.Result{
		CallID: "c1", AtMs: paid.At.UnixMilli(), OperatorID: "suzuki", TransactionID: "T-1",
		Amount: 36_500, PaymentCount: order.Once, Outcome: wire.OutcomeOK,
	}
	if len(snapshot.Results) != 1 || snapshot.Results[0] != want {
		t.Errorf("results %+v, want %+v", snapshot.Results, want)
	}
}

func TestLastRowIsMarked(t *testing.T) {
	b := board.New()
	last := row(suzuki, "c1", 9)
	last.Point = string(message.EndedOK)
	b.Append(row(suzuki, "c1", 8))
	b.Append(last)
	s := b.Subscribe(ofSuzuki)
	defer s.Close()
	rows := nextSnapshot(t, s).Rows
	if rows[0].Ends || !rows[1].Ends {
		t.Errorf("ends: %v %v, want only the last", rows[0].Ends, rows[1].Ends)
	}
}

func TestOutcomesAreSpelledAlike(t *testing.T) {
	for domain, crossing := range map[ivr.Outcome]wire.Outcome{
		ivr.OutcomeNone: wire.OutcomeNone, ivr.OutcomePaid: wire.OutcomeOK,
		ivr.OutcomeNotPaid: wire.OutcomeNG, ivr.OutcomeUnknown: wire.OutcomeHold,
	} {
		if wire.Outcome(domain) != crossing {
			t.Errorf("%q crosses as %q", domain, crossing)
		}
	}
}
