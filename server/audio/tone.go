package audio

import (
	"math"
	"time"
)

// referencePeak is the peak of the sine that is 0 dBm0: full load of G.711 is
// 3.14 dBm0 in A-law and 3.17 in µ-law (G.711 section 4), and we take the first.
var referencePeak = 32768 / math.Pow(10, 3.14/20)

// The Japanese ringback tone (呼出音): 400 Hz, its amplitude modulated by 16 Hz
// (15 to 20 allowed), 1 s on and 2 s off.
const (
	ringbackHz         = 400
	ringbackModulation = 16
	ringbackDepth      = 0.85
	ringbackLevel      = -13 // dBm0 while it sounds
	ringbackOn         = time.Second
	ringbackCycle      = 3 * time.Second
	ringbackRamp       = 10 * time.Millisecond // so that it starts and ends without a click
)

// Ringback is the Japanese ringback tone of length d as a caller hears it from
// the first ring on; it can be repeated when d is a multiple of 3 s.
func Ringback(d time.Duration) []int16 {
	pcm := make([]int16, Samples(d))
	on, cycle, ramp := Samples(ringbackOn), Samples(ringbackCycle), float64(Samples(ringbackRamp))
	// The power of a modulated sine is (1 + depth²/2)/2 of its carrier's peak squared.
	carrier := referencePeak * math.Pow(10, ringbackLevel/20.0) / math.Sqrt(1+ringbackDepth*ringbackDepth/2)
	for i := range pcm {
		at := i % cycle
		if at >= on {
			continue
		}
		t := float64(at) / SampleRateHz
		edge := min(1, float64(at)/ramp, float64(on-at)/ramp)
		swell := 1 + ringbackDepth*math.Sin(2*math.Pi*ringbackModulation*t)
		pcm[i] = int16(math.Round(carrier * edge * swell * math.Sin(2*math.Pi*ringbackHz*t)))
	}
	return pcm
}

// The music on hold: four broken chords of eight beats, 4 s each, each note a
// soft bell. No note lies in the upper group of DTMF (1,209 to 1,633 Hz) and the
// overtones are weak, so that no detector takes it for a key.
const (
	musicBeat  = 500 * time.Millisecond
	musicDecay = 0.55 // seconds until a note has fallen to 1/e
	musicTail  = 3 * time.Second
	musicPeak  = 2900 // of one note; up to five sound at a time
)

// musicHz are the notes in the order of their beats: C, A minor, F and G, rising
// and falling.
var musicHz = [...]float64{
	261.63, 329.63, 392.00, 523.25, 659.26, 523.25, 392.00, 329.63,
	220.00, 329.63, 440.00, 523.25, 659.26, 523.25, 440.00, 329.63,
	174.61, 261.63, 349.23, 440.00, 523.25, 440.00, 349.23, 261.63,
	196.00, 293.66, 392.00, 493.88, 587.33, 493.88, 392.00, 293.66,
}

// Music is one round of the music on hold, 16 s. Repeated, it has no seam: the
// last notes fade over the first.
func Music() []int16 {
	beat := Samples(musicBeat)
	sum := make([]float64, beat*len(musicHz))
	// What one sample takes from a note, and from its overtones besides.
	noteFall, overtoneFall := math.Exp(-1/(musicDecay*SampleRateHz)), math.Exp(-2.0/SampleRateHz)
	for n, hz := range musicHz {
		note, overtone := float64(musicPeak), 1.0
		for i := range Samples(musicTail) {
			t := float64(i) / SampleRateHz
			attack := min(1, t/0.015)
			w := 2 * math.Pi * hz * t
			bell := math.Sin(w) + 0.12*math.Sin(2*w)*overtone + 0.04*math.Sin(3*w)*overtone*overtone
			sum[(n*beat+i)%len(sum)] += note * attack * bell
			note *= noteFall
			overtone *= overtoneFall
		}
	}
	pcm := make([]int16, len(sum))
	for i, s := range sum {
		pcm[i] = int16(math.Round(s))
	}
	return pcm
}
