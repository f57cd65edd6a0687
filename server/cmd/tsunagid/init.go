package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"tsunagi/server/config"
	"tsunagi/server/store"
)

type initCommand struct {
	Folder  string   `arg:"" optional:"" default:"." type:"path" help:"Where to make them (this folder)."`
	Host    []string `help:"A further name or address under which desktops reach the server, for its certificate."`
	Desktop string   `placeholder:"HOST:PORT" help:"Address for the desktops (desktop.listen)."`
	SIP     string   `placeholder:"HOST:PORT" help:"Address for the PBX (sip.tls.listen; with --plain-same-segment sip.listen)."`
	Plain   bool     `name:"plain-same-segment" help:"SIP without encryption (同一セグメント): only where PBX and server stand in one network segment that nobody else can read. Otherwise SIP goes by TLS and voice by SRTP."`
	Metrics string   `placeholder:"HOST:PORT" help:"Address for Prometheus and the health page (metrics.listen)."`
}

// Run makes what is missing and touches nothing that is there.
func (c initCommand) Run(ctx context.Context, s streams) error {
	path := filepath.Join(c.Folder, "tsunagid.toml")
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("%s is there already: nothing was changed", path)
	}
	conf := config.Default()
	if c.Desktop != "" {
		conf.Desktop.Listen = c.Desktop
	}
	c.telephone(&conf.SIP)
	if c.Metrics != "" {
		conf.Metrics.Listen = c.Metrics
	}
	text, err := config.Text(conf)
	if err != nil {
		return err
	}
	if err := writeNew(path, text, 0o600); err != nil {
		return err
	}
	conf, err = config.Read(path)
	if err != nil {
		return err
	}
	if err := makeCertificate(conf.Desktop.Certificate, conf.Desktop.Key, c.hosts(conf.Desktop.Listen), time.Now()); err != nil {
		return err
	}
	if conf.SIP.TLS.Listen != "" {
		t := conf.SIP.TLS
		if err := makeSIPCertificate(t.Certificate, t.Key, c.hosts(t.Listen), time.Now()); err != nil {
			return err
		}
	}
	db, err := store.Open(ctx, databasePath(conf))
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	pair, err := loadDesktopCertificate(conf)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Configuration  %s\nDatabase       %s\nCertificate    %s\nFingerprint    %s\n%s\n"+
		"Tell the operators the fingerprint: their desktop asks for it at the first connection.\n"+
		"Next: tsunagid merchant add, tsunagid user add, tsunagid check, tsunagid serve.\n",
		path, databasePath(conf), conf.Desktop.Certificate, fingerprint(pair), aboutSIP(conf.SIP))
	fmt.Fprintf(s.out, "\n%s", scope)
	return nil
}

// telephone sets what the PBX has to do with.
func (c initCommand) telephone(s *config.SIP) {
	if c.Plain {
		s.PlainSameSegment, s.Encryption, s.TLS.Listen = true, config.EncryptionOffered, ""
		if c.SIP != "" {
			s.Listen = c.SIP
		}
		return
	}
	if c.SIP != "" {
		s.TLS.Listen = c.SIP
	}
}

// aboutSIP tells how the PBX reaches the server.
func aboutSIP(s config.SIP) string {
	if s.PlainSameSegment {
		return "SIP            " + s.Listen + " by UDP, not encrypted (同一セグメント)\n"
	}
	return "SIP            " + s.TLS.Listen + " by TLS, voice by SRTP\n" +
		"SIP authority  " + s.TLS.Certificate + " (give it to the PBX)\n"
}

// hosts are the names that the certificate of an address is good for.
func (c initCommand) hosts(listen string) []string {
	hosts := append([]string{"localhost", "127.0.0.1", "::1"}, c.Host...)
	if name, err := os.Hostname(); err == nil {
		hosts = append(hosts, name)
	}
	if host, _, err := net.SplitHostPort(listen); err == nil && !net.ParseIP(host).IsUnspecified() {
		hosts = append(hosts, host)
	}
	return hosts
}

func databasePath(conf config.Config) string { return filepath.Join(conf.DataDir, "tsunagi.db") }
