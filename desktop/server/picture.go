package server

import (
	"slices"

	"tsunagi/shared/wire"
)

// endedStaysMs is how long an ended call is still part of the picture.
const endedStaysMs = 10_000

// maxWaiting bounds the changes that wait for a snapshot; above it they are
// forgotten, which costs another snapshot.
const maxWaiting = 256

// picture is the last snapshot with the changes since. Snapshots that were handed
// out are never altered.
type picture struct {
	snapshot *wire.Snapshot // nil before the first
	asked    bool           // a snapshot is on its way
	waiting  []wire.Change  // arrived since it was asked for
}

// replace takes a snapshot and returns the changes that waited for it and follow
// on it, already applied.
func (p *picture) replace(snapshot *wire.Snapshot) []wire.Change {
	waiting := p.waiting
	*p = picture{snapshot: snapshot}
	var applied []wire.Change
	for _, change := range waiting {
		if p.add(change) {
			applied = append(applied, change)
		}
	}
	return applied
}

// add applies a change and tells whether it did. It does not when the change is
// already part of the snapshot, or must wait for one: then asked is true.
func (p *picture) add(change wire.Change) bool {
	switch {
	case p.snapshot == nil:
		return false // the snapshot that opens the session will have it
	case p.asked:
		if len(p.waiting) == maxWaiting {
			p.waiting = nil
		}
		p.waiting = append(p.waiting, change)
		return false
	case change.Seq <= p.snapshot.Seq:
		return false
	case change.Seq > p.snapshot.Seq+1:
		p.asked = true
		p.waiting = append(p.waiting, change)
		return false
	}
	p.snapshot = apply(*p.snapshot, change)
	return true
}

// apply folds one change into a copy of the snapshot.
func apply(s wire.Snapshot, change wire.Change) *wire.Snapshot {
	s.Seq, s.ServerAtMs = change.Seq, change.ServerAtMs
	if change.Call != nil {
		s.Calls = replaced(s.Calls, *change.Call, func(c wire.Call) bool { return c.ID == change.Call.ID })
		s.Calls = slices.DeleteFunc(s.Calls, func(c wire.Call) bool {
			return c.State == wire.StateEnded && c.StateAtMs+endedStaysMs <= change.ServerAtMs
		})
	}
	if change.Row != nil {
		s.Rows = replaced(s.Rows, *change.Row, func(r wire.Row) bool {
			return r.CallID == change.Row.CallID && r.Number == change.Row.Number
		})
		s.Rows = s.Rows[max(0, len(s.Rows)-wire.MaxRows):]
	}
	if change.Result != nil {
		s.Results = replaced(s.Results, *change.Result, func(r wire.Result) bool {
			return r.CallID == change.Result.CallID && r.TransactionID == change.Result.TransactionID
		})
	}
	return &s
}

// replaced is a copy of list in which item takes the place of the same one, or the
// end.
func replaced[T any](list []T, item T, same func(T) bool) []T {
	list = slices.Clone(list)
	if i := slices.IndexFunc(list, same); i >= 0 {
		list[i] = item
		return list
	}
	return append(list, item)
}
