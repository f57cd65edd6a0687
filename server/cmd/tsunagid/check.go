package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"tsunagi/server/config"
	"tsunagi/server/prompt"
)

// Checks after which there is more to tell: what callers hear, what desktops pin.
const (
	prompts            = "prompts"
	desktopCertificate = "certificate"
)

type checkCommand struct {
	configFile
}

// Help is shown by --help after the flags.
func (checkCommand) Help() string {
	return "Reads everything that serve needs, binds its ports, and asks every PBX: accounts are registered and taken back, trunks get OPTIONS. " +
		"A server that runs with this configuration is not disturbed: its ports are left alone and accounts are only looked up."
}

// Run checks everything that serve will need and reports all that is wrong.
func (c checkCommand) Run(ctx context.Context, s streams) error {
	conf, err := config.Read(c.Config)
	if err != nil {
		return err
	}
	_, err = askStatus(ctx, conf.DataDir)
	running := err == nil
	type check struct {
		what string
		try  func(config.Config) error
	}
	checks := []check{{desktopCertificate, checkCertificate}, {prompts, checkPrompts}, {"SIP settings", checkSIPSettings}}
	if !running {
		checks = append(checks,
			check{"desktop port", func(c config.Config) error { return checkTCP("desktop.listen", c.Desktop.Listen) }},
			check{"metrics port", checkMetrics}, check{"SIP port", checkSIPPorts}, check{"voice ports", checkVoicePorts})
	}
	var wrong []error
	for _, check := range checks {
		err := check.try(conf)
		if err == nil {
			fmt.Fprintf(s.out, "ok    %s\n", check.what)
			switch check.what {
			case prompts:
				tellPrompts(s.out, conf)
			case desktopCertificate:
				tellCertificate(s.out, conf)
			}
			continue
		}
		fmt.Fprintf(s.out, "wrong %s\n", check.what)
		wrong = append(wrong, err)
	}
	if running {
		fmt.Fprintln(s.out, "ok    the server runs: its ports were left alone")
	}
	wrong = append(wrong, c.telephone(ctx, conf, running, s.out))
	if note := checkClock(); note != "" {
		fmt.Fprintf(s.out, "note  clock: %s\n", note)
	}
	fmt.Fprintf(s.out, "\n%s", scope)
	return errors.Join(wrong...)
}

// telephone checks what the PBXs have to do with.
func (checkCommand) telephone(ctx context.Context, conf config.Config, running bool, out io.Writer) error {
	note, err := checkSIPCertificate(conf)
	switch {
	case err != nil:
		fmt.Fprintln(out, "wrong SIP certificate")
	case note != "":
		fmt.Fprintf(out, "note  %s\n", note)
	}
	if conf.SIP.PlainSameSegment {
		fmt.Fprintln(out, "note  SIP and voice may go unencrypted (sip.plain_same_segment, 同一セグメント)")
	}
	if checkSIPSettings(conf) != nil {
		return err // told already
	}
	return errors.Join(err, checkPBXs(ctx, conf, running, out))
}

func checkCertificate(conf config.Config) error {
	_, err := loadDesktopCertificate(conf)
	return err
}

// tellCertificate says when the certificate that the desktops pin ends: a new one costs
// every operator a comparison of fingerprints.
func tellCertificate(out io.Writer, conf config.Config) {
	pair, err := loadDesktopCertificate(conf)
	if err != nil {
		return // checkCertificate tells
	}
	if note := endNote(conf.Desktop.Certificate, pair.Leaf, ", and tell the operators the new fingerprint"); note != "" {
		fmt.Fprintf(out, "note  %s\n", note)
	}
}

// checkMetrics is content where no pages are wanted.
func checkMetrics(conf config.Config) error {
	if conf.Metrics.Listen == "" {
		return nil
	}
	return checkTCP("metrics.listen", conf.Metrics.Listen)
}

func checkPrompts(conf config.Config) error {
	_, err := loadVoices(conf)
	return err
}

// tellPrompts says what of a site's own recordings is missing: not wrong, since the
// voice beneath speaks it, but a caller hears two voices.
func tellPrompts(out io.Writer, conf config.Config) {
	library, err := loadVoices(conf)
	if err != nil {
		return // checkPrompts tells
	}
	for _, shelf := range library.Shelves() {
		whose := shelf.Merchant
		if whose == "" {
			whose = "every merchant"
		}
		fmt.Fprintf(out, "      %s, %s: %d own recordings", whose, shelf.Language, len(shelf.Own))
		if len(shelf.Missing) > 0 {
			fmt.Fprintf(out, ", missing %s", missingNames(shelf.Missing))
		}
		fmt.Fprintln(out)
	}
}

// missingNames lists sentences by name and counts the numerals, of which there are many.
func missingNames(names []prompt.Name) string {
	var sentences []string
	numerals := 0
	for _, name := range names {
		if prompt.IsNumeral(name) {
			numerals++
			continue
		}
		sentences = append(sentences, string(name))
	}
	if numerals > 0 {
		sentences = append(sentences, fmt.Sprintf("%d numerals", numerals))
	}
	return strings.Join(sentences, ", ")
}

// loadVoices is the built-in voices with the site's and the merchants' own recordings
// over them.
func loadVoices(conf config.Config) (*prompt.Library, error) {
	if conf.Prompts.Folder == "" {
		return prompt.OpenLibrary(nil)
	}
	library, err := prompt.OpenLibrary(os.DirFS(conf.Prompts.Folder))
	if err != nil {
		return nil, fmt.Errorf("recordings in prompts.folder %s: %w", conf.Prompts.Folder, err)
	}
	return library, nil
}

func checkTCP(key, address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return portInUse(key, address, err)
	}
	return l.Close()
}

func checkUDP(key, address string) error {
	l, err := net.ListenPacket("udp", address)
	if err != nil {
		return portInUse(key, address, err)
	}
	return l.Close()
}

// checkSIPPorts binds what serve would.
func checkSIPPorts(conf config.Config) error {
	var plain, secure error
	if address := conf.SIP.Plain(); address != "" {
		plain = checkUDP("sip.listen", address)
		if plain == nil && conf.SIP.TCP {
			plain = checkTCP("sip.listen", address)
		}
	}
	if conf.SIP.TLS.Listen != "" {
		secure = checkTCP("sip.tls.listen", conf.SIP.TLS.Listen)
	}
	return errors.Join(plain, secure)
}

// sipPortInUse says which keys name the addresses of which one could not be had.
func sipPortInUse(s config.SIP, err error) error {
	switch {
	case s.Plain() == "":
		return portInUse("sip.tls.listen", s.TLS.Listen, err)
	case s.TLS.Listen == "":
		return portInUse("sip.listen", s.Listen, err)
	}
	return portInUse("sip.listen or sip.tls.listen", s.Listen+" and "+s.TLS.Listen, err)
}

// portInUse says which key names the address that could not be had.
func portInUse(key, address string, err error) error {
	return fmt.Errorf("listen on %s: %w\nAnother program, perhaps a second tsunagid, has that port: stop it or change %s", address, err, key)
}
