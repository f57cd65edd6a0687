package main

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// security.md L4: what the kernel tells of its clock is said with what to do, and nothing
// where it is right.
func TestWhatIsSaidOfTheClock(t *testing.T) {
	for name, row := range map[string]struct {
		clock unix.Timex
		want  string // a part of it; empty: nothing is said
	}{
		"kept right":          {unix.Timex{Esterror: 900_000}, ""},
		"kept by nobody":      {unix.Timex{Status: unix.STA_UNSYNC, Esterror: 16_000_000}, "nothing keeps this machine's clock right: run chrony"},
		"off by two seconds":  {unix.Timex{Esterror: 2_000_000}, "may be off by 2s: look at chrony"},
		"off by a second":     {unix.Timex{Esterror: 1_000_000}, ""},
		"a leap second comes": {unix.Timex{Status: unix.STA_INS}, ""},
	} {
		if got := clockNote(&row.clock); row.want == "" && got != "" || !strings.Contains(got, row.want) {
			t.Errorf("%s: got %q, want %q", name, got, row.want)
		}
	}
}

// The check says of this machine's clock what its kernel does.
func TestCheckLooksAtThisMachinesClock(t *testing.T) {
	var clock unix.Timex
	if _, err := unix.Adjtimex(&clock); err != nil {
		t.Skip(err)
	}
	if got, want := checkClock() == "", clockNote(&clock) == ""; got != want {
		t.Errorf("nothing to say of the clock: %v, and the kernel's account: %v", got, want)
	}
}
