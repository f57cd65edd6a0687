//go:build linux

// Command bench measures tsunagid against Asterisk; build/bench.sh calls it. What it
// measures stands in package bench and in server/docs/performance.md.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"tsunagi/server/bench"
)

func main() {
	var r bench.Run
	flag.StringVar(&r.Dir, "dir", "build/bench/run", "folder for what the servers write")
	flag.StringVar(&r.Program, "program", "build/bin/tsunagid", "the server")
	flag.StringVar(&r.PBX, "pbx", "build/pbx.sh", "what runs Asterisk")
	flag.IntVar(&r.ServerCore, "core", 0, "processor of the server under test")
	flag.BoolVar(&r.Quick, "quick", false, "short forms of all stages, whose figures prove nothing")
	report := flag.String("report", "build/bench/report.json", "file of the report; what is there of other stages stays")
	only := flag.Bool("print", false, "print the report and measure nothing")
	probe := flag.String("probe", "", "server:calls,calls,…: load one server and print what is seen")
	window := flag.Duration("window", 10*time.Second, "of a probe")
	calls := flag.Int("bare", 0, "be the bare loop of so many calls")
	to := flag.String("to", "", "where the bare loop sends")
	flag.Parse()
	if *calls > 0 {
		fail(bench.BareLoop(*calls, netip.MustParseAddrPort(*to)))
	}
	runtime.GOMAXPROCS(2) // the generator's thread, and the operators
	if !*only || *probe != "" {
		fail(r.Prepare())
	}
	switch {
	case *probe != "":
		fail(probeOne(&r, *probe, *window))
	case *only:
		out, err := bench.ReadReport(*report)
		fail(err)
		finish(&r, out)
	default:
		out, err := r.Measure(flag.Args(), *report)
		fail(err)
		finish(&r, out)
	}
}

// finish prints the table; a figure that was promised and not met is an error, but where
// only a part was measured or in its short form.
func finish(r *bench.Run, out *bench.Report) {
	if !out.Print(os.Stdout) && !r.Quick && flag.NArg() == 0 {
		fail(fmt.Errorf("not every figure is met: see the table"))
	}
}

func probeOne(r *bench.Run, what string, window time.Duration) error {
	name, list, _ := strings.Cut(what, ":")
	var calls []int
	for _, n := range strings.Split(list, ",") {
		c, err := strconv.Atoi(n)
		if err != nil {
			return err
		}
		calls = append(calls, c)
	}
	return r.Probe(name, calls, window, func(p bench.Plateau) {
		text, _ := json.MarshalIndent(p, "", " ")
		fmt.Println(string(text))
	})
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
