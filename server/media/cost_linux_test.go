package media

import (
	"testing"

	"golang.org/x/sys/unix"
)

// processorTime returns what this process has used, in nanoseconds.
func processorTime(b *testing.B) int64 {
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return used.Utime.Nano() + used.Stime.Nano()
}

// BenchmarkTwoCalls measures the whole cost of an engine with two calls, the least that
// a running server has to do: each iteration is a packet of 20 ms.
func BenchmarkTwoCalls(b *testing.B) {
	e, err := New(testPorts)
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	first, addr := telephone(b)
	_, other := telephone(b)
	for _, p := range []Params{agreed(), agreed()} {
		s, err := e.Open(quiet{})
		if err != nil {
			b.Fatal(err)
		}
		p.Remote = addr
		addr = other
		s.Start(p)
	}
	read(b, first)
	used := processorTime(b)
	for b.Loop() {
		read(b, first)
	}
	percent := float64(processorTime(b)-used) / float64(b.Elapsed()) * 100
	b.ReportMetric(percent, "%cpu")
}
