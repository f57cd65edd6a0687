package server

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/shared/wire"
)

func TestChangesKeepThePictureCurrent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		d := loggedInDesk(t, f)
		for i := range 5 {
			f.change(wire.Call{ID: "c-1", Digits: i}, false)
			e := d.wait("the change", func(e Event) bool { return e.Change != nil })
			if e.Change.Seq != int64(i+1) || e.Change.Call.Digits != i {
				t.Errorf("change %d: got %+v", i+1, e.Change)
			}
		}
		state := d.State()
		if got := state.Snapshot; got.Seq != 5 || len(got.Calls) != 1 || got.Calls[0].Digits != 4 {
			t.Errorf("picture: got %+v", got)
		}
		if n := f.count(wire.KindGetSnapshot); n != 0 {
			t.Errorf("asked for %d snapshots without a gap", n)
		}
	})
}

func TestGapIsFilledByASnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		d := loggedInDesk(t, f)
		f.set(func() { f.mute[wire.KindGetSnapshot] = true })
		f.change(wire.Call{ID: "c-1"}, true) // lost on the way
		f.change(wire.Call{ID: "c-2"}, false)
		synctest.Wait()
		atTheGap := f.snapshot
		f.change(wire.Call{ID: "c-3"}, false)
		synctest.Wait()
		if n := f.count(wire.KindGetSnapshot); n != 1 {
			t.Fatalf("asked for %d snapshots, want 1", n)
		}
		f.push(wire.KindSnapshot, atTheGap)
		e := d.wait("the snapshot", func(e Event) bool { return e.Snapshot != nil })
		if e.Snapshot.Seq != 2 || len(e.Snapshot.Calls) != 2 {
			t.Errorf("snapshot: got %+v", e.Snapshot)
		}
		e = d.wait("the change that waited", func(e Event) bool { return e.Change != nil })
		if e.Change.Seq != 3 {
			t.Errorf("change: got %d, want 3", e.Change.Seq)
		}
		if got := d.State().Snapshot; got.Seq != 3 || len(got.Calls) != 3 {
			t.Errorf("picture: got %+v", got)
		}
	})
}

func TestRefusedSnapshotStartsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		d := loggedInDesk(t, f)
		f.set(func() { f.answers[wire.KindGetSnapshot] = &wire.Error{Code: wire.CodeInternal} })
		f.change(wire.Call{ID: "c-1"}, true)
		f.change(wire.Call{ID: "c-2"}, false)
		d.waitPhase(PhaseLost)
		e := d.wait("the snapshot", func(e Event) bool { return e.Snapshot != nil })
		if len(e.Snapshot.Calls) != 2 {
			t.Errorf("snapshot: got %+v", e.Snapshot)
		}
	})
}

func TestPictureAdd(t *testing.T) {
	var p picture
	if p.add(wire.Change{Seq: 1}) || p.asked {
		t.Error("a change before the first snapshot was applied or asked for one")
	}
	p.replace(&wire.Snapshot{Seq: 10})
	if p.add(wire.Change{Seq: 10}) || p.asked {
		t.Error("a change that is part of the snapshot was applied again")
	}
	if !p.add(wire.Change{Seq: 11}) {
		t.Error("the next change was not applied")
	}
	for seq := int64(13); seq <= 13+maxWaiting+5; seq++ {
		if p.add(wire.Change{Seq: seq}) {
			t.Fatalf("change %d was applied over a gap", seq)
		}
	}
	if len(p.waiting) > maxWaiting {
		t.Errorf("%d changes wait, want %d at the most", len(p.waiting), maxWaiting)
	}
	if changes := p.replace(&wire.Snapshot{Seq: 12}); len(changes) != 0 || !p.asked {
		t.Errorf("after forgotten changes: %d applied, asked again: %t", len(changes), p.asked)
	}
}

func TestApply(t *testing.T) {
	before := wire.Snapshot{
		Calls:   []wire.Call{{ID: "a"}, {ID: "b", State: wire.StateEnded, StateAtMs: 1000}},
		Rows:    []wire.Row{{CallID: "a", Number: 1}, {CallID: "a", Number: 2}},
		Results: []wire.Result{{CallID: "a", TransactionID: "T-1", Outcome: wire.OutcomeHold}},
	}
	kept := fmt.Sprint(before)
	tests := []struct {
		name   string
		change wire.Change
		want   string
	}{
		{"new call", wire.Change{ServerAtMs: 1000, Call: &wire.Call{ID: "c"}}, "a b c 2 hold"},
		{"known call", wire.Change{ServerAtMs: 1000, Call: &wire.Call{ID: "a", Digits: 3}}, "a3 b 2 hold"},
		{"ended call leaves", wire.Change{ServerAtMs: 11_000, Call: &wire.Call{ID: "c"}}, "a c 2 hold"},
		{"new row", wire.Change{Row: &wire.Row{CallID: "b", Number: 1}}, "a b 3 hold"},
		{"known row", wire.Change{Row: &wire.Row{CallID: "a", Number: 2}}, "a b 2 hold"},
		{"settled result", wire.Change{Result: &wire.Result{CallID: "a", TransactionID: "T-1", Outcome: wire.OutcomeOK}}, "a b 2 ok"},
		{"new result", wire.Change{Result: &wire.Result{CallID: "b", TransactionID: "T-2", Outcome: wire.OutcomeNG}}, "a b 2 hold ng"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := summary(*apply(before, test.change)); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if got := fmt.Sprint(before); got != kept {
				t.Errorf("the snapshot that was handed out is now %s", got)
			}
		})
	}
}

