package e2e

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tsunagi/server/e2e/site"
	"tsunagi/server/phone"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// systemCalls are names of system calls.
type systemCalls map[string]bool

// group is the calls of one of systemd's groups, as systemd itself has them. A name that is
// no group stands for itself.
func group(t *testing.T, analyze, name string) systemCalls {
	t.Helper()
	if !strings.HasPrefix(name, "@") {
		return systemCalls{name: true}
	}
	out, err := exec.Command(analyze, "syscall-filter", "--no-pager", name).Output()
	if err != nil {
		t.Fatalf("%s %s: %v", analyze, name, err)
	}
	all := systemCalls{}
	for _, line := range strings.Split(string(out), "\n")[1:] {
		if word := strings.TrimSpace(line); word != "" && !strings.HasPrefix(word, "#") {
			maps.Copy(all, group(t, analyze, word))
		}
	}
	return all
}

// takenBy are the groups that other settings of a unit take away, whatever its filter says.
var takenBy = map[string]string{"ProtectClock": "@clock", "ProtectKernelModules": "@module"}

// granted is what the unit grants: its lines add to it and take away in the order in which
// they stand, and what every program needs is always there (systemd.exec(5)).
func granted(t *testing.T, analyze, unit string) systemCalls {
	t.Helper()
	text, err := os.ReadFile(unit)
	if err != nil {
		t.Fatal(err)
	}
	all := group(t, analyze, "@default")
	for _, line := range regexp.MustCompile(`(?m)^SystemCallFilter=(~?)(.+)$`).FindAllStringSubmatch(string(text), -1) {
		for name := range strings.FieldsSeq(line[2]) {
			for call := range group(t, analyze, name) {
				all[call] = line[1] != "~"
			}
		}
	}
	for setting, name := range takenBy {
		if strings.Contains(string(text), "\n"+setting+"=true\n") {
			taken := group(t, analyze, name)
			maps.DeleteFunc(all, func(call string, _ bool) bool { return taken[call] })
		}
	}
	return all
}

// asRoot are the calls that a server makes as root alone, which it is in tests and not under
// systemd: SQLite gives its files to whom the database belongs.
var asRoot = systemCalls{"fchown": true}

// What the unit does not grant fails under systemd, or ends the server. A call is paid here,
// and what the server asked of the kernel from its start to its end is held against the unit.
func TestTheUnitGrantsWhatTheServerAsksOfTheKernel(t *testing.T) {
	t.Parallel()
	analyze, err := exec.LookPath("systemd-analyze")
	strace, missing := exec.LookPath("strace")
	if err != nil || missing != nil {
		t.Skip("there is no systemd-analyze and strace here")
	}
	s := site.Prepare(t, "127.0.0.1:0", nil)
	trace, traced := filepath.Join(s.Dir, "trace"), filepath.Join(s.Dir, "traced")
	// Names are enough: with -s 0 nothing that is read or written stands in the trace.
	script := fmt.Sprintf("#!/bin/sh\nexec %s -D -f -qq -s 0 -e signal=none -o %s %s \"$@\"\n", strace, trace, s.Program)
	if err := os.WriteFile(traced, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	s.Program = traced
	s.Start()
	o := site.FirstLogin(t, s)
	c := ring(t, s, phone.Script{Cards: []phone.Card{card(t, visa, "1230", "123")}})
	o.Send(o.Call(wire.StateSendWindow), form("T-1"))
	o.Row(string(message.EndedOK))
	c.end()
	s.Stop()

	asked, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	grants, seen := granted(t, analyze, "../../build/systemd/tsunagid.service"), systemCalls{}
	for _, line := range regexp.MustCompile(`(?m)^\d+ +(\w+)\(`).FindAllStringSubmatch(string(asked), -1) {
		if call := line[1]; !seen[call] && !grants[call] && !asRoot[call] {
			t.Errorf("the unit does not grant %s", call)
		}
		seen[line[1]] = true
	}
	if !seen["sendto"] && !seen["io_uring_enter"] || !seen["fsync"] {
		t.Errorf("that was no call: %v", seen)
	}
}
