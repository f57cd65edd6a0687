package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"sync/atomic"
	"time"

	"tsunagi/server"
	"tsunagi/server/audit"
	"tsunagi/server/board"
	"tsunagi/server/call"
	"tsunagi/server/config"
	"tsunagi/server/control"
	"tsunagi/server/media"
	"tsunagi/server/payment"
	"tsunagi/server/sipua"
	"tsunagi/server/store"
	"tsunagi/shared/order"
	"tsunagi/shared/version"
)

type serveCommand struct {
	configFile
	AcceptRestored bool `help:"Take payments although the database was restored and the acquirer's books were not compared with it by this server: a person has done it."`
}

// whenReady is the context's key for a func() that wants to know when serve takes calls.
type whenReady struct{}

// Run serves until ctx ends, then stops in good order.
func (c serveCommand) Run(ctx context.Context, s streams) error {
	conf, err := config.Read(c.Config)
	if err != nil {
		return err
	}
	slog.SetDefault(newLog(conf.Log, s.err))
	own := reserveThread()
	d := &daemon{conf: conf, log: slog.Default(), acceptRestored: c.AcceptRestored}
	err = d.start(ctx)
	if err == nil {
		d.tuneCollector()
		d.tuneThreads(own)
		at := append([]any{"version", version.String(), "desktop", d.desktop.Addr().String()}, listening(d.sip, conf.SIP)...)
		d.log.Info("ready", append(at, "metrics", d.watch.address())...)
		if tell, ok := ctx.Value(whenReady{}).(func()); ok {
			tell()
		}
		err = d.wait(ctx)
	}
	return errors.Join(err, d.stop())
}

// daemon is the running server. Its parts are started in the order in which they
// need each other and stopped in the opposite one.
type daemon struct {
	conf  config.Config
	log   *slog.Logger
	stops []func() error

	acceptRestored bool

	desktop   net.Listener
	sip       *sipua.Endpoint
	telephone atomic.Pointer[sipua.Endpoint] // sip once calls can come, for other goroutines
	calls     *call.Desk
	back      *operators
	watch     *watch
	ready     func() error // why no call is taken now; nil: they are
	failed    chan error   // a part that must run for ever has ended

	tell       func(audit.Event) // what happens in calls, to the audit log
	cut        string            // what the audit log lacked at its end when the server started
	operations control.Table     // what commands may ask; parts add theirs before startControl
}

// later adds what stop has to do; the last added is done first.
func (d *daemon) later(stop func() error) { d.stops = append(d.stops, stop) }

// each does something at once, and again whenever the interval has passed, until the server
// stops.
func (d *daemon) each(interval time.Duration, do func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for {
			do()
			select {
			case <-quit:
				return
			case <-tick.C:
			}
		}
	}()
	d.later(func() error {
		close(quit)
		<-done
		return nil
	})
}

func (d *daemon) stop() error {
	var errs []error
	for i := len(d.stops) - 1; i >= 0; i-- {
		errs = append(errs, d.stops[i]())
	}
	d.log.Info("stopped")
	return errors.Join(errs...)
}

// wait returns when the server is told to stop or a part of it has failed.
func (d *daemon) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		d.log.Info("stopping", "calls", d.calls.Live())
		return nil
	case err := <-d.failed:
		return err
	}
}