// summary is the calls with their digits, the number of rows, the outcomes.
func summary(s wire.Snapshot) string {
	text := ""
	for _, call := range s.Calls {
		text += call.ID
		if call.Digits > 0 {
			text += fmt.Sprint(call.Digits)
		}
		text += " "
	}
	text += fmt.Sprint(len(s.Rows))
	for _, result := range s.Results {
		text += " " + string(result.Outcome)
	}
	return text
}

func TestRowsAreBounded(t *testing.T) {
	var s wire.Snapshot
	for i := range wire.MaxRows + 3 {
		s = *apply(s, wire.Change{Row: &wire.Row{CallID: "a", Number: i + 1}})
	}
	if len(s.Rows) != wire.MaxRows || s.Rows[0].Number != 4 {
		t.Errorf("got %d rows from number %d, want the newest %d", len(s.Rows), s.Rows[0].Number, wire.MaxRows)
	}
}

func TestClockOffset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeServer(t)
		f.ahead = -time.Hour
		d := loggedInDesk(t, f)
		<-time.After(10 * time.Second)
		if got := d.State().Link.OffsetMs; got != -time.Hour.Milliseconds() {
			t.Errorf("offset: got %d ms, want an hour back", got)
		}
	})
}

func TestClockTakesTheFastestSample(t *testing.T) {
	var c clock
	at := time.UnixMilli(1_000_000)
	ahead := 5 * time.Second
	for _, way := range []struct{ out, back time.Duration }{
		{400 * time.Millisecond, 0}, // off by 200 ms
		{2 * time.Millisecond, 2 * time.Millisecond},
		{0, 900 * time.Millisecond},
	} {
		c.add(at, at.Add(way.out+ahead), at.Add(way.out+way.back))
	}
	if got := c.offset(); got != ahead {
		t.Errorf("offset: got %v, want %v", got, ahead)
	}
	c.add(at, at, at.Add(-time.Second)) // the local clock was turned back
	if got := c.offset(); got != ahead {
		t.Errorf("offset after a clock turned back: got %v, want %v", got, ahead)
	}
	for range len(c.samples) {
		c.add(at, at.Add(7*time.Second), at.Add(time.Second))
	}
	if got := c.offset(); got != 6500*time.Millisecond {
		t.Errorf("old samples count for ever: got %v", got)
	}
}

// FuzzPicture loses, repeats and delays what the server sends, as each byte says,
// and asserts that after the next snapshot the picture is the server's.
func FuzzPicture(f *testing.F) {
	f.Add([]byte{0, 0, 0})
	f.Add([]byte{0, 1, 0, 2, 3, 0})
	f.Add([]byte{1, 0, 0, 1, 0, 2, 0, 3, 1, 0})
	f.Fuzz(func(t *testing.T, script []byte) {
		var p picture
		var told int64 // the last change that was handed on
		truth := wire.Snapshot{Seq: 100}
		p.replace(&wire.Snapshot{Seq: 100})
		told = 100
		hand := func(changes ...wire.Change) {
			for _, change := range changes {
				if change.Seq <= told {
					t.Fatalf("change %d was told after %d", change.Seq, told)
				}
				told = change.Seq
			}
		}
		var last wire.Change
		for _, step := range script {
			switch step % 4 {
			case 0, 1: // a change, which arrives or is lost
				last = wire.Change{Seq: truth.Seq + 1, Call: &wire.Call{ID: string('a' + rune(step%5)), Digits: int(step)}}
				truth = *apply(truth, last)
				if step%4 == 0 && p.add(last) {
					hand(last)
				}
			case 2: // the last change once more
				if p.add(last) {
					hand(last)
				}
			case 3: // a snapshot
				snapshot := truth
				told = max(told, snapshot.Seq)
				hand(p.replace(&snapshot)...)
			}
			if !p.asked && p.snapshot.Seq > truth.Seq {
				t.Fatalf("the picture is of %d, the server is at %d", p.snapshot.Seq, truth.Seq)
			}
		}
		snapshot := truth
		told = max(told, snapshot.Seq)
		hand(p.replace(&snapshot)...)
		if p.asked || fmt.Sprint(*p.snapshot) != fmt.Sprint(truth) {
			t.Errorf("got %+v, want %+v", *p.snapshot, truth)
		}
	})
}
