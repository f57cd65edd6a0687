package main

import (
	"sync/atomic"
	"time"

	"tsunagi/server/media"
	"tsunagi/server/metrics"
	"tsunagi/shared/version"
)

// watch is what operations sees: the figures, and whether calls are taken.
type watch struct {
	*metrics.Metrics
	draining atomic.Bool
	server   *metrics.Server // nil where nobody wants the pages
}

// startMetrics opens the port for operations. The figures are kept without it too.
func (d *daemon) startMetrics() error {
	d.watch = &watch{Metrics: metrics.New(version.String())}
	health := d.watch.health(d.calls.Live, d.ready)
	d.watch.WatchCalls(d.calls.Live)
	d.watch.WatchHealth(health)
	if d.conf.Metrics.Listen == "" {
		return nil
	}
	server, err := metrics.Start(d.conf.Metrics.Listen, d.watch.Handler(health), d.log)
	if err != nil {
		return portInUse("metrics.listen", d.conf.Metrics.Listen, err)
	}
	d.watch.server = server
	d.later(server.Close)
	return nil
}

// health returns what tells whether calls are taken.
func (w *watch) health(live func() int, ready func() error) func() metrics.Health {
	return func() metrics.Health {
		h := metrics.Health{State: metrics.Up, Calls: live()}
		if err := ready(); err != nil {
			h.State, h.Reason = metrics.NoMoney, err.Error()
		}
		if w.draining.Load() {
			h.State, h.Reason = metrics.Draining, ""
		}
		return h
	}
}

// address is where the pages are, empty where they are not.
func (w *watch) address() string {
	if w.server == nil {
		return ""
	}
	return w.server.Addr().String()
}

// watchTelephone adds the figures of the telephone side once it is there.
func (d *daemon) watchTelephone(engine *media.Engine) {
	d.watch.WatchMedia(engine)
	d.watch.WatchRegistrations(func() []metrics.Registration {
		var all []metrics.Registration
		for _, r := range d.sip.Registrations() {
			all = append(all, metrics.Registration{Account: r.Account, Registered: time.Now().Before(r.Until)})
		}
		return all
	})
}
