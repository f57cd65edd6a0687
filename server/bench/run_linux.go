package bench

import (
	"fmt"
	"net/netip"
	"os"

	"tsunagi/server/prompt"
)

// Run is where and with what a measurement is made.
type Run struct {
	Dir        string   // for what the servers write
	Program    string   // tsunagid
	ServerEnv  []string // more environment for it
	PBX        string   // build/pbx.sh
	ServerCore int      // the processor of the server under test
	Quick      bool     // short forms of all stages, for development

	voice  *prompt.Voice
	sound  sound
	script *script
}

// Prepare loads what is played and checks what is needed.
func (r *Run) Prepare() (err error) {
	if r.voice, err = prompt.Load(nil); err != nil {
		return fmt.Errorf("load the voice: %w", err)
	}
	r.sound = soundOf(r.voice)
	r.script = newScript(r.sound)
	return os.MkdirAll(r.Dir, 0o755)
}

// start starts a server by name.
func (r *Run) start(name string, s setting) (server, error) {
	if name == "asterisk" {
		return startAsterisk(r, s)
	}
	return startTsunagid(r, s)
}

// callers starts the generator for a server.
func (r *Run) callers(s server, seats int) (*Generator, error) {
	local := netip.MustParseAddr("127.0.0.1")
	if s.name() == "asterisk" {
		local = netip.MustParseAddr(network + "9")
	}
	return NewGenerator(local, seats, r.script, s.target())
}
