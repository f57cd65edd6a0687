package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"tsunagi/server/config"
	"tsunagi/server/media"
	"tsunagi/server/sipua"
)

// pbxPatience is how long a PBX may take to answer a check.
const pbxPatience = 8 * time.Second

// checkPBXs asks every PBX of the configuration what it thinks of this server, all at
// once, and tells it in their order. Where the server runs it is not disturbed: an
// account is only looked up, with its password, and other ports are used.
func checkPBXs(ctx context.Context, conf config.Config, running bool, out io.Writer) error {
	s := conf.SIP
	if len(s.Accounts)+len(s.Trunks) == 0 && s.OutboundProxy == "" {
		return nil
	}
	endpoint, stop, err := checkingEndpoint(conf, running)
	if err != nil {
		return err
	}
	defer stop()
	type result struct {
		what string
		note string
		err  error
	}
	var results []*result
	var asking sync.WaitGroup
	ask := func(what string, try func(context.Context) (string, error)) {
		r := &result{what: what}
		results = append(results, r)
		asking.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, pbxPatience)
			defer cancel()
			r.note, r.err = try(ctx)
		})
	}
	for i, a := range s.Accounts {
		account := endpoint.accounts[i]
		ask("SIP account "+account.String(), func(ctx context.Context) (string, error) {
			return endpoint.tryAccount(ctx, conf, a, account, running)
		})
	}
	for _, t := range s.Trunks {
		ask("SIP trunk "+t.Peer(), func(ctx context.Context) (string, error) { return endpoint.tryPeer(ctx, t.Peer()) })
	}
	if s.OutboundProxy != "" {
		ask("SIP proxy "+s.OutboundProxy, func(ctx context.Context) (string, error) { return endpoint.tryPeer(ctx, s.OutboundProxy) })
	}
	asking.Wait()
	var wrong []error
	for _, r := range results {
		if r.err != nil {
			fmt.Fprintf(out, "wrong %s\n", r.what)
			wrong = append(wrong, fmt.Errorf("%s: %w", r.what, r.err))
			continue
		}
		fmt.Fprintf(out, "ok    %s: %s\n", r.what, r.note)
	}
	return errors.Join(wrong...)
}

// checking is a SIP endpoint that only asks.
type checking struct {
	*sipua.Endpoint
	accounts []sipua.Account
	tls      *tls.Config // nil: no TLS
}

// closed refuses calls: they come while a registration is tried.
type closed struct{}

// Admit is sipua.Front.
func (closed) Admit(sipua.Invite) (sipua.Handler, *sipua.Refusal) {
	return nil, &sipua.Refusal{Status: 503, RetryAfter: retryAfter}
}

// checkingEndpoint opens the ports that serve would, or others where the server runs.
func checkingEndpoint(conf config.Config, running bool) (*checking, func(), error) {
	cfg, err := sipConfig(conf)
	if err != nil {
		return nil, nil, err
	}
	address, err := mediaAddress(conf)
	if err != nil {
		return nil, nil, err
	}
	cfg.Watched = nil
	for i := range cfg.Accounts {
		cfg.Accounts[i].Static = true // tried by us, not of itself
	}
	c := &checking{accounts: cfg.Accounts}
	if cfg.TLS != nil {
		c.tls = cfg.TLS.Config
	}
	if running {
		cfg.Listen = otherPort(cfg.Listen)
		if cfg.TLS != nil {
			cfg.TLS.Listen = otherPort(cfg.TLS.Listen)
		}
	}
	engine, err := media.New(media.Config{Addr: address, PortMin: uint16(conf.RTP.PortMin), PortMax: uint16(conf.RTP.PortMax)})
	if err != nil {
		return nil, nil, err
	}
	if c.Endpoint, err = sipua.New(cfg, engine, closed{}); err != nil {
		return nil, nil, errors.Join(err, engine.Close())
	}
	served := make(chan struct{})
	go func() { defer close(served); _ = c.Serve(context.Background()) }()
	return c, func() {
		ctx, cancel := context.WithTimeout(context.Background(), byeLimit)
		defer cancel()
		_ = c.Close(ctx) // nothing is lost by it
		<-served
		_ = engine.Close()
	}, nil
}

