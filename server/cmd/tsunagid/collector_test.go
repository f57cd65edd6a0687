package main

import "testing"

func TestPace(t *testing.T) {
	for name, row := range map[string]struct {
		pace pace
		want int // per cent of what lives
	}{
		"nothing but what stands":    {pace{made: 1 << 10, live: 20 << 20, standing: 20 << 20}, 5},
		"some calls":                 {pace{made: 1 << 20, live: 32 << 20, standing: 16 << 20}, 19},
		"many calls in progress":     {pace{made: 10 << 20, live: 100 << 20, standing: 20 << 20}, 32},
		"a crowd that talks":         {pace{made: 3 << 20, live: 30 << 20, standing: 20 << 20, calls: 1200}, 120},
		"calls that come":            {pace{made: 45 << 20, live: 30 << 20, standing: 20 << 20}, 300},
		"more of them":               {pace{made: 900 << 20, live: 128 << 20, standing: 20 << 20}, 200},
		"and much that lives":        {pace{made: 900 << 20, live: 1 << 30, standing: 20 << 20}, 39},
		"what stood stands no more":  {pace{made: 1 << 20, live: 10 << 20, standing: 20 << 20}, 20},
		"before anything is counted": {pace{}, 100},
	} {
		if got := row.pace.percent(); got != row.want {
			t.Errorf("%s: got %d, want %d", name, got, row.want)
		}
	}
}
