package e2e

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"

	"tsunagi/server/e2e/canary"
	"tsunagi/server/e2e/site"
	"tsunagi/server/gatewaysim"
	"tsunagi/server/phone"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// slowKeys leave time to look into the process between two fields.
const slowKeys = 300 * time.Millisecond

// Security requirements C3 and C5, through the real adapter: while a customer keys, the
// card is in locked memory alone; after the call it is nowhere in the process and
// nowhere in a core of it; and not a page of the process was swapped out. Not beside
// others: the search takes a whole processor, and the telephones of other calls are in
// this process too.
func TestCardsInTheServersMemory(t *testing.T) {
	s := site.Prepare(t, "127.0.0.1:0", nil)
	s.Program = site.Dumpable(t)
	voice := s.BeQuick()
	gateway := s.UseGateway(t, gatewaysim.Config{Delay: time.Second, Faults: []gatewaysim.Fault{{Kind: gatewaysim.Echo, Order: "ECHO-*"}}})
	s.Start()
	o := site.FirstLogin(t, s)
	search := canary.New(canary.Card{Number: canaryNumber, Expiry: canaryExpiry, Code: canaryCode})
	var known []string // calls that have been
	for _, transaction := range []string{"MEMORY-1", "ECHO-1"} {
		c := ring(t, s, phone.Script{Cards: []phone.Card{card(t, canaryNumber, canaryExpiry, canaryCode)}, Pace: slowKeys, Voice: voice})
		window := o.Call(wire.StateSendWindow, known...)
		known = append(known, window.ID)
		o.Send(window, form(transaction))
		o.RowOf(window.ID, string(message.CardNumberTaken))
		locked, elsewhere, err := search.Memory(s.PID())
		if err != nil {
			t.Fatal(err)
		}
		if len(locked) == 0 {
			t.Error("the number that the customer has keyed is not in locked memory: the search looks in the wrong place")
		}
		for _, finding := range elsewhere {
			t.Errorf("%s, while keying: %s", transaction, finding)
		}
		if call := c.end(); call.Outcome != phone.Paid {
			t.Fatalf("the customer: %s, %s", call.Outcome, call.Why)
		}
		o.CallIs(window.ID, wire.StateEnded)
	}
	if gateway.Successes("MEMORY-1") != 1 {
		t.Error("the gateway has not booked the payment")
	}
	locked, elsewhere, err := search.Memory(s.PID())
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range append(locked, elsewhere...) {
		t.Errorf("after the calls: %s", finding)
	}
	if content, ok := core(t, s.PID()); ok {
		for _, finding := range search.Bytes("core", content) {
			t.Errorf("after the calls: %s", finding)
		}
	}
	if swapped := status(t, s.PID(), "VmSwap"); swapped != 0 {
		t.Errorf("%d KB of the process are swapped out", swapped)
	}
}

// core takes a core of the running process, where the machine has the means, and returns
// its pages that are not empty.
func core(t *testing.T, pid int) (content []byte, ok bool) {
	t.Helper()
	if _, err := exec.LookPath("gcore"); err != nil {
		t.Log("no gcore here: the process's memory was searched directly alone")
		return nil, false
	}
	dir := t.TempDir()
	prefix := filepath.Join(dir, "core")
	if out, err := exec.Command("gcore", "-a", "-o", prefix, strconv.Itoa(pid)).CombinedOutput(); err != nil {
		t.Fatalf("gcore: %v\n%s", err, out)
	}
	dump, err := os.Open(prefix + "." + strconv.Itoa(pid))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = dump.Close() }()
	// Nearly all of it is address space that was reserved and never written to.
	page, empty := make([]byte, os.Getpagesize()), make([]byte, os.Getpagesize())
	for reader := bufio.NewReaderSize(dump, 1<<20); ; {
		n, err := io.ReadFull(reader, page)
		if !bytes.Equal(page[:n], empty[:n]) {
			content = append(content, page[:n]...)
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(content) < 1<<20 {
		t.Fatalf("a core with %d bytes that are not zero cannot be whole", len(content))
	}
	return content, true
}

// status is a figure of /proc/<pid>/status, in KB.
func status(t *testing.T, pid int, name string) int {
	t.Helper()
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^` + name + `:\s+(\d+) kB$`).FindSubmatch(text)
	if found == nil {
		t.Fatalf("the status has no %s", name)
	}
	kb, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	return kb
}

// The server that is delivered leaves no dump when it is aborted in the middle of a
// card number, although its limit allowed one (C3).
func TestAnAbortedServerLeavesNoDump(t *testing.T) {
	t.Parallel()
	s := site.Prepare(t, "127.0.0.1:0", nil)
	voice := s.BeQuick()
	s.Limitless = true
	s.Start()
	o := site.FirstLogin(t, s)
	ring(t, s, phone.Script{Cards: []phone.Card{card(t, canaryNumber, canaryExpiry, canaryCode)}, Pace: slowKeys, Voice: voice})
	window := o.Call(wire.StateSendWindow)
	o.Send(window, form("ABORT-1"))
	o.RowOf(window.ID, string(message.CardNumberTaken))
	if limits, err := os.ReadFile("/proc/" + strconv.Itoa(s.PID()) + "/limits"); err != nil ||
		!regexp.MustCompile(`(?m)^Max core file size +0 +0 `).Match(limits) {
		t.Errorf("the process's limits, %v:\n%s", err, limits)
	}
	if status := s.Abort(); !status.Signaled() || status.Signal() != syscall.SIGABRT || status.CoreDump() {
		t.Errorf("the server ended with status %#x, dumped: %t", uint32(status), status.CoreDump())
	}
	search := canary.New(canary.Card{Number: canaryNumber, Expiry: canaryExpiry, Code: canaryCode})
	for _, finding := range search.Text("log", []byte(s.Log.Tail())) {
		t.Error(finding)
	}
}
