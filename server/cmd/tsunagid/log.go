package main

import (
	"io"
	"log/slog"

	"tsunagi/server/config"
)

// newLog is the server's log, in the form the site has chosen.
func newLog(conf config.Log, to io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: conf.SlogLevel()}
	if conf.Format == "json" {
		return slog.New(slog.NewJSONHandler(to, options))
	}
	return slog.New(slog.NewTextHandler(to, options))
}
