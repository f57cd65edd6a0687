package bench

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// usage is what a process has used, or the difference of two.
type usage struct {
	cpu  time.Duration // of all its threads, those that have ended too
	core time.Duration // that its processor was not idle, whoever used it
	at   time.Duration // monotonic
	rss  int64         // bytes
}

// clockTicks is USER_HZ of every Linux that Go runs on.
const clockTicks = 100

// usageOf reads a process and the processor that it is held on.
func usageOf(pid, core int) (usage, error) {
	u := usage{at: monotonic()}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return u, err
	}
	// The name in brackets may hold blanks; utime and stime are fields 14 and 15.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	for _, f := range fields[11:13] {
		n, _ := strconv.ParseInt(f, 10, 64)
		u.cpu += time.Duration(n) * time.Second / clockTicks
	}
	rollup, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return u, err
	}
	_, after, _ := bytes.Cut(rollup, []byte("\nRss:"))
	if words := bytes.Fields(after); len(words) > 0 {
		kB, _ := strconv.ParseInt(string(words[0]), 10, 64)
		u.rss = kB << 10
	}
	u.core, err = coreBusy(core)
	return u, err
}

// coreBusy is how long a processor was not idle since the machine started.
func coreBusy(core int) (time.Duration, error) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	_, after, _ := bytes.Cut(stat, fmt.Appendf(nil, "\ncpu%d ", core))
	line, _, _ := bytes.Cut(after, []byte("\n"))
	var sum time.Duration
	for i, f := range bytes.Fields(line) {
		if i == 3 || i == 4 || i >= 8 { // idle, iowait; guests are counted in user
			continue
		}
		n, _ := strconv.ParseInt(string(f), 10, 64)
		sum += time.Duration(n) * time.Second / clockTicks
	}
	return sum, nil
}

// since is what was used between two readings; rss is the later one.
func (u usage) since(before usage) usage {
	return usage{cpu: u.cpu - before.cpu, core: u.core - before.core, at: u.at - before.at, rss: u.rss}
}
