package audio

import "time"

// A frame is what one RTP packet of G.711 or G.722 carries with the usual ptime of 20 ms.
const (
	SampleRateHz  = 8000
	FrameSamples  = 160
	FrameBytes    = FrameSamples // in G.711 a sample is a byte
	FrameDuration = 20 * time.Millisecond
)

// Clip is sound encoded once per codec and shared by all calls that play it: a
// packet is a header in front of a slice of it. It is immutable; nobody writes
// to its bytes after NewClip. Every encoding holds the same whole number of
// frames, the last one padded with silence.
//
// There is none of G.722: its codec remembers what went before, so that clips that
// were encoded each for itself are distorted where they are joined. A call that speaks
// it encodes PCMU as it goes.
type Clip struct {
	PCMU []byte
	PCMA []byte
}

// NewClip encodes samples at 8 kHz. It keeps no reference to pcm.
func NewClip(pcm []int16) *Clip {
	whole := (len(pcm) + FrameSamples - 1) / FrameSamples * FrameSamples
	padded := make([]int16, whole)
	copy(padded, pcm)
	return &Clip{PCMU: EncodePCMU(padded), PCMA: EncodePCMA(padded)}
}

// Silence is a clip of silence, d rounded up to whole frames.
func Silence(d time.Duration) *Clip {
	return NewClip(make([]int16, Samples(d)))
}

// Duration is how long the clip plays, always whole frames.
func (c *Clip) Duration() time.Duration {
	return time.Duration(c.Frames()) * FrameDuration
}

// Frames is how many frames of 20 ms the clip has.
func (c *Clip) Frames() int { return len(c.PCMU) / FrameBytes }

// Samples is how many samples at 8 kHz make d, rounded down; 0 if d is negative.
func Samples(d time.Duration) int {
	return int(max(d, 0) * SampleRateHz / time.Second)
}
