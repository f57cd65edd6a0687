package main

import (
	"errors"
	"fmt"
	"net"
	"os"

	"tsunagi/server/config"
	"tsunagi/server/prompt"
)

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
		{"prompts", checkPrompts},
		{"desktop port", func(c config.Config) error { return checkTCP("desktop.listen", c.Desktop.Listen) }},
		{"SIP port", func(c config.Config) error { return checkUDP("sip.listen", c.SIP.Listen) }},
	}
	var wrong []error
	for _, check := range checks {
		err := check.try(conf)
		if err == nil {
			fmt.Fprintf(s.out, "ok    %s\n", check.what)
			continue
		}
		fmt.Fprintf(s.out, "wrong %s\n", check.what)
		wrong = append(wrong, err)
	}
	return errors.Join(wrong...)
}

func checkCertificate(conf config.Config) error {
	_, err := loadCertificate(conf.Desktop.Certificate, conf.Desktop.Key)
	return err
}

func checkPrompts(conf config.Config) error {
	_, err := loadVoice(conf)
	return err
}

// loadVoice is the built-in voice with the site's own recordings over it.
func loadVoice(conf config.Config) (*prompt.Voice, error) {
	if conf.Prompts.Folder == "" {
		return prompt.Load(nil)
	}
	voice, err := prompt.Load(os.DirFS(conf.Prompts.Folder))
	if err != nil {
		return nil, fmt.Errorf("recordings in prompts.folder %s: %w", conf.Prompts.Folder, err)
	}
	return voice, nil
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

// portInUse says which key names the address that could not be had.
func portInUse(key, address string, err error) error {
	return fmt.Errorf("listen on %s: %w\nAnother program, perhaps a second tsunagid, has that port: stop it or change %s", address, err, key)
}
