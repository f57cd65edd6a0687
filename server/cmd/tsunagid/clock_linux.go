package main

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// checkClock tells whether something keeps this machine's clock right: one-time codes,
// certificates and the times of payments depend on it. Empty: yes.
func checkClock() string {
	var t unix.Timex
	if _, err := unix.Adjtimex(&t); err != nil {
		return "" // not ours to ask on this machine
	}
	return clockNote(&t)
}

// clockNote is what the kernel's account of its clock means to an administrator.
func clockNote(t *unix.Timex) string {
	switch off := time.Duration(t.Esterror) * time.Microsecond; {
	case t.Status&unix.STA_UNSYNC != 0:
		return "nothing keeps this machine's clock right: run chrony or systemd-timesyncd"
	case off > clockOffLimit:
		return fmt.Sprintf("this machine's clock may be off by %v: look at chrony or systemd-timesyncd", off)
	}
	return ""
}
