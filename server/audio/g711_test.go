package audio

import (
	"math"
	"testing"
)

// The codes of a sine of 1 kHz at 0 dBm0, one period of eight samples.
var (
	referenceMu = []byte{0x1E, 0x0B, 0x0B, 0x1E, 0x9E, 0x8B, 0x8B, 0x9E} // G.711 table 6
	referenceA  = []byte{0x34, 0x21, 0x21, 0x34, 0xB4, 0xA1, 0xA1, 0xB4} // G.711 table 5
)

func TestG711ReferenceVectors(t *testing.T) {
	tests := []struct {
		name       string
		sample     int16
		wantMu     byte
		wantA      byte
		backMu     int16
		backA      int16
		comparedTo string
	}{
		{"silence", 0, 0xFF, 0xD5, 0, 8, "first positive value"},
		{"just below zero", -1, 0x7F, 0x55, 0, -8, "first negative value"},
		{"largest", 32767, 0x80, 0xAA, 32124, 32256, "virtual decision value"},
		{"smallest", -32768, 0x00, 0x2A, -32124, -32256, "virtual decision value"},
		{"end of the first step of µ-law", 3, 0xFF, 0xD5, 0, 8, "decision value 1"},
		{"second step of µ-law", 4, 0xFE, 0xD5, 8, 8, "decision value 1"},
		{"second step of A-law", 16, 0xFD, 0xD4, 16, 24, "decision value 2"},
		{"start of segment 8", 16384, 0x8F, 0xA5, 16764, 16896, "decision value 113"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			mu, a := EncodePCMU([]int16{tt.sample})[0], EncodePCMA([]int16{tt.sample})[0]
			if mu != tt.wantMu || a != tt.wantA {
				t.Errorf("encode %d: got µ %#02x, A %#02x; want %#02x, %#02x (%s)", tt.sample, mu, a, tt.wantMu, tt.wantA, tt.comparedTo)
			}
			backMu, backA := DecodePCMU([]byte{mu})[0], DecodePCMA([]byte{a})[0]
			if backMu != tt.backMu || backA != tt.backA {
				t.Errorf("decode: got µ %d, A %d; want %d, %d", backMu, backA, tt.backMu, tt.backA)
			}
		})
	}
}

func TestG711Tables5And6(t *testing.T) {
	for i := range 8 {
		sine := referencePeak * math.Sin(2*math.Pi*(float64(i)+0.5)/8)
		// The tables begin with the negative half-wave.
		pcm := []int16{int16(math.Round(-sine))}
		if got := EncodePCMU(pcm)[0]; got != referenceMu[i] {
			t.Errorf("table 6, code %d: got %#02x, want %#02x", i, got, referenceMu[i])
		}
		if got := EncodePCMA(pcm)[0]; got != referenceA[i] {
			t.Errorf("table 5, code %d: got %#02x, want %#02x", i, got, referenceA[i])
		}
	}
}

func TestG711EveryCodeComesBack(t *testing.T) {
	for c := range 256 {
		code := []byte{byte(c)}
		// 0x7F is the second zero of µ-law: its value is that of 0xFF.
		if got := EncodePCMU(DecodePCMU(code))[0]; got != code[0] && c != 0x7F {
			t.Errorf("µ-law %#02x comes back as %#02x", c, got)
		}
		if got := EncodePCMA(DecodePCMA(code))[0]; got != code[0] {
			t.Errorf("A-law %#02x comes back as %#02x", c, got)
		}
	}
}

func TestG711EverySample(t *testing.T) {
	lastMu, lastA := math.MinInt, math.MinInt
	for s := math.MinInt16; s <= math.MaxInt16; s++ {
		pcm := []int16{int16(s)}
		mu, a := int(DecodePCMU(EncodePCMU(pcm))[0]), int(DecodePCMA(EncodePCMA(pcm))[0])
		if mu < lastMu || a < lastA {
			t.Fatalf("encoding falls at %d: µ %d after %d, A %d after %d", s, mu, lastMu, a, lastA)
		}
		lastMu, lastA = mu, a
		// We may be off by half a step. A step is at most 1/16 of its segment's smallest
		// value (in µ-law, of that value and the bias of 132), and at least 8 and 16.
		abs := max(s, -s)
		if off := max(mu-s, s-mu); off > (abs+132)/32+4 {
			t.Fatalf("µ-law of %d is off by %d", s, off)
		}
		if off := max(a-s, s-a); off > max(16, abs/32+1) {
			t.Fatalf("A-law of %d is off by %d", s, off)
		}
	}
}

func BenchmarkEncodePCMU(b *testing.B) {
	pcm := make([]int16, SampleRateHz)
	b.SetBytes(int64(2 * len(pcm)))
	for b.Loop() {
		EncodePCMU(pcm)
	}
}
