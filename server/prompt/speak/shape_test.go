package main

import (
	"math"
	"testing"
	"time"

	"tsunagi/server/audio"
)

// bursts is a second of a sine whose peaks differ much, as those of speech do.
func bursts(quiet, loud float64) []int16 {
	pcm := make([]int16, audio.SampleRateHz)
	for i := range pcm {
		amplitude := quiet
		if i%2000 < 100 {
			amplitude = loud
		}
		pcm[i] = int16(amplitude * math.Sin(2*math.Pi*500*float64(i)/audio.SampleRateHz))
	}
	return pcm
}

func TestEven(t *testing.T) {
	tests := []struct {
		name string
		pcm  []int16
	}{
		{"soft", bursts(200, 300)},
		{"loud", bursts(20_000, 30_000)},
		{"peaks 20 dB above the rest", bursts(2_000, 20_000)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := even(tt.pcm)
			if l := level(got); math.Abs(l-targetLevel) > 0.2 {
				t.Errorf("level is %.2f, want %.1f", l, targetLevel)
			}
			if p := peak(got); p > ceiling+0.01 {
				t.Errorf("peak is %.2f, want at most %.1f", p, ceiling)
			}
		})
	}
}

func TestLimitLeavesAloneWhatIsBelowTheCeiling(t *testing.T) {
	pcm := bursts(2_000, 4_000)
	for i, s := range limit(pcm, 0) {
		if s != pcm[i] {
			t.Fatalf("sample %d was %d and is %d", i, pcm[i], s)
		}
	}
}

func TestTrim(t *testing.T) {
	speech := bursts(4_000, 4_000)
	silence := make([]int16, 3000)
	for i := range silence {
		silence[i] = int16(i % 3) // the synthesizer's silence is not quite silent
	}
	got := trim(append(append(append([]int16{}, silence...), speech...), silence...))
	if off := len(got) - len(speech); off < -8 || off > 2*audio.Samples(5*time.Millisecond) {
		t.Errorf("%d samples are left of %d of speech", len(got), len(speech))
	}
}

func TestSmoothStartsAndEndsAtZero(t *testing.T) {
	pcm := []int16{1000, 1000, 1000, 1000}
	got := smooth(pcm, time.Second)
	if got[0] >= 500 || got[3] >= 500 || got[1] <= got[0] || pcm[0] != 1000 {
		t.Errorf("got %v of %v, want a fade of a copy", got, pcm)
	}
	if got := smooth(nil, time.Second); len(got) != 0 {
		t.Errorf("nothing became %v", got)
	}
}

func TestPaddingMakesWholeFrames(t *testing.T) {
	pcm := make([]int16, 161)
	pcm[0], pcm[160] = 7, 7
	if got := padEnd(append([]int16{}, pcm...)); len(got) != 320 || got[0] != 7 {
		t.Errorf("padEnd: %d samples beginning with %d", len(got), got[0])
	}
	if got := padStart(pcm); len(got) != 320 || got[319] != 7 {
		t.Errorf("padStart: %d samples ending with %d", len(got), got[319])
	}
}
