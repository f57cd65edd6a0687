package board

import (
	"cmp"
	"slices"

	"tsunagi/shared/wire"
)

// maxResults bounds the results of a snapshot, so that it stays well under
// wire.MaxSnapshotBytes.
const maxResults = 10_000

// desk is what one operator has done today, oldest first.
type desk struct {
	rows    []arrived[wire.Row]    // at most wire.MaxRows
	results []arrived[wire.Result] // at most maxResults, one for each call
}

// arrived is a value with its place among all that came to the board. The value is shared
// with the changes that tell of it, and never changed.
type arrived[T any] struct {
	number int64
	value  *T
}

func (d *desk) addRow(row arrived[wire.Row]) {
	d.rows = newest(append(d.rows, row), wire.MaxRows)
}

func (d *desk) addResult(result arrived[wire.Result]) {
	i := slices.IndexFunc(d.results, func(r arrived[wire.Result]) bool {
		return r.value.CallID == result.value.CallID
	})
	if i >= 0 {
		d.results[i].value = result.value
		return
	}
	d.results = newest(append(d.results, result), maxResults)
}

// forgetBefore drops what is older and tells whether nothing is left.
func (d *desk) forgetBefore(ms int64) bool {
	d.rows = slices.DeleteFunc(d.rows, func(r arrived[wire.Row]) bool { return r.value.AtMs < ms })
	d.results = slices.DeleteFunc(d.results, func(r arrived[wire.Result]) bool { return r.value.AtMs < ms })
	return len(d.rows)+len(d.results) == 0
}

// inOrder is the newest most values in their order of arrival; never nil, since
// it becomes a JSON array.
func inOrder[T any](values []arrived[T], most int) []T {
	slices.SortFunc(values, func(a, b arrived[T]) int { return cmp.Compare(a.number, b.number) })
	values = newest(values, most)
	list := make([]T, len(values))
	for i, v := range values {
		list[i] = *v.value
	}
	return list
}

func newest[T any](values []T, most int) []T {
	return values[max(0, len(values)-most):]
}
