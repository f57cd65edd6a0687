package audio

import (
	"bytes"
	"math"
	"os"
	"testing"
)

// wideSignal is a second at 16 kHz: a sweep over both bands, noise, a key's two tones,
// a loud low tone that begins at once, and silence.
func wideSignal() []int16 {
	pcm := make([]int16, WideRateHz)
	random := uint32(1)
	for i := range pcm {
		t := float64(i) / WideRateHz
		var x float64
		switch {
		case t < 0.3:
			x = 8000 * math.Sin(2*math.Pi*(100+10000*t)*t)
		case t < 0.5:
			random = random*1664525 + 1013904223
			x = float64(int32(random)>>16) / 4
		case t < 0.7:
			x = 6000*math.Sin(2*math.Pi*770*t) + 6000*math.Sin(2*math.Pi*1336*t)
		case t < 0.8:
			x = 20000 * math.Sin(2*math.Pi*440*t)
		}
		pcm[i] = int16(math.Round(x))
	}
	return pcm
}

// TestG722AgreesWithAsterisk compares every bit with what Asterisk 22.10 makes of the same
// signal, whose codec is another hand's. The files were made by its "file convert" from
// wideSignal; it leaves the last 11 ms out.
func TestG722AgreesWithAsterisk(t *testing.T) {
	want, err := os.ReadFile("testdata/asterisk.g722")
	if err != nil {
		t.Fatal(err)
	}
	got := NewG722Encoder().Encode(nil, wideSignal())
	if len(got) != WideRateHz/2 || len(want) < 7900 || !bytes.Equal(got[:len(want)], want) {
		t.Errorf("%d bytes, which are not Asterisk's %d", len(got), len(want))
	}
	file, err := os.Open("testdata/asterisk.wav")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	decoded, rate, err := ReadWAV(file)
	if err != nil || rate != WideRateHz {
		t.Fatal(rate, err)
	}
	ours := NewG722Decoder().Decode(nil, want)
	if len(ours) != 2*len(want) || len(decoded) != len(ours) {
		t.Fatalf("%d samples, Asterisk made %d of %d bytes", len(ours), len(decoded), len(want))
	}
	for i, sample := range ours {
		if sample != decoded[i] {
			t.Fatalf("sample %d = %d, Asterisk has %d", i, sample, decoded[i])
		}
	}
}

// snr is how far a signal is above its difference from another, in dB.
func snr(signal, other []int16) float64 {
	var power, noise float64
	for i, x := range signal {
		power += float64(x) * float64(x)
		noise += (float64(x) - float64(other[i])) * (float64(x) - float64(other[i]))
	}
	return 10 * math.Log10(power/max(noise, 1))
}

// Sound at 8 kHz goes through G.722 at 8 kHz nearly as it is, at its own level, whichever
// end is narrow.
func TestNarrowSoundGoesThroughG722(t *testing.T) {
	pcm := make([]int16, SampleRateHz)
	for i := range pcm {
		at := 2 * math.Pi * float64(i) / SampleRateHz
		pcm[i] = int16(7000*math.Sin(697*at) + 7000*math.Sin(1477*at))
	}
	coded := NewG722Encoder().EncodeNarrow(nil, pcm)
	if len(coded) != len(pcm) {
		t.Fatalf("%d bytes of %d samples", len(coded), len(pcm))
	}
	if got := snr(pcm, NewG722Decoder().DecodeNarrow(nil, coded)); got < 30 {
		t.Errorf("narrow to narrow: %.1f dB, want 30 at least", got)
	}
	// A wide decoder hears both tones at their level, and nothing where they would fold to.
	wide := NewG722Decoder().Decode(nil, coded)
	for toneHz, want := range map[float64]float64{697: 7000, 1477: 7000, 8000 - 697: 0, 8000 - 1477: 0} {
		if got := amplitude(wide, toneHz/WideRateHz); math.Abs(got-want) > 150 {
			t.Errorf("%.0f Hz: amplitude %.0f, want %.0f", toneHz, got, want)
		}
	}
}

// amplitude is that of one tone, whose frequency is a share of the rate.
func amplitude(pcm []int16, frequency float64) float64 {
	var re, im float64
	for i, x := range pcm {
		sin, cos := math.Sincos(2 * math.Pi * frequency * float64(i))
		re, im = re+float64(x)*cos, im+float64(x)*sin
	}
	return 2 * math.Hypot(re, im) / float64(len(pcm))
}

// FuzzG722 decodes any bytes and encodes any samples. Facts: two samples for each byte and
// one byte for each two samples; the portions do not matter; after silence from any state
// the decoder is silent.
func FuzzG722(f *testing.F) {
	f.Add([]byte("any bytes are sound"), uint8(3))
	f.Add([]byte{0xFF, 0x00, 0x80, 0x7F}, uint8(1))
	silence := NewG722Encoder().EncodeNarrow(nil, make([]int16, SampleRateHz/2))
	f.Fuzz(func(t *testing.T, payload []byte, portion uint8) {
		payload = payload[:min(len(payload), 2000)]
		whole, parts := NewG722Decoder(), NewG722Decoder()
		pcm := whole.Decode(nil, payload)
		var same []int16
		for rest := payload; len(rest) > 0; {
			n := min(int(portion)%160+1, len(rest))
			same, rest = parts.Decode(same, rest[:n]), rest[n:]
		}
		if len(pcm) != 2*len(payload) || !bytes.Equal(EncodePCMU(pcm), EncodePCMU(same)) {
			t.Fatalf("%d samples of %d bytes, %d in portions", len(pcm), len(payload), len(same))
		}
		if coded := NewG722Encoder().Encode(nil, pcm); len(coded) != len(payload) {
			t.Fatalf("%d bytes of %d samples", len(coded), len(pcm))
		}
		rest := whole.Decode(nil, silence)
		for _, x := range rest[len(rest)-1000:] {
			if x > 100 || x < -100 {
				t.Fatalf("half a second of silence ends with %d", x)
			}
		}
	})
}

func BenchmarkG722(b *testing.B) {
	wide := wideSignal()
	narrow := wide[:len(wide)/2]
	coded := NewG722Encoder().Encode(nil, wide)
	out, pcm := make([]byte, 0, len(coded)), make([]int16, 0, len(wide))
	for name, do := range map[string]func(){
		"encode a second":        func() { NewG722Encoder().Encode(out, wide) },
		"encode a narrow second": func() { NewG722Encoder().EncodeNarrow(out, narrow) },
		"decode a second":        func() { NewG722Decoder().Decode(pcm, coded) },
		"decode a narrow second": func() { NewG722Decoder().DecodeNarrow(pcm, coded) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				do()
			}
		})
	}
}
