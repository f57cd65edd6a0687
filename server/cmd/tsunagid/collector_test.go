package main

import "testing"

func TestPercentFor(t *testing.T) {
	for name, row := range map[string]struct {
		made, live uint64
		want       int
	}{
		"a quiet server":         {1 << 20, 30 << 20, calmPercent},
		"many calls in progress": {20 << 20, 100 << 20, calmPercent},
		"calls that come":        {45 << 20, 30 << 20, 300},
		"more of them":           {900 << 20, 128 << 20, 200},
		"and much that lives":    {900 << 20, 1 << 30, calmPercent},
		"before anything lives":  {1 << 20, 0, 200},
	} {
		if got := percentFor(row.made, row.live); got != row.want {
			t.Errorf("%s: got %d, want %d", name, got, row.want)
		}
	}
}
