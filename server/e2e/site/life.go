package site

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Start runs 'serve' and waits until it is ready.
func (s *Server) Start() {
	s.t.Helper()
	s.Log = newLog(s.t, filepath.Join(s.Dir, "server.log"), s.Watch)
	s.process = exec.Command(s.Program, "serve", "--config", s.config)
	if s.Limitless {
		s.process = exec.Command("sh", "-c", `ulimit -c unlimited && exec "$0" "$@"`, s.Program, "serve", "--config", s.config)
		s.process.Dir = s.Dir
		s.process.Env = append(os.Environ(), "GOTRACEBACK=crash")
	}
	s.process.Stderr = s.Log
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(s.Stop)
	ready := s.Log.Wait(s.t, "msg=ready")
	s.Desktop, s.SIP, s.Metrics = value(ready, "desktop"), value(ready, "sip"), value(ready, "metrics")
	if s.SIP == "" {
		s.SIP = value(ready, "sips")
	}
}

// Drain tells the server to stop, as Stop does, and does not wait for it.
func (s *Server) Drain() {
	s.t.Helper()
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
}

// Stop ends the server as an administrator does and fails the test if it does not
// end well, or if the race detector had something to say. It does nothing where the
// server does not run.
func (s *Server) Stop() {
	if s.process == nil {
		return
	}
	process := s.process
	s.process = nil
	if err := process.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Errorf("stop the server: %v", err)
	}
	done := make(chan error, 1)
	go func() { done <- process.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			s.t.Errorf("the server ended with %v\n%s", err, s.Log.Tail())
		}
	case <-time.After(Patience):
		_ = process.Process.Kill()
		<-done
		s.t.Errorf("the server did not end\n%s", s.Log.Tail())
	}
	if s.t.Failed() {
		s.t.Logf("server log:\n%s", s.Log.Tail())
	}
}

// Abort ends the server with SIGABRT, as a broken program ends, and tells how.
func (s *Server) Abort() syscall.WaitStatus {
	s.t.Helper()
	if err := s.process.Process.Signal(syscall.SIGABRT); err != nil {
		s.t.Fatal(err)
	}
	_ = s.process.Wait() // aborted: its error says nothing new
	status, ok := s.process.ProcessState.Sys().(syscall.WaitStatus)
	if !ok {
		s.t.Fatal("how it ended cannot be told")
	}
	s.process = nil
	return status
}

// PID is the running server's process ID.
func (s *Server) PID() int { return s.process.Process.Pid }

// Runs reports whether the server was started and not stopped.
func (s *Server) Runs() bool { return s.process != nil }

// Kill ends the server as a power cut does.
func (s *Server) Kill() {
	s.t.Helper()
	if err := s.process.Process.Kill(); err != nil {
		s.t.Fatal(err)
	}
	_ = s.process.Wait() // killed: its status says nothing
	s.process = nil
}