// start brings everything up. What it started is stopped by stop, also after an error.
func (d *daemon) start(ctx context.Context) error {
	d.failed = make(chan error, 2)
	if err := d.forbidDumps(); err != nil {
		return err
	}
	vaults, err := d.lockVaults()
	if err != nil {
		return err
	}
	voices, err := loadVoices(d.conf)
	if err != nil {
		return err
	}
	pair, err := loadDesktopCertificate(d.conf)
	if err != nil {
		return err
	}
	lock, err := store.TakeLock(databasePath(d.conf))
	if err != nil {
		return err
	}
	d.later(lock.Release)
	db, err := store.Open(ctx, databasePath(d.conf))
	if err != nil {
		return err
	}
	d.later(db.Close)

	picture := board.New()
	if err := picture.Load(ctx, db); err != nil {
		return err
	}
	book, err := d.openBook(ctx, db)
	if err != nil {
		return err
	}
	users, err := openIdentity(d.conf, db, book, d.log)
	if err != nil {
		return err
	}
	if err := users.Start(ctx); err != nil {
		return err
	}
	d.keepHouse(users, db, book)
	scribe := audit.NewScribe(book)
	d.later(func() error { scribe.Close(); return nil })
	d.tell = scribe.Tell
	reporter := call.Reporter{Book: chronicle{db, d.tell}, Board: picture, Log: d.log}
	// The journal is settled before the SIP port opens.
	payments, err := d.startPayments(ctx, db, reporter, book)
	if err != nil {
		return err
	}
	d.back = &operators{conf: d.conf.ReturnCall}
	if d.back.conf.PBX == "" {
		d.back.conf.PBX = d.conf.SIP.OutboundProxy
	}
	d.calls = call.NewDesk(call.Config{
		Operators: d.back, ReturnWait: d.conf.ReturnCall.Ring.Duration,
		Directory: db, Presence: users, Payments: payments,
		Voices:   func(m ivr.MerchantID, l order.Language) call.Voice { return voices.Voice(string(m), l) },
		Vaults:   vaults,
		MaxCalls: d.conf.SIP.MaxCalls, Reporter: reporter,
	})
	d.ready = refuser(payments.Ready, book)
	if err := d.startMetrics(); err != nil {
		return err
	}
	administration(&d.operations, db, users, book, d.cut)
	if err := d.startDesktops(pair, users, picture, payments); err != nil {
		return err
	}
	if err := d.startControl(); err != nil {
		return err
	}
	return d.startTelephone(ctx, book)
}

func (d *daemon) startPayments(
	ctx context.Context, db *store.Store, reporter call.Reporter, book *audit.Log,
) (*payment.Desk, error) {
	acquirer, closeAcquirer, err := openAcquirer(d.conf)
	if err != nil {
		return nil, err
	}
	d.later(closeAcquirer)
	since, restored, err := db.Restored(ctx)
	if err != nil {
		return nil, err
	}
	if restored {
		d.log.Warn("the database was restored: its journal may lack payments", "since", since)
	}
	deeds := payments{book: book, dir: filepath.Join(d.conf.DataDir, "reports")}
	deeds.desk = payment.New(payment.Options{
		Journal: db, Acquirer: acquirer, Log: d.log,
		Deadline: d.conf.Payment.Deadline.Duration, Settled: reporter.Settled,
		Room: db.Room, Merchants: merchantsOf(db), RestoredSince: since, Complete: db.Complete,
		Reconciled: func(r payment.Report) {
			if _, err := deeds.keep(context.Background(), r, "the server"); err != nil {
				d.log.Error("a report was not kept", "merchant", r.Merchant, "error", err)
			}
		},
	})
	payments := deeds.desk
	deeds.register(&d.operations)
	unknown, err := payments.Recover(ctx)
	if err != nil {
		return nil, err
	}
	if restored && d.acceptRestored {
		payments.AcceptRestored()
	}
	if unknown > 0 {
		d.log.Warn("attempts with an unknown outcome are being settled", "attempts", unknown)
	}
	d.later(func() error {
		ctx, cancel := context.WithTimeout(context.Background(), sendingLimit)
		defer cancel()
		return payments.Stop(ctx)
	})
	return payments, nil
}

// merchantsOf lists whose books are compared with the journal.
func merchantsOf(db *store.Store) func(context.Context) ([]ivr.MerchantID, error) {
	return func(ctx context.Context) ([]ivr.MerchantID, error) {
		merchants, err := db.Merchants(ctx)
		ids := make([]ivr.MerchantID, len(merchants))
		for n, m := range merchants {
			ids[n] = m.ID
		}
		return ids, err
	}
}

