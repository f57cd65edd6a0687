package gatewaysim

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// defaultListen is where the gateway listens unless told otherwise.
const defaultListen = "127.0.0.1:8444"

// Server is a gateway that is served.
type Server struct {
	*Gateway
	URL         string // https://host:port, for the client's configuration
	ControlURL  string // http://host:port; empty where there is none
	Certificate []byte // PEM: what the client must trust

	servers []*http.Server
	serving sync.WaitGroup
}

// Start serves a gateway over TLS until Close.
func Start(c Config) (*Server, error) {
	if c.Listen == "" {
		c.Listen = defaultListen
	}
	pair, err := certificate(c)
	if err != nil {
		return nil, fmt.Errorf("start the simulated gateway: %w", err)
	}
	if err := loopback(c.Control); err != nil {
		return nil, fmt.Errorf("start the simulated gateway: %w", err)
	}
	g, err := New(c)
	if err != nil {
		return nil, err
	}
	s := &Server{Gateway: g, Certificate: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]})}
	settings := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, NextProtos: []string{"http/1.1"}}
	address, err := s.serve(c.Listen, g, settings)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the simulated gateway: %w", err), s.Close())
	}
	s.URL = "https://" + address
	if c.Control != "" {
		if address, err = s.serve(c.Control, g.Control(), nil); err != nil {
			return nil, errors.Join(fmt.Errorf("start the simulated gateway: %w", err), s.Close())
		}
		s.ControlURL = "http://" + address
	}
	return s, nil
}

// Run serves a gateway until ctx ends.
func Run(ctx context.Context, c Config) error {
	s, err := Start(c)
	if err != nil {
		return err
	}
	s.log.Info("the simulated gateway listens", "url", s.URL, "control", s.ControlURL)
	<-ctx.Done()
	return s.Close()
}

// serve serves a handler at an address, with TLS where there are settings for it.
func (s *Server) serve(listen string, handler http.Handler, settings *tls.Config) (address string, err error) {
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return "", err
	}
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	s.servers = append(s.servers, server)
	address = listener.Addr().String()
	if settings != nil {
		listener = tls.NewListener(listener, settings)
	}
	s.serving.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("serving ended", "address", address, "error", err)
		}
	})
	return address, nil
}

// closeWithin is how long requests under way have to end once nothing waits any more.
const closeWithin = 5 * time.Second

// Close ends what waits, lets requests under way end, and closes the books.
func (s *Server) Close() error {
	s.Gateway.close.Do(func() { close(s.closing) })
	ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
	defer cancel()
	var errs []error
	for _, server := range s.servers {
		if err := server.Shutdown(ctx); err != nil {
			errs = append(errs, err, server.Close())
		}
	}
	s.serving.Wait()
	return errors.Join(append(errs, s.Gateway.Close())...)
}

// loopback refuses an address that others than this machine could reach.
func loopback(address string) error {
	if address == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("the control endpoint wants a loopback address such as 127.0.0.1:8445, not %q", address)
	}
	return nil
}
