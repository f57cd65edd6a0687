package phone

import (
	"time"

	"tsunagi/server/audio"
	"tsunagi/server/prompt"
)

// A sound is what the ear has made out.
type sound struct {
	name  prompt.Name // a prompt, begun or mostly heard
	quiet bool        // instead: nothing has been said for a while
}

// soundLimit bounds the sounds that wait for the call. A prompt is two of them and
// takes seconds.
const soundLimit = 64

// loudest is the largest sample of a frame that counts as silence, as in prompt.Ear.
const loudest = 128

// hearing turns received frames into sounds. heard is called from the media engine.
type hearing struct {
	ear    *prompt.Ear
	latest prompt.Name
	silent time.Duration
	limit  time.Duration // a silence this long is a sound
	out    chan sound
}

func newHearing(voice *prompt.Voice, quietFor time.Duration) *hearing {
	return &hearing{ear: voice.Ear(), limit: quietFor, out: make(chan sound, soundLimit)}
}

// heard takes the payload of a packet of PCMU.
func (h *hearing) heard(payload []byte) {
	told := h.ear.Hear(payload)
	if latest := h.ear.Latest(); latest != h.latest {
		h.latest = latest
		h.tell(sound{name: latest})
	}
	for _, name := range told {
		h.tell(sound{name: name})
	}
	if !isSilent(payload) {
		h.silent = 0
		return
	}
	before := h.silent
	h.silent += time.Duration(len(payload)) * time.Second / audio.SampleRateHz
	if before < h.limit && h.silent >= h.limit {
		h.tell(sound{quiet: true})
	}
}

// tell must not wait: the engine serves all calls. A call that has not looked for 64
// sounds is lost anyway and runs into its patience.
func (h *hearing) tell(s sound) {
	select {
	case h.out <- s:
	default:
	}
}

func isSilent(pcmu []byte) bool {
	for _, s := range audio.DecodePCMU(pcmu) {
		if s > loudest || s < -loudest {
			return false
		}
	}
	return true
}