// startTelephone opens the media ports and then the SIP port: from here on calls come.
func (d *daemon) startTelephone(ctx context.Context, book *audit.Log) error {
	address, err := mediaAddress(d.conf)
	if err != nil {
		return err
	}
	endpoint, err := sipConfig(d.conf)
	if err != nil {
		return err
	}
	endpoint.Log = d.log
	trunks, err := trunkSources(ctx, d.conf.SIP)
	if err != nil {
		d.log.Warn("calls from that trunk are refused until the next start", "error", err)
	}
	endpoint.Sources = append(endpoint.Sources, trunks...)
	if err := d.warnOfPlain(ctx, book); err != nil {
		return err
	}
	engine, err := media.New(media.Config{
		Addr: address, PortMin: uint16(d.conf.RTP.PortMin), PortMax: uint16(d.conf.RTP.PortMax),
		MediaTimeout: d.conf.RTP.MediaTimeout.Duration, Reserved: true, Log: d.log,
	})
	if err != nil {
		return err
	}
	d.later(engine.Close)
	endpoint.Observer = d.watch
	d.sip, err = sipua.New(endpoint, engine, front{d.calls, d.ready, engine.Lag, d.watch.Metrics, d.tell})
	if err != nil {
		return sipPortInUse(d.conf.SIP, err)
	}
	d.watchTelephone(engine)
	d.telephone.Store(d.sip)
	d.back.sip = d.sip
	d.later(d.back.wait)
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := d.sip.Serve(context.Background()); err != nil {
			d.failed <- err
		}
	}()
	d.later(func() error {
		ctx, cancel := context.WithTimeout(context.Background(), byeLimit)
		defer cancel()
		err := d.sip.Close(ctx)
		<-served
		return err
	})
	d.later(d.drain)
	return nil
}

// warnOfPlain says and writes down that SIP goes unencrypted (security.md T6).
func (d *daemon) warnOfPlain(ctx context.Context, book *audit.Log) error {
	if !d.conf.SIP.PlainSameSegment {
		return nil
	}
	d.log.Warn("SIP and voice may go unencrypted: sip.plain_same_segment is on (同一セグメント). Nobody but the PBX may be in this network segment",
		"listen", d.conf.SIP.Listen, "encryption", d.conf.SIP.Encryption)
	return book.Write(ctx, audit.Event{
		Kind: audit.PlaintextUsed, Result: audit.OK, Object: "sip.plain_same_segment",
		Detail: "listen " + d.conf.SIP.Listen + ", encryption " + d.conf.SIP.Encryption,
	})
}

// drain has the PBXs send no more calls and lets those in progress finish, for as long
// as the site allows. A call that comes all the same is refused with 503 and Retry-After,
// so that the PBX can tell its operator at once.
func (d *daemon) drain() error {
	ctx, cancel := context.WithTimeout(context.Background(), d.conf.SIP.Drain.Duration)
	defer cancel()
	d.watch.draining.Store(true)
	withdrawn := make(chan struct{})
	go func() {
		defer close(withdrawn)
		ctx, cancel := context.WithTimeout(context.Background(), withdrawLimit)
		defer cancel()
		d.sip.Withdraw(ctx)
	}()
	d.calls.Drain(ctx)
	<-withdrawn
	return nil
}

const (
	sendingLimit  = 130 * time.Second // an authorization under way is waited for (spec/payments.md)
	byeLimit      = 3 * time.Second   // for the PBX to answer our last BYEs
	withdrawLimit = 5 * time.Second   // for the PBXs to answer that they know us no more
	closeLimit    = 3 * time.Second   // for the desktops to take their last frames
)

// mediaAddress is the address for voice packets: its own, or that of the SIP port.
func mediaAddress(conf config.Config) (netip.Addr, error) {
	host := conf.RTP.Address
	if host == "" {
		listen := conf.SIP.TLS.Listen
		if listen == "" {
			listen = conf.SIP.Listen
		}
		var err error
		if host, _, err = net.SplitHostPort(listen); err != nil {
			return netip.Addr{}, fmt.Errorf("SIP address %s: %w", listen, err)
		}
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("rtp.address: %q is no IP address: name one of this machine", host)
	}
	return address, nil
}
