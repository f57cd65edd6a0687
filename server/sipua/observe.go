package sipua

import (
	"strconv"

	"tsunagi/server/media"
)

// An Observer is told what operations count. Its methods are called from several
// goroutines and must not block. metrics.Metrics is one.
type Observer interface {
	// CallRefused is called for each INVITE of a new call that the endpoint has refused
	// by itself, without asking its Front, and for each whose media found no port. The
	// reason is a status with its phrase, or Stranger.
	CallRefused(reason string)

	// LegEnded is called once for each leg, with what became of its packets.
	LegEnded(reason string, stats media.Stats)
}

// Stranger is why an INVITE is refused that comes from none of Config.Sources.
const Stranger = "403 stranger"

// nobody observes nothing.
type nobody struct{}

func (nobody) CallRefused(string)           {}
func (nobody) LegEnded(string, media.Stats) {}

// callRefused tells the Observer of a call that the endpoint refuses by itself.
func (e *Endpoint) callRefused(f *fault) {
	e.cfg.Observer.CallRefused(strconv.Itoa(f.status) + " " + reasons[f.status])
}
