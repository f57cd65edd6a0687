package audio

import (
	"math"
	"testing"
	"time"
)

// levelDBm0 is the mean power of pcm against the sine of 0 dBm0.
func levelDBm0(pcm []int16) float64 {
	var power float64
	for _, s := range pcm {
		power += float64(s) * float64(s)
	}
	power /= float64(len(pcm))
	return 10 * math.Log10(power/(referencePeak*referencePeak/2))
}

func TestRingback(t *testing.T) {
	pcm := Ringback(5 * time.Second)
	if len(pcm) != 40000 {
		t.Fatalf("got %d samples, want 40000", len(pcm))
	}
	// 1 s on, 2 s off, from the first sample on.
	for _, part := range []struct {
		from, to int
		on       bool
	}{{0, 8000, true}, {8000, 24000, false}, {24000, 32000, true}, {32000, 40000, false}} {
		level := levelDBm0(pcm[part.from:part.to])
		if part.on && (level < -15 || level > -10) {
			t.Errorf("samples %d to %d: %.1f dBm0, want -15 to -10", part.from, part.to, level)
		}
		if !part.on && !math.IsInf(level, -1) {
			t.Errorf("samples %d to %d: %.1f dBm0, want silence", part.from, part.to, level)
		}
	}
	// 400 Hz, and its two side bands 16 Hz away, each depth/2 of the carrier.
	second := pcm[:8000]
	carrier := math.Sqrt(goertzel(second, 400))
	for _, hz := range []float64{384, 416} {
		if got := math.Sqrt(goertzel(second, hz)) / carrier; math.Abs(got-ringbackDepth/2) > 0.02 {
			t.Errorf("side band at %v Hz is %.3f of the carrier, want %.3f", hz, got, ringbackDepth/2)
		}
	}
	// It starts and ends without a click.
	for i := 1; i < len(pcm); i++ {
		if step := math.Abs(float64(pcm[i]) - float64(pcm[i-1])); step > 5000 {
			t.Fatalf("a step of %v at sample %d", step, i)
		}
	}
	if pcm[0] != 0 || pcm[7999] > 200 {
		t.Errorf("edges are %d and %d, want a ramp", pcm[0], pcm[7999])
	}
}

func TestMusicIsCalmAndSeamless(t *testing.T) {
	pcm := Music()
	if len(pcm)%FrameSamples != 0 || len(pcm) != 16*SampleRateHz {
		t.Fatalf("got %d samples, want 16 s", len(pcm))
	}
	if level := levelDBm0(pcm); level < -26 || level > -16 {
		t.Errorf("level is %.1f dBm0, want -26 to -16", level)
	}
	for i := range pcm {
		next := pcm[(i+1)%len(pcm)]
		if max(pcm[i], -pcm[i]) > 20000 {
			t.Fatalf("sample %d is %d: too loud", i, pcm[i])
		}
		if step := math.Abs(float64(next) - float64(pcm[i])); step > 6000 {
			t.Fatalf("a step of %v at sample %d", step, i)
		}
	}
}

// Neither of our sounds may be taken for a key by a detector that listens to a
// leg on which they echo.
func TestSoundsHoldNoKey(t *testing.T) {
	if !holdsKey(keyTone(770, 1336)) || !holdsKey(keyTone(941, 1477)) {
		t.Fatal("the detector of this test does not hear keys 5 and #")
	}
	if holdsKey(Music()) {
		t.Error("the music holds a key")
	}
	if holdsKey(Ringback(3 * time.Second)) {
		t.Error("the ringback tone holds a key")
	}
}

func keyTone(row, column float64) []int16 {
	pcm := make([]int16, 800)
	for i := range pcm {
		t := float64(i) / SampleRateHz
		pcm[i] = int16(6000*math.Sin(2*math.Pi*row*t) + 6000*math.Sin(2*math.Pi*column*t))
	}
	return pcm
}

// holdsKey is a generous in-band detector: blocks of 205 samples in which one
// tone of each group holds over a quarter of the energy together, their levels
// at most 12 dB apart. A real one asks for more of both.
func holdsKey(pcm []int16) bool {
	rows, columns := []float64{697, 770, 852, 941}, []float64{1209, 1336, 1477, 1633}
	strongest := func(block []int16, group []float64) (power float64) {
		for _, hz := range group {
			power = max(power, goertzel(block, hz))
		}
		return power
	}
	const block = 205
	for at := 0; at+block <= len(pcm); at += 40 {
		part := pcm[at : at+block]
		var energy float64
		for _, s := range part {
			energy += float64(s) * float64(s)
		}
		if energy/block < 100*100 {
			continue
		}
		row, column := strongest(part, rows), strongest(part, columns)
		// A pure sine of energy e has a Goertzel power of e·n/2.
		share := (row + column) / (energy * block / 2)
		twist := 10 * math.Log10(row/column)
		if share > 0.25 && math.Abs(twist) < 12 {
			return true
		}
	}
	return false
}

// goertzel is the squared magnitude of pcm's spectrum at hz.
func goertzel(pcm []int16, hz float64) float64 {
	coefficient := 2 * math.Cos(2*math.Pi*hz/SampleRateHz)
	var s1, s2 float64
	for _, s := range pcm {
		s1, s2 = float64(s)+coefficient*s1-s2, s1
	}
	return s1*s1 + s2*s2 - coefficient*s1*s2
}
