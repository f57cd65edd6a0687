package prompt

import (
	"hash/maphash"

	"tsunagi/server/audio"
)

// How an Ear decides.
const (
	enough   = 0.6 // of a prompt's frames that are not silent
	certain  = 3   // frames in order until Latest names the prompt
	late     = 5   // frames a packet may come late or twice without starting anew
	silentTo = 128 // the largest sample of a frame that counts as silence, -48 dBFS
)

// Ear recognises the prompts of one voice in a received G.711 stream by their
// very bytes. It works where what was sent arrives unchanged: same codec, 20 ms
// per packet, no mixing and no transcoding on the way. Packets may be lost. It
// belongs to one stream and is not safe for concurrent use.
type Ear struct {
	index  *index
	tracks map[Name]*track
	latest Name
}

// Ear makes an ear for this voice, numerals, ringback tone and music included.
func (v *Voice) Ear() *Ear {
	return &Ear{index: v.index(), tracks: make(map[Name]*track)}
}

// Hear takes the payload of the next packet, PCMU or PCMA. It returns the
// prompts of which, with this packet, at least 60 % of the frames that are not
// silent have been heard in order: mostly none, one at the end of a prompt, more
// where recordings are the same. A prompt that is played again is returned again.
func (e *Ear) Hear(payload []byte) []Name {
	var heard []Name
	spots := e.index.spots[maphash.Bytes(e.index.seed, payload)]
	for len(spots) > 0 {
		name := spots[0].name
		same := 1
		for same < len(spots) && spots[same].name == name {
			same++
		}
		t := e.tracks[name]
		if t == nil {
			fresh := newTrack()
			t = &fresh
			e.tracks[name] = t
		}
		t.hear(spots[:same])
		if t.heard >= certain {
			e.latest = name
		}
		if !t.told && float64(t.heard) >= enough*float64(e.index.frames[name]) {
			t.told = true
			heard = append(heard, name)
		}
		spots = spots[same:]
	}
	return heard
}

// Latest is the prompt that was being played when one was last recognised, after
// as little as three of its frames; empty at first. It serves who wants to
// interrupt a prompt.
func (e *Ear) Latest() Name { return e.latest }

// track is how far one prompt has been heard in its present playing.
type track struct {
	last   int  // frame
	recent uint // bit n tells that frame last-n was heard
	heard  int
	told   bool
}

// hear takes one received frame, which is found at these spots of the prompt, in
// ascending order. A sound with a period, such as the ringback tone, has the same
// frame at many spots: the next in order is meant, or one that came late or
// twice, or one behind a loss; failing all, the prompt has started anew.
func (t *track) hear(spots []spot) {
	for _, s := range spots {
		if s.frame == t.last+1 {
			t.advance(1)
			return
		}
	}
	for _, s := range spots {
		if age := t.last - s.frame; age >= 0 && age < late {
			if bit := uint(1) << age; t.recent&bit == 0 {
				t.recent |= bit
				t.heard++
			}
			return
		}
	}
	for _, s := range spots {
		if s.frame > t.last {
			t.advance(s.frame - t.last)
			return
		}
	}
	*t = newTrack()
	t.advance(spots[0].frame - t.last)
}

// newTrack is a playing of which nothing was heard: its last frame is long past,
// so that none is late.
func newTrack() track { return track{last: -late - 1} }

func (t *track) advance(step int) {
	t.last += step
	t.recent = t.recent<<step | 1
	t.heard++
}

// index finds frames by their hash. A prompt's spots are adjacent and ascend.
type index struct {
	seed   maphash.Seed
	spots  map[uint64][]spot
	frames map[Name]int // that are not silent
}

type spot struct {
	name  Name
	frame int
}

func newIndex(clips map[Name]*audio.Clip) *index {
	x := &index{seed: maphash.MakeSeed(), spots: make(map[uint64][]spot), frames: make(map[Name]int)}
	for name, clip := range clips {
		for frame := range clip.Frames() {
			from, to := frame*audio.FrameBytes, (frame+1)*audio.FrameBytes
			mu, a := clip.PCMU[from:to], clip.PCMA[from:to]
			if silent(mu) {
				continue
			}
			x.frames[name]++
			for _, payload := range [][]byte{mu, a} {
				hash := maphash.Bytes(x.seed, payload)
				x.spots[hash] = append(x.spots[hash], spot{name, frame})
			}
		}
	}
	return x
}

func silent(pcmu []byte) bool {
	for _, s := range audio.DecodePCMU(pcmu) {
		if s > silentTo || s < -silentTo {
			return false
		}
	}
	return true
}
