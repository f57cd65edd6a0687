package sipua

import (
	"context"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// SIPp is another hand's SIP. CI installs it (Debian: sip-tester); elsewhere the same
// rules are tested with messages written by hand.
func TestSIPpScenarios(t *testing.T) {
	sipp, err := exec.LookPath("sipp")
	if err != nil {
		t.Log("no sipp on this machine")
		return
	}
	answered := answering
	waiting := frontFunc(func(Invite) (Handler, *Refusal) {
		return func(l *Leg) { <-l.ended }, nil
	})
	for name, row := range map[string]struct {
		front  Front
		timing Timing
		calls  string
	}{
		"call": {answered, Timing{}, "100"},
		// Pauses of 100, 200, 400 ms; BYE at 1 s.
		"lost-ack": {answered, Timing{T1: 100 * time.Millisecond, T2: time.Second, AckWait: time.Second}, "5"},
		"cancel":   {waiting, Timing{}, "20"},
	} {
		t.Run(name, func(t *testing.T) {
			e := serve(t, Config{Timing: row.timing}, row.front)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			scenario, err := filepath.Abs(filepath.Join("testdata", "sipp", name+".xml"))
			if err != nil {
				t.Fatal(err)
			}
			run := exec.CommandContext(ctx, sipp, e.Addr().String(), "-sf", scenario, "-s", "05012345678",
				"-i", "127.0.0.1", "-m", row.calls, "-r", "50", "-nostdin", "-timeout", "30s", "-timeout_error")
			run.Dir = t.TempDir()
			if out, err := run.CombinedOutput(); err != nil {
				t.Errorf("sipp: %v\n%s", err, out)
			}
			idle(t, e)
		})
	}
}
