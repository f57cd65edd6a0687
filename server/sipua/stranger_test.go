package sipua

import (
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"tsunagi/server/media"
)

// memory is what the program holds after everything that is free was given back.
func memory() uint64 {
	runtime.GC()
	runtime.GC() // what the first one has found to be finalized
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// telephony.md 1, behaviour 15: no growth per unknown source. 4,000 strangers, each with
// an address of its own, send an INVITE and an OPTIONS; what is kept of all of them
// together is less than a byte of each of their datagrams.
func TestStrangersLeaveNothingBehind(t *testing.T) {
	var called atomic.Int64
	e := serve(t, Config{Sources: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Observer: calls{&called}},
		frontFunc(func(Invite) (Handler, *Refusal) { panic("asked for a stranger") }))
	w := &wire{t: t}
	to := net.UDPAddrFromAddrPort(e.Addr())
	visit := func(n int) {
		from := net.IPv4(127, 1, byte(n>>8), byte(n))
		conn, err := net.DialUDP("udp", &net.UDPAddr{IP: from}, to)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		w.conn, w.callID = conn, fmt.Sprintf("stranger-%d", n)
		w.send("INVITE", nil, offer)
		w.send("OPTIONS", nil, "")
	}
	const strangers, warm = 4000, 200
	seen := func(n int64) {
		t.Helper()
		comes(t, "all INVITEs", func() bool { return called.Load() >= n })
	}
	for n := range warm {
		visit(n)
	}
	seen(warm)
	before, goroutines := memory(), runtime.NumGoroutine()
	for n := range strangers {
		visit(warm + n)
		if n%200 == 199 { // the socket's buffer is not to overflow
			seen(int64(warm + n + 1))
		}
	}
	after := memory()
	grown := max(0, int64(after)-int64(before))
	// Two datagrams of some 600 bytes each; the runtime's own changes are some kB.
	if limit := int64(64 << 10); grown > limit {
		t.Errorf("%d bytes kept of %d strangers, want at most %d in all", grown, strangers, limit)
	}
	if n := runtime.NumGoroutine(); n > goroutines {
		t.Errorf("%d goroutines, %d before", n, goroutines)
	}
	if n := e.transport.Pool("udp").Size(); n != 1 {
		t.Errorf("sipgo remembers %d addresses, want its socket alone", n)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.legs)+len(e.invites) > 0 {
		t.Errorf("%d legs and %d INVITEs", len(e.legs), len(e.invites))
	}
}

// calls counts refused calls.
type calls struct{ n *atomic.Int64 }

func (c calls) CallRefused(string)           { c.n.Add(1) }
func (c calls) LegEnded(string, media.Stats) {}

// telephony.md 1, behaviour 15: anything else 403 without work done for it: above what is
// answered in a second, a stranger's datagram is not even parsed.
func TestAStrangersDatagramCostsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // all of it is in one second
		s, err := listen("127.0.0.1:0", nil, func() {})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		from := netip.MustParseAddrPort("127.0.0.1:9")
		invite := (&wire{t: t, conn: s.UDPConn, callID: "flood"}).request("INVITE", 1, "b", nil, offer)
		text := []byte(strings.ReplaceAll(invite, "\n", "\r\n"))
		parsed := testing.AllocsPerRun(refusalsPerSecond-1, func() { s.refuse(text, from) })
		flood := testing.AllocsPerRun(1000, func() { s.refuse(text, from) })
		if parsed == 0 || flood != 0 {
			t.Errorf("%v allocations for one that is answered and %v for the others, want some and none", parsed, flood)
		}
	})
}
