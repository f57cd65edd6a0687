package main

import "testing"

func TestPace(t *testing.T) {
	const mb = 1 << 20
	for name, row := range map[string]struct {
		pace    pace
		garbage uint64
		percent int // of what lives, before Go collects by itself
	}{
		"nothing but what stands":    {pace{made: 1 << 10, live: 20 * mb, standing: 20 * mb}, mb, 5},
		"some calls":                 {pace{made: mb, live: 32 * mb, standing: 22 * mb}, 4 * mb, 12},
		"many calls in progress":     {pace{made: 10 * mb, live: 100 * mb, standing: 20 * mb}, 32 * mb, 32},
		"two hundred that talk":      {pace{made: mb, live: 23 * mb, standing: 20 * mb, calls: 200}, 2 * mb, 8},
		"a crowd that talks":         {pace{made: 3 * mb, live: 30 * mb, standing: 20 * mb, calls: 1200}, 66 * mb, 660},
		"calls that come":            {pace{made: 45 * mb, live: 30 * mb, standing: 20 * mb}, 90 * mb, 300},
		"more of them":               {pace{made: 900 * mb, live: 128 * mb, standing: 20 * mb}, 256 * mb, 200},
		"and much that lives":        {pace{made: 900 * mb, live: 1020 * mb, standing: 20 * mb}, 400 * mb, 39},
		"what stood stands no more":  {pace{made: mb, live: 10 * mb, standing: 20 * mb}, 2 * mb, 20},
		"before anything is counted": {pace{}, mb, 100},
	} {
		if got := row.pace.garbage(); got != row.garbage {
			t.Errorf("%s: %d bytes of garbage, want %d", name, got, row.garbage)
		}
		if got := row.pace.percent(); got != row.percent {
			t.Errorf("%s: got %d %%, want %d", name, got, row.percent)
		}
	}
}

// With a crowd the collector is called before more lies than may, as the next look is a
// second away; with few calls never.
func TestTheCollectorIsDue(t *testing.T) {
	const mb = 1 << 20
	now := pace{made: mb, live: 30 * mb, standing: 20 * mb, calls: crowd} // 10 MB of garbage may lie
	for used, want := range map[uint64]bool{30 * mb: false, 39 * mb: false, 39*mb + 1: true, 60 * mb: true} {
		if got := now.due(used); got != want {
			t.Errorf("with %d bytes in use: got %t, want %t", used, got, want)
		}
	}
	if now.calls--; now.due(60 * mb) {
		t.Error("due with few calls")
	}
}
