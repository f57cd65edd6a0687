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
	SIP     string   `placeholder:"HOST:PORT" help:"Address for the PBX (sip.listen)."`
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
	if c.SIP != "" {
		conf.SIP.Listen = c.SIP
	}
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
	if err := makeCertificate(conf.Desktop.Certificate, conf.Desktop.Key, c.hosts(conf), time.Now()); err != nil {
		return err
	}
	db, err := store.Open(ctx, databasePath(conf))
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	pair, err := loadCertificate(conf.Desktop.Certificate, conf.Desktop.Key)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Configuration  %s\nDatabase       %s\nCertificate    %s\nFingerprint    %s\n\n"+
		"Tell the operators the fingerprint: their desktop asks for it at the first connection.\n"+
		"Next: tsunagid merchant add, tsunagid user add, tsunagid serve.\n",
		path, databasePath(conf), conf.Desktop.Certificate, fingerprint(pair))
	return nil
}

// hosts are the names the certificate is good for.
func (c initCommand) hosts(conf config.Config) []string {
	hosts := append([]string{"localhost", "127.0.0.1", "::1"}, c.Host...)
	if name, err := os.Hostname(); err == nil {
		hosts = append(hosts, name)
	}
	if host, _, err := net.SplitHostPort(conf.Desktop.Listen); err == nil && !net.ParseIP(host).IsUnspecified() {
		hosts = append(hosts, host)
	}
	return hosts
}

func databasePath(conf config.Config) string { return filepath.Join(conf.DataDir, "tsunagi.db") }
