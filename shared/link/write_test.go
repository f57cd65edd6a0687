package link

import (
	"encoding/json"
	"testing"

	"tsunagi/shared/wire"
)

var change = &wire.Change{Seq: 12345, ServerAtMs: 1_790_000_010_000, Call: &wire.Call{
	ID: "c-019aaf3e-1c7c-7f", OperatorID: "op12", State: wire.StateCardNumber, ArrivedAtMs: 1_790_000_000_000,
	StateAtMs: 1_790_000_010_000, TransactionID: "ORD-20261123-0044", Amount: 36_500, PaymentCount: "1",
	Digits: 12, RetriesLeft: 3, CardsLeft: 3, CanAskAgain: true, CanAbort: true, Language: "ja",
}}

// A body that knows its JSON form is put into the frame that encoding/json would make.
func TestFramesAreThoseOfEncodingJSON(t *testing.T) {
	for name, frame := range map[string]outgoing{
		"a change, pushed": {wire.KindChange, 0, change}, "by value": {wire.KindChange, 0, *change},
		"an answer": {wire.KindChange, 7, change}, "no body": {wire.KindDone, 7, nil},
	} {
		want, err := json.Marshal(frame)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time into a buffer that was used
			got, err := encode(frame.Kind, frame.ID, frame.Body)
			if err != nil || got.text.String() != string(want) {
				t.Errorf("%s: got %s, %v, want %s", name, &got.text, err, want)
			}
			got.free()
		}
	}
	if _, err := encode(wire.KindDone, 1, make(chan int)); err == nil {
		t.Error("a body without a JSON form has one")
	}
}

func BenchmarkEncodeChange(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		frame, err := encode(wire.KindChange, 0, change)
		if err != nil {
			b.Fatal(err)
		}
		frame.free()
	}
}
