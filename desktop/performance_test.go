package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tsunagi/desktop/server/servertest"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// TestPerformance measures what desktop/docs/performance.md tells, for 'make
// bench-desktop' alone: TSUNAGI_WINDOW names the program with the window, and there is
// a display. It writes TSUNAGI_FIGURES, rows of a table, and asserts nothing of them.
func TestPerformance(t *testing.T) {
	program, figures := os.Getenv("TSUNAGI_WINDOW"), os.Getenv("TSUNAGI_FIGURES")
	if program == "" {
		t.Skip("run by make bench-desktop")
	}
	var rows []string
	row := func(figure, value string) {
		rows = append(rows, fmt.Sprintf("| %s | %s |", figure, value))
		t.Log(figure, value)
	}
	measureConnection(t, row)
	measureWindow(t, program, row)
	if err := os.WriteFile(figures, []byte(strings.Join(rows, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func measureConnection(t *testing.T, row func(figure, value string)) {
	d, f := startDesk(t)
	b := startApp(t, f)
	b.wait("the connection", connected)
	if _, err := b.Login(LoginForm{Password: servertest.Password}); err != nil {
		t.Fatal(err)
	}
	b.wait("the session", entered)
	var told, acknowledged []time.Duration
	for i := range 5000 {
		begin := time.Now()
		d.Tell(pictureOf(i))
		for e := range b.events {
			if e.Change != nil {
				break
			}
		}
		told = append(told, time.Since(begin))
	}
	for i := range 1000 {
		begin := time.Now()
		if err := b.SendOrder("c-1", strconv.Itoa(i), order.Form{TransactionID: "A-1"}); err != nil {
			t.Fatal(err)
		}
		acknowledged = append(acknowledged, time.Since(begin))
	}
	row("an event of the server, until the program hands it to the screens (TLS, loopback), p50 / p99", spread(told))
	row("送信, from the screens to the server's answer (TLS, loopback; the server's own writing not counted), p50 / p99", spread(acknowledged))
}

func measureWindow(t *testing.T, program string, row func(figure, value string)) {
	var starts []time.Duration
	for range 5 {
		_ = os.WriteFile("/proc/sys/vm/drop_caches", []byte("3"), 0) // the disk is cold where this is allowed
		w := openProgram(t, program)
		starts = append(starts, w.took)
		w.close()
	}
	slices.Sort(starts)
	row("cold start to a usable login screen, median of 5 / slowest", fmt.Sprintf("%.1f s / %.1f s", starts[2].Seconds(), starts[4].Seconds()))

	d := &servertest.Desk{Session: wire.Session{Token: "token-1", User: wire.User{ID: "sato", Entrance: wire.EntranceOperator},
		Merchant: wire.Merchant{ID: "demo", Monitoring: true, SendWindowSeconds: 20, Channels: 3}}}
	d.Start(t)
	w := openProgram(t, program, "--server", d.Address, "--trust", d.Fingerprint, "--login", "demo/sato")
	defer w.close()
	for !slices.Contains(d.Asked(), wire.KindLogin) {
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(5 * time.Second)
	before := w.memory(t)
	const calls, changes = 60, 43 // of a call: 30 pictures, 12 rows, a result
	pace := time.NewTicker(5 * time.Millisecond)
	defer pace.Stop()
	for i := range calls * changes {
		<-pace.C
		d.Tell(pictureOf(i))
	}
	time.Sleep(10 * time.Second)
	row(fmt.Sprintf("memory of the program and its WebKit after login / after an hour's events (%d calls, %d events)", calls, calls*changes),
		fmt.Sprintf("%d MB / %d MB", before>>20, w.memory(t)>>20))
}

// pictureOf is the i-th change of an hour: 43 to a call.
func pictureOf(i int) wire.Change {
	id := fmt.Sprintf("c-%d", i/43)
	now := time.Now().UnixMilli()
	transaction := order.TransactionID(fmt.Sprintf("ORD-%06d", i/43))
	switch n := i % 43; {
	case n == 42:
		return wire.Change{Call: &wire.Call{ID: id, State: wire.StateEnded, StateAtMs: now, TransactionID: transaction, Outcome: wire.OutcomeOK},
			Result: &wire.Result{CallID: id, AtMs: now, TransactionID: transaction, Amount: 4980, Outcome: wire.OutcomeOK, Brand: "VISA", Last4: "1111"}}
	case n%4 == 3:
		return wire.Change{Row: &wire.Row{CallID: id, Number: n, AtMs: now, TransactionID: transaction, Point: string(message.CardNumberTaken)}}
	default:
		return wire.Change{Call: &wire.Call{ID: id, State: wire.StateCardNumber, StateAtMs: now, TransactionID: transaction, Digits: n % 16, RetriesLeft: 3}}
	}
}

func spread(took []time.Duration) string {
	slices.Sort(took)
	return fmt.Sprintf("%.2f ms / %.2f ms", took[len(took)/2].Seconds()*1e3, took[len(took)*99/100].Seconds()*1e3)
}

// windowed is the program with its window.
type windowed struct {
	command *exec.Cmd
	took    time.Duration // until its screens were up
}

func openProgram(t *testing.T, program string, args ...string) *windowed {
	t.Helper()
	w := &windowed{command: exec.Command(program, append(args, "--config-dir", t.TempDir())...)}
	w.command.Env = append(os.Environ(), "TSUNAGI_PASSWORD="+servertest.Password)
	out, err := w.command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	if err := w.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.close)
	up := make(chan struct{})
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.Contains(lines.Text(), screensUp) {
				close(up)
			}
		}
	}()
	select {
	case <-up:
		w.took = time.Since(begin)
	case <-time.After(time.Minute):
		t.Fatal("the screens did not come up")
	}
	return w
}

func (w *windowed) close() {
	w.command.Process.Kill() //nolint:errcheck // it may be gone
	w.command.Wait()         //nolint:errcheck // killed
}

// memory is what the program and its children have for themselves, with their part of
// what they share (PSS), in bytes.
func (w *windowed) memory(t *testing.T) int {
	t.Helper()
	children := map[int][]int{}
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(data), ") ")
		fields := strings.Fields(rest)
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		parent, _ := strconv.Atoi(fields[1])
		children[parent] = append(children[parent], pid)
	}
	total := 0
	for queue := []int{w.command.Process.Pid}; len(queue) > 0; queue = queue[1:] {
		queue = append(queue, children[queue[0]]...)
		data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", queue[0]))
		for line := range strings.Lines(string(data)) {
			if value, ok := strings.CutPrefix(line, "Pss:"); ok {
				kB, _ := strconv.Atoi(strings.Fields(value)[0])
				total += kB << 10
			}
		}
	}
	return total
}
