package media

import (
	"bytes"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPortsAreGivenAndTakenBack(t *testing.T) {
	c := Config{Addr: loopback, PortMin: 11301, PortMax: 11307} // 11302, 11304, 11306
	onEach(t, c, func(t *testing.T, e *Engine) {
		if got := e.Stats().Ports; got != 3 {
			t.Fatalf("the range holds %d sessions, want 3", got)
		}
		// Another program has the second port.
		taken, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback, 11304)))
		if err != nil {
			t.Fatal(err)
		}
		defer taken.Close()
		a, errA := e.Open(newTold())
		b, errB := e.Open(newTold())
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		got := []uint16{a.LocalAddr().Port(), b.LocalAddr().Port()}
		if !slices.Equal(got, []uint16{11302, 11306}) {
			t.Errorf("ports = %v, want 11302 and 11306", got)
		}
		if _, err := e.Open(newTold()); !errors.Is(err, ErrNoPorts) {
			t.Errorf("Open with no port free: %v, want ErrNoPorts", err)
		}
		a.Close()
		await(t, "the first session is closed", func() bool { return e.Stats().Sessions == 1 })
		again, err := e.Open(newTold())
		if err != nil {
			t.Fatal(err)
		}
		if got := again.LocalAddr().Port(); got != 11302 {
			t.Errorf("port = %d, want 11302, which was given back", got)
		}
	})
}

func TestAPortRestsAsLongAsPossible(t *testing.T) {
	p := newPorts(4, 3)
	var got []int
	for range 7 {
		pair := takePair(t, p)
		got = append(got, pair)
		p.release(pair)
	}
	if want := []int{0, 1, 2, 0, 1, 2, 0}; !slices.Equal(got, want) {
		t.Errorf("pairs = %v, want %v", got, want)
	}
}

func takePair(t *testing.T, p *ports) int {
	t.Helper()
	pair, ok := p.take()
	if !ok {
		t.Fatal("no pair")
	}
	return pair
}

// Beyond the pairs that are gone round others are given out where they are needed.
func TestPortsBeyondThoseThatRest(t *testing.T) {
	p := newPorts(4, 2)
	var got []int
	for range 4 {
		got = append(got, takePair(t, p))
	}
	if _, more := p.take(); more || !slices.Equal(got, []int{0, 1, 2, 3}) {
		t.Errorf("pairs = %v, more %t; want each of four", got, more)
	}
	p.release(3)
	p.release(1)
	if pair := takePair(t, p); pair != 1 || !p.rests(pair) || p.rests(3) {
		t.Errorf("pair = %d, want 1, which rests, and 3 does not", pair)
	}
}

func TestCloseLeavesNothingBehind(t *testing.T) {
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	onEach(t, testPorts, func(t *testing.T, e *Engine) {
		_, addr := telephone(t)
		var last *Session
		for i := range 20 {
			s, err := e.Open(newTold())
			if err != nil {
				t.Fatal(err)
			}
			p := agreed()
			p.Remote = addr
			if i%2 == 0 {
				s.Start(p)
			}
			last = s
		}
		last.Close()
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		if got := e.Stats().Sessions; got != 0 {
			t.Errorf("%d sessions are left", got)
		}
		if _, err := e.Open(newTold()); !errors.Is(err, ErrClosed) {
			t.Errorf("Open after Close: %v, want ErrClosed", err)
		}
		last.Play(1, nil, false)
		last.Close()
		if conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(last.LocalAddr())); err != nil {
			t.Errorf("a port is still bound: %v", err)
		} else {
			conn.Close()
		}
	})
	if got := openFiles(t); got != files {
		t.Errorf("%d files open, %d before", got, files)
	}
	// A goroutine that has said goodbye may still be on its last instruction.
	await(t, "as many goroutines as before", func() bool { return runtime.NumGoroutine() <= goroutines })
}

func TestAnIdleEngineSleepsAndWakes(t *testing.T) {
	onEach(t, testPorts, func(t *testing.T, e *Engine) {
		for range 3 {
			s, _ := talk(t, e, newTold(), agreed())
			s.Close()
			await(t, "the session is closed", func() bool { return e.Stats().Sessions == 0 })
		}
	})
}

func TestWhatAnEngineRefuses(t *testing.T) {
	cases := []struct {
		name string
		c    Config
		want string
	}{
		{"no address", Config{PortMin: 11000, PortMax: 11199}, "no address"},
		{"no ports", Config{Addr: loopback}, "begin above 0"},
		{"a range that ends before it begins", Config{Addr: loopback, PortMin: 40010, PortMax: 40000}, "40010 to 40000 hold no even port"},
		{"a range of one port", Config{Addr: loopback, PortMin: 40000, PortMax: 40000}, "hold no even port"},
		{"an odd and an even port", Config{Addr: loopback, PortMin: 40001, PortMax: 40002}, "hold no even port"},
		{"an address of another machine", Config{Addr: netip.MustParseAddr("192.0.2.1"), PortMin: 11000, PortMax: 11199}, "bind RTP address 192.0.2.1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e, err := New(c.c)
			if err == nil {
				e.Close()
				t.Fatal("it started")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error = %q, want it to say %q", err, c.want)
			}
		})
	}
}

func TestNewStartsAndTheLogHoldsNoKey(t *testing.T) {
	var out bytes.Buffer
	c := testPorts
	c.Log = slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	phone, server := newTold(), newTold()
	a, errA := e.Open(phone)
	b, errB := e.Open(server)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	for _, pair := range [][2]*Session{{a, b}, {b, a}} {
		p := agreed()
		p.Remote = pair[1].LocalAddr()
		pair[0].Start(p)
	}
	a.SendKey('#', 60*time.Millisecond, 0)
	if got := next(t, server.keys); got != '#' {
		t.Errorf("key = %q, want #", got)
	}
	a.Close()
	b.Close()
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	log := out.String()
	if strings.Contains(log, "#") || !strings.Contains(log, "RTP session closed") || !strings.Contains(log, "packets.sent=") {
		t.Errorf("log:\n%s", log)
	}
}

func TestTheLoopSleepsOverTicksAtWhichNobodySends(t *testing.T) {
	r := newRig(t, Config{})
	if got := r.wheel.busyFrom(7, longestSleep); got != 7+longestSleep-1 {
		t.Errorf("without a call the loop wakes at tick %d from 7 on, want %d", got, 7+longestSleep-1)
	}
	for range 2*company + 1 {
		r.start(&recorder{}, agreed())
	}
	r.pass(tickLength)
	occupied := 0
	for tick := range int64(cycle) {
		next := r.wheel.busyFrom(tick, longestSleep)
		if next < tick || next >= tick+longestSleep {
			t.Fatalf("from tick %d the loop sleeps until %d", tick, next)
		}
		for over := tick; over < next; over++ {
			if len(r.wheel.at(over)) != 0 {
				t.Fatalf("from tick %d the loop sleeps until %d, over a call's slot", tick, next)
			}
		}
		if len(r.wheel.at(tick)) != 0 {
			occupied++
		}
	}
	if occupied != 3*cycle/20 {
		t.Errorf("%d slots are used, want three times those of a call", occupied)
	}
}
