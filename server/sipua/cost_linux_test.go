package sipua

import (
	"bytes"
	"fmt"
	"net"
	"runtime"
	"runtime/metrics"
	"syscall"
	"testing"
	"time"
)

// BenchmarkAnsweredAndHungUp is a call that is answered and hung up at once, over
// loopback, with what the caller costs: cpu-ns/op is processor time, which is steadier
// than time on a busy machine.
func BenchmarkAnsweredAndHungUp(b *testing.B) {
	c := dialCaller(b)
	for range 100 {
		c.hangUp(c.call())
	}
	b.ReportAllocs()
	before := processorTime(b)
	for b.Loop() {
		c.hangUp(c.call())
	}
	b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op")
}

// BenchmarkStandingCalls tells what a call holds while nothing happens in it.
func BenchmarkStandingCalls(b *testing.B) {
	const calls = 200
	c := dialCaller(b)
	held := []metrics.Sample{{Name: "/sched/goroutines:goroutines"}, {Name: "/memory/classes/heap/stacks:bytes"}, {Name: "/gc/heap/live:bytes"}}
	read := func() (values [3]float64) {
		runtime.GC()
		metrics.Read(held)
		for i, s := range held {
			values[i] = float64(s.Value.Uint64())
		}
		return values
	}
	for b.Loop() {
		before := read()
		var standing []answeredCall
		for range calls {
			standing = append(standing, c.call())
		}
		during := read()
		for i, unit := range []string{"goroutines/call", "stack-B/call", "live-B/call"} {
			b.ReportMetric((during[i]-before[i])/calls, unit)
		}
		for _, call := range standing {
			c.hangUp(call)
		}
	}
}

// processorTime is what this process has used.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// A caller calls an endpoint with as little ado as it can.
type caller struct {
	b    *testing.B
	conn *net.UDPConn
	read [4096]byte
	n    int
}

// answeredCall is a call that was answered.
type answeredCall struct {
	id  int
	tag string
}

func dialCaller(b *testing.B) *caller {
	e := serve(b, Config{}, answering)
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(e.Addr()))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	return &caller{b: b, conn: conn}
}

// call calls and acknowledges the answer.
func (c *caller) call() answeredCall {
	c.n++
	call := answeredCall{id: c.n}
	c.send("INVITE", 1, call, "Content-Type: application/sdp\r\n", offerLines)
	call.tag = c.answer()
	c.send("ACK", 1, call, "", "")
	return call
}

func (c *caller) hangUp(call answeredCall) {
	c.send("BYE", 2, call, "", "")
	c.answer()
}

var offerLines = string(bytes.ReplaceAll([]byte(offer), []byte("\n"), []byte("\r\n")))

func (c *caller) send(method string, seq int, call answeredCall, headers, body string) {
	to := ""
	if call.tag != "" {
		to = ";tag=" + call.tag
	}
	if _, err := fmt.Fprintf(c.conn, "%s sip:05012345678@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP %[2]s;branch=z9hG4bK%[1]s%[3]d;rport\r\n"+
		"Max-Forwards: 70\r\nFrom: <sip:09011112222@127.0.0.1>;tag=peer\r\nTo: <sip:05012345678@127.0.0.1>%[4]s\r\nCall-ID: call-%[3]d\r\n"+
		"CSeq: %[5]d %[1]s\r\nContact: <sip:peer@%[2]s>\r\n%[6]sContent-Length: %[7]d\r\n\r\n%[8]s",
		method, c.conn.LocalAddr(), call.id, to, seq, headers, len(body), body); err != nil {
		c.b.Fatal(err)
	}
}

// answer waits for a 200 and returns the tag of its To.
func (c *caller) answer() string {
	for {
		_ = c.conn.SetReadDeadline(time.Now().Add(patience))
		n, err := c.conn.Read(c.read[:])
		if err != nil {
			c.b.Fatal(err)
		}
		if !bytes.HasPrefix(c.read[:n], []byte("SIP/2.0 200")) {
			continue
		}
		_, rest, _ := bytes.Cut(c.read[:n], []byte("\r\nTo: "))
		_, tag, _ := bytes.Cut(rest[:bytes.IndexByte(rest, '\r')], []byte("tag="))
		return string(tag)
	}
}
