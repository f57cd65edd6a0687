package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Machine is where the figures come from.
type Machine struct {
	Processor  string `json:"processor"`
	Processors int    `json:"processors"`
	MemoryGB   int    `json:"memoryGB"`
	Kernel     string `json:"kernel"`
	Go         string `json:"go"`
	Asterisk   string `json:"asterisk"`
	Tsunagi    string `json:"tsunagi"`
	At         string `json:"at"`
}

// stages are the parts of a run, in order. Each measures both servers.
var stages = []struct {
	name string
	run  func(r *Run, server string, out *Report) error
}{
	{"load", (*Run).load},
	{"half", (*Run).half},
	{"turns", together((*Run).turns)},
	{"greet", (*Run).greet},
	{"loss", (*Run).lose},
	{"overload", (*Run).overload},
	{"floor", together((*Run).floor)},
}

// together makes a stage of what is done once, and not for each server.
func together(do func(*Run, *Report) error) func(*Run, string, *Report) error {
	return func(r *Run, server string, out *Report) error {
		if server != names[0] {
			return nil
		}
		return do(r, out)
	}
}

// Measure runs stages, all where none is named, and adds what they find to the report.
// A stage may be named with a server: "load:asterisk".
func (r *Run) Measure(which []string, file string) (*Report, error) {
	out, err := ReadReport(file)
	if err != nil {
		return nil, err
	}
	for _, stage := range stages {
		for _, server := range names {
			if len(which) > 0 && !slices.Contains(which, stage.name) && !slices.Contains(which, stage.name+":"+server) {
				continue
			}
			if stage.name == "load" {
				out.Load[server] = nil
			}
			if err := stage.run(r, server, out); err != nil {
				return nil, fmt.Errorf("%s of %s: %w", stage.name, server, err)
			}
			if err := r.write(out, file); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// ReadReport reads what earlier stages have found; an empty report where there is none.
func ReadReport(file string) (*Report, error) {
	out := &Report{
		Load: map[string][]Plateau{}, Half: map[string]Plateau{}, Greet: map[string]Greeting{}, Memory: map[string]Memory{},
		Loss: map[string]Loss{}, Overload: map[string]Overload{},
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err == nil {
		err = json.Unmarshal(text, out)
	}
	if err != nil {
		return nil, fmt.Errorf("read the report so far: %w", err)
	}
	return out, nil
}

func (r *Run) write(out *Report, file string) error {
	out.Machine = r.machine()
	s := r.script
	out.Script = map[string]float64{
		"call": s.lasts.Seconds(), "greeting": length(r.sound.greeting).Seconds(), "ringback": ringback.Seconds(),
		"result": length(r.sound.result).Seconds(), "keys": float64(s.keys),
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

// say tells how the run is going.
func (r *Run) say(format string, values ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format("15:04:05 ")+format+"\n", values...)
}

func (r *Run) machine() Machine {
	m := Machine{Processors: runtime.NumCPU(), Go: runtime.Version(), At: time.Now().UTC().Format(time.RFC3339)}
	if kernel, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = strings.TrimSpace(string(kernel))
	}
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		m.Processor = valueOf(string(info), "model name")
		m.Processors = strings.Count(string(info), "model name")
	}
	if info, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kB int
		_, _ = fmt.Sscanf(valueOf(string(info), "MemTotal"), "%d", &kB)
		m.MemoryGB = kB >> 20
	}
	if out, err := exec.Command(r.Program, "version").Output(); err == nil {
		m.Tsunagi = strings.TrimSpace(strings.SplitN(string(out), "\n", 2)[0])
	}
	if root, err := exec.Command(r.PBX, "path").Output(); err == nil {
		if out, err := exec.Command("chroot", strings.TrimSpace(string(root)), "/usr/sbin/asterisk", "-V").Output(); err == nil {
			m.Asterisk = strings.TrimSpace(string(out))
		}
	}
	return m
}

// valueOf is the value of the first line of that name in a file of /proc.
func valueOf(text, name string) string {
	_, after, _ := strings.Cut(text, name)
	line, _, _ := strings.Cut(after, "\n")
	return strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(line), ":"))
}
