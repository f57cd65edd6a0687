package main

import "testing"

func TestThreads(t *testing.T) {
	for name, row := range map[string]struct {
		own, calls, present int
		want                int
	}{
		"no call":                         {1, 0, 1, 2},
		"few calls":                       {1, calm, 2, 2},
		"more, and no crowd":              {1, crowd - 1, 2, 2},
		"a crowd":                         {1, crowd, 2, 3},
		"a crowd that stays":              {1, 2 * crowd, 3, 3},
		"a crowd that has become smaller": {1, calm + 1, 3, 3},
		"a crowd that is gone":            {1, calm, 3, 2},
		"several processors":              {8, crowd, 9, 10},
	} {
		if got := threads(row.own, row.calls, row.present); got != row.want {
			t.Errorf("%s: %d threads, want %d", name, got, row.want)
		}
	}
}
