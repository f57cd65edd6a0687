package bench

import (
	"bytes"
	"embed"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"tsunagi/server/audio"
	"tsunagi/server/prompt"
)

//go:embed asterisk/*.conf
var asteriskConf embed.FS

// network is where the peer to beat and the generator that calls it live: an address
// of the loopback that the documentation network of the configuration stands for.
const network = "127.66.1."

// asterisk is the peer to beat: Asterisk 22 in the folder of build/pbx.sh, with the
// configuration that Debian installs and what package bench's own files say instead: a
// site's Asterisk has all its modules, and keeps records of its calls as we do.
type asterisk struct {
	p *process
	t Target
}

func (a *asterisk) name() string      { return "asterisk" }
func (a *asterisk) target() Target    { return a.t }
func (a *asterisk) process() *process { return a.p }
func (a *asterisk) stop()             { a.p.stop() }

// startAsterisk configures Asterisk in a folder and starts it.
func startAsterisk(r *Run, s setting) (server, error) {
	dir, err := os.MkdirTemp(r.Dir, "asterisk-")
	if err != nil {
		return nil, err
	}
	for _, sub := range []string{"etc", "db", "keys", "log/cdr-csv", "run", "spool", "sounds"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return nil, err
		}
	}
	if err := configureAsterisk(r, dir, s); err != nil {
		return nil, err
	}
	if err := writeSounds(filepath.Join(dir, "sounds"), r.sound, r.voice); err != nil {
		return nil, err
	}
	a := &asterisk{t: Target{SIP: netip.MustParseAddrPort(network + "1:5060"), number: dialAsterisk, succeeded: readRight}}
	if a.p, err = startPinned(r.ServerCore, filepath.Join(dir, "log", "console"), nil, r.PBX, "run", dir); err != nil {
		return nil, err
	}
	if _, err := a.p.says(filepath.Join(dir, "log", "messages"), "Asterisk Ready", startWait); err != nil {
		a.stop()
		return nil, err
	}
	return a, nil
}

func configureAsterisk(r *Run, dir string, s setting) error {
	root, err := exec.Command(r.PBX, "path").Output()
	if err != nil {
		return fmt.Errorf("find the PBX: %w", err)
	}
	installed := os.DirFS(filepath.Join(strings.TrimSpace(string(root)), "etc", "asterisk"))
	if err := os.CopyFS(filepath.Join(dir, "etc"), installed); err != nil {
		return fmt.Errorf("take over the configuration as installed: %w", err)
	}
	files, err := asteriskConf.ReadDir("asterisk")
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := asteriskConf.ReadFile("asterisk/" + file.Name())
		if err != nil {
			return err
		}
		text = bytes.ReplaceAll(text, []byte("192.0.2."), []byte(network))
		if file.Name() == "asterisk.conf" && s.capacity > 0 {
			text = fmt.Appendf(text, "maxcalls = %d\n", s.capacity)
		}
		if err := os.WriteFile(filepath.Join(dir, "etc", file.Name()), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// writeSounds writes the prompts as Asterisk plays them without any conversion.
func writeSounds(dir string, s sound, v *prompt.Voice) error {
	ring := v.Clip(prompt.Ringback)
	var ringing []*audio.Clip
	for length(ringing) < ringback {
		ringing = append(ringing, ring)
	}
	for name, clips := range map[string][]*audio.Clip{
		"handover": s.handover, "ringback": ringing, "greeting": s.greeting,
		"number": s.number, "expiry": s.expiry, "code": s.code, "result": s.result,
	} {
		var bytes []byte
		for _, c := range clips {
			bytes = append(bytes, c.PCMU...)
		}
		if name == "ringback" {
			bytes = bytes[:audio.Samples(ringback)]
		}
		if err := os.WriteFile(filepath.Join(dir, name+".ulaw"), bytes, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func dialAsterisk(_ int, m mode) string {
	if m == modeGreet {
		return "greet"
	}
	return "ivr-" + keyed
}

// readRight: the cause in BYE tells what Asterisk made of the keys (extensions.conf).
func readRight(s *seat) bool { return s.cause == 16 }
