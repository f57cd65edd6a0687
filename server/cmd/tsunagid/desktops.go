package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"tsunagi/server/board"
	"tsunagi/server/identity"
	"tsunagi/server/payment"
	"tsunagi/server/ws"
	"tsunagi/shared/version"
	"tsunagi/shared/wire"
)

// requestLimit bounds the handshake of a desktop; afterwards the WebSocket's own
// limits hold.
const requestLimit = 10 * time.Second

// startDesktops opens the TLS port for the desktops.
func (d *daemon) startDesktops(pair tls.Certificate, users *identity.Identity, picture *board.Board, payments *payment.Desk) error {
	api, err := ws.New(ws.Options{
		Identity: users, Board: picture, Calls: askedCalls{d.calls, d.tell}, Payments: payments, Log: d.log, Version: version.String(),
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", d.conf.Desktop.Listen)
	if err != nil {
		return portInUse("desktop.listen", d.conf.Desktop.Listen, err)
	}
	d.desktop = listener
	mux := http.NewServeMux()
	mux.Handle(wire.Path, api)
	server := &http.Server{
		Handler: mux, ReadHeaderTimeout: requestLimit,
		ErrorLog: slog.NewLogLogger(d.log.Handler(), slog.LevelDebug), // handshakes that strangers break off
	}
	secured := tls.NewListener(listener, &tls.Config{
		Certificates: []tls.Certificate{pair},
		MinVersion:   tls.VersionTLS12, // security.md N1
		NextProtos:   []string{"http/1.1"},
		// A snapshot or a batch of frames leaves in as few records, each a system call, as
		// it fits in. Small ones would show a page's first bytes sooner; here a frame is
		// of use as a whole.
		DynamicRecordSizingDisabled: true,
	})
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := server.Serve(secured); !errors.Is(err, http.ErrServerClosed) {
			d.failed <- fmt.Errorf("serve the desktops: %w", err)
		}
	}()
	d.later(func() error {
		ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
		defer cancel()
		err := errors.Join(api.Close(ctx), server.Close())
		<-served
		return err
	})
	return nil
}
