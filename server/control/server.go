package control

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"
)

// connectionsMost is how many commands may be connected at once; more wait.
const connectionsMost = 16

// Server answers commands until Close. Make one with Serve.
type Server struct {
	table    *Table
	listener net.Listener
	log      *slog.Logger
	cancel   context.CancelFunc
	running  sync.WaitGroup
	slots    chan struct{}

	mu    sync.Mutex
	open  map[net.Conn]struct{}
	ended bool
}

// Serve answers the operations of a table at a listener, which Close closes.
func Serve(listener net.Listener, table *Table, log *slog.Logger) *Server {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{
		table: table, listener: listener, log: log, cancel: cancel,
		slots: make(chan struct{}, connectionsMost), open: make(map[net.Conn]struct{}),
	}
	s.running.Go(func() { s.accept(ctx) })
	return s
}

// Close takes no more commands, ends the contexts of the operations under way and
// waits for them until ctx ends.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	s.ended = true
	err := s.listener.Close()
	s.cancel()
	for conn := range s.open {
		// Reading ends; an operation under way still gets its answer out.
		_ = conn.SetReadDeadline(time.Unix(1, 0))
	}
	s.mu.Unlock()
	done := make(chan struct{})
	go func() { s.running.Wait(); close(done) }()
	select {
	case <-done:
		return err
	case <-ctx.Done():
		return errors.Join(err, ctx.Err())
	}
}

func (s *Server) accept(ctx context.Context) {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return
			}
			s.log.Warn("accept a command", "error", err)
			select {
			case <-time.After(100 * time.Millisecond): // out of file handles, perhaps
			case <-ctx.Done():
			}
			continue
		}
		select {
		case s.slots <- struct{}{}:
		case <-ctx.Done():
			_ = conn.Close()
			return
		}
		if !s.add(conn) {
			_ = conn.Close()
			return
		}
		s.running.Go(func() {
			defer func() { <-s.slots }()
			defer s.remove(conn)
			serve(ctx, conn, s.table, s.log)
		})
	}
}

func (s *Server) add(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		s.open[conn] = struct{}{}
	}
	return !s.ended
}

func (s *Server) remove(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, conn)
}

// serve answers one connection, request by request, until its end. The next line is
// read while an operation is under way: that is how its asker's going is noticed.
func serve(ctx context.Context, conn net.Conn, table *Table, log *slog.Logger) {
	ctx, cancel := context.WithCancel(ctx)
	requests := make(chan request)
	var reading sync.WaitGroup
	reading.Go(func() {
		defer close(requests)
		defer cancel()
		from := bufio.NewReader(conn)
		for {
			var next request
			if err := readLine(from, MaxRequestBytes, &next); err != nil {
				log.Debug("a command's connection is over", "why", err)
				return
			}
			select {
			case requests <- next:
			case <-ctx.Done():
				return
			}
		}
	})
	defer reading.Wait()
	defer conn.Close() //nolint:errcheck // the other end sees it either way
	defer cancel()
	for next := range requests {
		began := time.Now()
		answer, err := table.do(context.WithValue(ctx, byKey{}, next.By), next.Op, next.Request)
		log.Debug("operation", "op", next.Op, "by", next.By, "took", time.Since(began), "error", err)
		if err := writeLine(conn, responseOf(answer, err)); err != nil {
			log.Debug("a command did not wait for its answer", "op", next.Op, "error", err)
			return
		}
	}
}
