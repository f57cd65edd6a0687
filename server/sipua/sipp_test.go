package sipua

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
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
	pondering := frontFunc(func(in Invite) (Handler, *Refusal) {
		answer, refusal := answering.Admit(in)
		return func(l *Leg) {
			time.Sleep(time.Second) // sipgo sends 100 after 200 ms
			answer(l)
		}, refusal
	})
	for name, row := range map[string]struct {
		front  Front
		timing Timing
		calls  string
		flags  []string
	}{
		"call": {answered, Timing{}, "100", nil},
		// Pauses of 100, 200, 400 ms; BYE at 1 s.
		"lost-ack": {answered, Timing{T1: 100 * time.Millisecond, T2: time.Second, AckWait: time.Second}, "5", nil},
		"cancel":   {waiting, Timing{}, "20", nil},
		// telephony.md 1, behaviour 11: CANCEL crossing 200 both ways: theirs comes behind ours.
		"cancel-late": {answered, Timing{}, "20", nil},
		// -nr: SIPp neither repeats nor absorbs, the scenario says what comes how often.
		"repeated": {pondering, Timing{T1: 5 * time.Second, T2: 5 * time.Second, AckWait: time.Minute}, "20", []string{"-nr"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := serve(t, Config{Timing: row.timing}, row.front)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			scenario, err := filepath.Abs(filepath.Join("testdata", "sipp", name+".xml"))
			if err != nil {
				t.Fatal(err)
			}
			run := exec.CommandContext(ctx, sipp, append(row.flags, e.Addr().String(), "-sf", scenario, "-s", "05012345678",
				"-i", "127.0.0.1", "-m", row.calls, "-r", "50", "-nostdin", "-timeout", "30s", "-timeout_error")...)
			run.Dir = t.TempDir()
			if out, err := run.CombinedOutput(); err != nil {
				t.Errorf("sipp: %v\n%s", err, out)
			}
			idle(t, e)
		})
	}
}

// telephony.md 1, behaviour 11: CANCEL crossing 200 both ways: their 200 crosses our CANCEL.
func TestSIPpAnswersWhatWeCancel(t *testing.T) {
	sipp, err := exec.LookPath("sipp")
	if err != nil {
		t.Log("no sipp on this machine")
		return
	}
	e := serve(t, Config{}, nil)
	free, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	callee := free.LocalAddr().(*net.UDPAddr)
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	scenario, err := filepath.Abs(filepath.Join("testdata", "sipp", "callee-cancel.xml"))
	if err != nil {
		t.Fatal(err)
	}
	const calls = 10
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	run := exec.CommandContext(ctx, sipp, "-sf", scenario, "-i", "127.0.0.1", "-p", strconv.Itoa(callee.Port),
		"-m", strconv.Itoa(calls), "-nostdin", "-timeout", "30s", "-timeout_error")
	run.Dir = t.TempDir()
	var out bytes.Buffer
	run.Stdout, run.Stderr = &out, &out
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	for range calls {
		ringing, giveUp := context.WithCancel(ctx)
		_, err := e.Dial(ringing, DialParams{To: "sip:05012345678@" + callee.String(), Ringing: func(int) { giveUp() }})
		giveUp()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
	}
	if err := run.Wait(); err != nil {
		t.Errorf("sipp: %v\n%s", err, out.Bytes())
	}
	idle(t, e)
}
