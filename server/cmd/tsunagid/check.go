package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"tsunagi/server/config"
	"tsunagi/server/prompt"
)

// prompts is the check of what callers hear.
const prompts = "prompts"

type checkCommand struct {
	configFile
}

// Run checks everything that serve will need and reports all that is wrong.
func (c checkCommand) Run(s streams) error {
	conf, err := config.Read(c.Config)
	if err != nil {
		return err
	}
	checks := []struct {
		what string
		try  func(config.Config) error
	}{
		{"certificate", checkCertificate},
		{prompts, checkPrompts},
		{"desktop port", func(c config.Config) error { return checkTCP("desktop.listen", c.Desktop.Listen) }},
		{"metrics port", checkMetrics},
		{"SIP port", checkSIPPorts},
	}
	var wrong []error
	for _, check := range checks {
		err := check.try(conf)
		if err == nil {
			fmt.Fprintf(s.out, "ok    %s\n", check.what)
			if check.what == prompts {
				tellPrompts(s.out, conf)
			}
			continue
		}
		fmt.Fprintf(s.out, "wrong %s\n", check.what)
		wrong = append(wrong, err)
	}
	return errors.Join(wrong...)
}

func checkCertificate(conf config.Config) error {
	_, err := loadDesktopCertificate(conf)
	return err
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