// otherPort is any free port of the same address.
func otherPort(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return net.JoinHostPort(host, "0")
}

// tryAccount registers, or only looks the account up where the server runs, which is
// registered itself.
func (c *checking) tryAccount(ctx context.Context, conf config.Config, a config.Account, account sipua.Account, running bool) (string, error) {
	if !a.Register {
		return c.tryPeer(ctx, a.Peer())
	}
	first := a.Peer()
	if conf.SIP.OutboundProxy != "" {
		first = conf.SIP.OutboundProxy
	}
	if err := c.tryTLS(ctx, first); err != nil {
		return "", explainTLS(err, first)
	}
	if running {
		if _, err := c.TryAccount(ctx, account, sipua.TryList); err != nil {
			return "", explainAccount(err, a, c.Addr())
		}
		return "the PBX takes the password (the running server keeps its registration)", nil
	}
	granted, err := c.TryAccount(ctx, account, sipua.TryRegister)
	if err != nil {
		return "", explainAccount(err, a, c.Addr())
	}
	return fmt.Sprintf("registered for %v, and taken back", granted), nil
}

// tryPeer asks a PBX by OPTIONS.
func (c *checking) tryPeer(ctx context.Context, peer string) (string, error) {
	if err := c.tryTLS(ctx, peer); err != nil {
		return "", explainTLS(err, peer)
	}
	status, err := c.Ask(ctx, peer)
	if err != nil {
		return "", explainPeer(err, peer, c.Addr())
	}
	return fmt.Sprintf("answers OPTIONS with %d", status), nil
}

// alertWait is how long a peer may take to say that it does not like our certificate,
// which in TLS 1.3 it does after the handshake.
const alertWait = 300 * time.Millisecond

// tryTLS makes a TLS connection to a peer that is reached so, since its faults have
// names that a SIP request which is never answered does not have.
func (c *checking) tryTLS(ctx context.Context, peer string) error {
	address, transport, _ := strings.Cut(peer, ";transport=")
	if transport == "" && c.Addr() == c.TLSAddr() {
		transport = "tls"
	}
	if !strings.EqualFold(transport, "tls") || c.tls == nil {
		return nil
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host, port = strings.Trim(address, "[]"), "5061"
	}
	config := c.tls.Clone()
	config.ServerName = host
	dialer := tls.Dialer{NetDialer: &net.Dialer{}, Config: config}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetReadDeadline(time.Now().Add(alertWait)); err != nil {
		return err
	}
	var silent net.Error
	if _, err := conn.Read(make([]byte, 1)); err != nil && !(errors.As(err, &silent) && silent.Timeout()) && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// checkVoicePorts looks for the ports that sip.max_calls need: other programs may have
// them.
func checkVoicePorts(conf config.Config) error {
	address, err := mediaAddress(conf)
	if err != nil {
		return err
	}
	free := 0
	for port := conf.RTP.PortMin + conf.RTP.PortMin%2; port < conf.RTP.PortMax; port += 2 {
		if freeUDP(address, port) && freeUDP(address, port+1) {
			free++
		}
	}
	if free < conf.SIP.MaxCalls {
		return fmt.Errorf("of the ports rtp.port_min %d to rtp.port_max %d at %s only so many are free that %d calls have voice, and sip.max_calls is %d: "+
			"widen the range, end the program that has them (ss -lunp), or lower max_calls", conf.RTP.PortMin, conf.RTP.PortMax, address, free, conf.SIP.MaxCalls)
	}
	return nil
}

func freeUDP(address netip.Addr, port int) bool {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(address, uint16(port))))
	if err != nil {
		return false
	}
	return conn.Close() == nil
}
