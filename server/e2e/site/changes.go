package site

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tsunagi/shared/wire"
)

// waitFor returns what pick finds in a change, as soon as there is one that it wants.
func waitFor[T any](o *Operator, what string, pick func(wire.Change) (T, bool)) T {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), Patience)
	defer cancel()
	for from := 0; ; {
		o.mu.Lock()
		frames, seen := o.frames[from:], o.seen
		from = len(o.frames)
		o.mu.Unlock()
		for _, frame := range frames {
			for _, change := range changes(o.t, frame) {
				if found, ok := pick(change); ok {
					return found
				}
			}
		}
		select {
		case <-seen:
		case <-o.Conn.Done():
			o.t.Fatalf("waiting for %s: the connection ended: %v", what, o.Conn.Err())
		case <-ctx.Done():
			o.t.Fatalf("waited in vain for %s; rows so far:\n%s", what, strings.Join(o.Points(), "\n"))
		}
	}
}

// changes are what a frame tells: a snapshot counts as a change for each of its parts.
func changes(t *testing.T, frame wire.Frame) []wire.Change {
	t.Helper()
	switch frame.Kind {
	case wire.KindChange:
		return []wire.Change{Decode[wire.Change](t, frame, wire.KindChange)}
	case wire.KindSnapshot:
		snapshot := Decode[wire.Snapshot](t, frame, wire.KindSnapshot)
		var list []wire.Change
		for _, c := range snapshot.Calls {
			list = append(list, wire.Change{Call: &c})
		}
		for _, r := range snapshot.Rows {
			list = append(list, wire.Change{Row: &r})
		}
		return list
	}
	return nil
}

// Call waits for a call in a state, other than those already known.
func (o *Operator) Call(state wire.State, known ...string) wire.Call {
	o.t.Helper()
	return waitFor(o, "a call in "+string(state), func(c wire.Change) (wire.Call, bool) {
		if c.Call != nil && !slices.Contains(known, c.Call.ID) && c.Call.State == state {
			return *c.Call, true
		}
		return wire.Call{}, false
	})
}

// CallIs waits for one call to be in a state.
func (o *Operator) CallIs(id string, state wire.State) wire.Call {
	o.t.Helper()
	return waitFor(o, "call "+id+" in "+string(state), func(c wire.Change) (wire.Call, bool) {
		if c.Call != nil && c.Call.ID == id && c.Call.State == state {
			return *c.Call, true
		}
		return wire.Call{}, false
	})
}

// Keyed waits until so many digits of a call's field are told.
func (o *Operator) Keyed(id string, field wire.State, digits int) {
	o.t.Helper()
	waitFor(o, fmt.Sprintf("%d digits of %s in call %s", digits, field, id), func(c wire.Change) (wire.Call, bool) {
		if c.Call != nil && c.Call.ID == id && c.Call.State == field && c.Call.Digits >= digits {
			return *c.Call, true
		}
		return wire.Call{}, false
	})
}

// Row waits for a row of that point.
func (o *Operator) Row(point string) wire.Row {
	o.t.Helper()
	return o.row("row "+point, func(r wire.Row) bool { return r.Point == point })
}

// RowOf waits for a row of that point of one call.
func (o *Operator) RowOf(call, point string) wire.Row {
	o.t.Helper()
	return o.row("row "+point+" of call "+call, func(r wire.Row) bool { return r.Point == point && r.CallID == call })
}

func (o *Operator) row(what string, want func(wire.Row) bool) wire.Row {
	o.t.Helper()
	return waitFor(o, what, func(c wire.Change) (wire.Row, bool) {
		if c.Row != nil && want(*c.Row) {
			return *c.Row, true
		}
		return wire.Row{}, false
	})
}

// Notice waits for a dialog on the operator's screen.
func (o *Operator) Notice(id string) wire.Notice {
	o.t.Helper()
	return o.notice("dialog "+id, func(n wire.Notice) bool { return n.MessageID == id })
}

// NoticeOf waits for a dialog about one call.
func (o *Operator) NoticeOf(call, id string) wire.Notice {
	o.t.Helper()
	return o.notice("dialog "+id+" about call "+call, func(n wire.Notice) bool { return n.MessageID == id && n.CallID == call })
}

func (o *Operator) notice(what string, want func(wire.Notice) bool) wire.Notice {
	o.t.Helper()
	return waitFor(o, what, func(c wire.Change) (wire.Notice, bool) {
		if c.Notice != nil && want(*c.Notice) {
			return *c.Notice, true
		}
		return wire.Notice{}, false
	})
}

// Notices lists the dialogs as told so far.
func (o *Operator) Notices() []string {
	var list []string
	for _, frame := range o.Frames() {
		for _, change := range changes(o.t, frame) {
			if change.Notice != nil {
				list = append(list, change.Notice.MessageID)
			}
		}
	}
	return list
}

// Calls are the pictures of one call, as told so far.
func (o *Operator) Calls(id string) []wire.Call {
	var list []wire.Call
	for _, frame := range o.Frames() {
		for _, change := range changes(o.t, frame) {
			if change.Call != nil && change.Call.ID == id {
				list = append(list, *change.Call)
			}
		}
	}
	return list
}

// Points lists the rows as told so far.
func (o *Operator) Points() []string {
	var list []string
	for _, frame := range o.Frames() {
		if frame.Kind != wire.KindChange {
			continue
		}
		if change := Decode[wire.Change](o.t, frame, wire.KindChange); change.Row != nil {
			list = append(list, strings.TrimSpace(change.Row.Point+" "+change.Row.Result+" "+change.Row.Code))
		}
	}
	return list
}

// Settings waits for the n-th change of the settings, from 1.
func (o *Operator) Settings(n int) wire.Settings {
	o.t.Helper()
	var settings wire.Settings
	Patiently(o.t, "changed settings", func() bool {
		seen := 0
		for _, frame := range o.Frames() {
			if frame.Kind != wire.KindSettings {
				continue
			}
			if seen++; seen == n {
				settings = Decode[wire.Settings](o.t, frame, wire.KindSettings)
				return true
			}
		}
		return false
	})
	return settings
}
