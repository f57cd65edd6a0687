package bench

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a server under test, held on one processor, where it goes before others.
type process struct {
	command *exec.Cmd
	core    int
	log     string // file of what it says
	ended   chan error
}

// goesBefore is how far a server under test comes before the other programs of the
// machine. There should be none, but most machines have an agent that looks after them: one
// of those, at nice -10, was seen to keep the processor for up to 10 ms, twice a second.
const goesBefore = "-15"

// stopWait is how long a server may take to stop.
const stopWait = 30 * time.Second

// startPinned starts a program on one processor; its output goes to a file.
func startPinned(core int, log string, env []string, name string, args ...string) (*process, error) {
	file, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // the process has its own
	p := &process{core: core, log: log, ended: make(chan error, 1)}
	p.command = exec.Command("nice", append([]string{"-n", goesBefore, "taskset", "-c", strconv.Itoa(core), name}, args...)...)
	p.command.Stdout, p.command.Stderr = io.Writer(file), io.Writer(file)
	p.command.Env = append(os.Environ(), env...)
	p.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() { p.ended <- p.command.Wait() }()
	return p, nil
}

// says waits until the program has written words to a file and returns that line.
func (p *process) says(file, words string, patience time.Duration) (string, error) {
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		select {
		case err := <-p.ended:
			p.ended <- err
			return "", fmt.Errorf("%s ended: %w\n%s", p.command.Path, errors.Join(err, errors.New("see its log")), tail(p.log))
		default:
		}
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			if strings.Contains(line, words) {
				return line, nil
			}
		}
	}
	return "", fmt.Errorf("%s never said %q:\n%s", filepath.Base(file), words, tail(p.log))
}

// stop ends the program and waits for it.
func (p *process) stop() {
	_ = p.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(stopWait):
		_ = p.command.Process.Kill()
		<-p.ended
	}
}

func (p *process) pid() int { return p.command.Process.Pid }

func tail(file string) string {
	text, _ := os.ReadFile(file)
	return string(text[max(0, len(text)-2000):])
}
