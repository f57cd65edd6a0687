package metrics

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// How long who asks for a page may take, and how many may ask at once.
const (
	askLimit     = 5 * time.Second
	answerLimit  = 10 * time.Second
	asksAtOnce   = 4
	headersBytes = 16 << 10
)

// Handler serves the pages.
func (m *Metrics) Handler(health func() Health) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: asksAtOnce}))
	mux.HandleFunc("GET /healthz", healthPage(health))
	return mux
}

// Server serves the pages on a port.
type Server struct {
	listener net.Listener
	http     http.Server
	served   chan error
}

// Start opens the port and serves pages on it until Close.
func Start(address string, pages http.Handler, log *slog.Logger) (*Server, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("open the port of the metrics: %w", err)
	}
	s := &Server{
		listener: listener,
		http: http.Server{
			Handler: pages, ReadTimeout: askLimit, WriteTimeout: answerLimit, MaxHeaderBytes: headersBytes,
			ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug), // requests that are none
		},
		served: make(chan error, 1),
	}
	go func() { s.served <- s.http.Serve(listener) }()
	return s, nil
}

// Addr is the address of the port.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Close ends the pages and gives the port back.
func (s *Server) Close() error {
	err := s.http.Close()
	if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, fmt.Errorf("serve the metrics: %w", served))
	}
	return err
}
