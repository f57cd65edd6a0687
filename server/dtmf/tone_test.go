package dtmf_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tsunagi/server/audio"
	"tsunagi/server/dtmf"
	"tsunagi/server/prompt"
	"tsunagi/shared/order"
)

// line is the sound of a telephone line being put together.
type line struct{ pcm []int16 }

// pressed is how a key is pressed on a line. Levels are in dBFS of each tone's sine.
type pressed struct {
	length, pause time.Duration
	low, high     float64
	detuned       float64 // share by which both tones are off
}

// plain is a key as a good telephone sends it.
var plain = pressed{length: 100 * time.Millisecond, pause: 100 * time.Millisecond, low: -12, high: -10}

const keypad = "123A456B789C*0#D"

// press adds keys to the line.
func (l *line) press(keys string, p pressed) *line {
	rows, cols := [4]float64{697, 770, 852, 941}, [4]float64{1209, 1336, 1477, 1633}
	for i := range len(keys) {
		place := strings.IndexByte(keypad, keys[i])
		l.sine(p.length, [2]float64{rows[place/4] * (1 + p.detuned), p.low}, [2]float64{cols[place%4] * (1 + p.detuned), p.high})
		l.silence(p.pause)
	}
	return l
}

// sine adds sines, each a frequency and a level.
func (l *line) sine(d time.Duration, sines ...[2]float64) *line {
	for i := range audio.Samples(d) {
		x := 0.0
		for _, s := range sines {
			x += math.Pow(10, s[1]/20) * math.Sin(2*math.Pi*s[0]*float64(i)/8000+s[0])
		}
		l.pcm = append(l.pcm, int16(32767*max(-1, min(1, x))))
	}
	return l
}

func (l *line) silence(d time.Duration) *line {
	l.pcm = append(l.pcm, make([]int16, audio.Samples(d))...)
	return l
}

// under adds other sound, again and again, at a level to what is on the line.
func (l *line) under(other []int16, level float64) *line {
	for i := range l.pcm {
		l.pcm[i] += int16(float64(other[i%len(other)]) * math.Pow(10, level/20))
	}
	return l
}

// noise is white noise whose power is that of a sine at 0 dBFS.
func noise(d time.Duration) []int16 {
	random := rand.New(rand.NewPCG(1, 2))
	pcm := make([]int16, audio.Samples(d))
	for i := range pcm {
		pcm[i] = int16(max(-32768, min(32767, random.NormFloat64()*32767/math.Sqrt2)))
	}
	return pcm
}

// tones returns what a detector makes of a line after its G.711, beginning late by some
// samples so that its blocks fall elsewhere.
func tones(pcm []int16, late int) string {
	pcm = audio.DecodePCMU(audio.EncodePCMU(pcm))
	var d dtmf.ToneDetector
	var keys []byte
	d.Hear(make([]int16, late))
	for len(pcm) > 0 {
		n := min(len(pcm), audio.FrameSamples)
		if k, ok := d.Hear(pcm[:n]); ok {
			keys = append(keys, byte(k))
		}
		pcm = pcm[n:]
	}
	return string(keys)
}

// telephony.md 1, behaviour 7: in-band tones.
func TestOneKeyPerPressInBand(t *testing.T) {
	const ms = time.Millisecond
	card := "4111111111111111"
	with := func(change func(*pressed)) pressed {
		p := plain
		change(&p)
		return p
	}
	on := func(keys string, p pressed) *line { return new(line).press(keys, p) }
	cases := []struct {
		name string
		line *line
		want string
	}{
		{"every key", on(keypad, plain), keypad},
		{"the keys of a card", on(card, plain), card},
		{"digits of 40 ms with pauses of 40 ms", on(card, with(func(p *pressed) { p.length, p.pause = 40*ms, 40*ms })), card},
		{"a click of 15 ms is too short", on("5", with(func(p *pressed) { p.length = 15 * ms })), ""},
		{"no gap between different digits", on("1594", with(func(p *pressed) { p.length, p.pause = 60*ms, 0 })), "1594"},
		{"a digit held for 8 s", on("9", with(func(p *pressed) { p.length = 8 * time.Second })), "9"},
		{"an interruption of 10 ms is no pause", on("77", with(func(p *pressed) { p.pause = 10 * ms })), "7"},
		{"quiet", on(keypad, with(func(p *pressed) { p.low, p.high = -36, -34 })), keypad},
		{"loud", on(keypad, with(func(p *pressed) { p.low, p.high = -6.1, -6.1 })), keypad},
		{"the high tone 5 dB above the low one", on(keypad, with(func(p *pressed) { p.low, p.high = -20, -15 })), keypad},
		{"the low tone 7 dB above the high one", on(keypad, with(func(p *pressed) { p.low, p.high = -12, -19 })), keypad},
		{"one tone 14 dB above the other is no key", on(keypad, with(func(p *pressed) { p.low, p.high = -6, -20 })), ""},
		{"the other 14 dB above the one is no key", on(keypad, with(func(p *pressed) { p.low, p.high = -20, -6 })), ""},
		{"tones 1.5 % high", on(keypad, with(func(p *pressed) { p.detuned = 0.015 })), keypad},
		{"tones 1.5 % low", on(keypad, with(func(p *pressed) { p.detuned = -0.015 })), keypad},
		{"tones 3.5 % high are no key", on(keypad, with(func(p *pressed) { p.detuned = 0.035 })), ""},
		{"tones 3.5 % low are no key", on(keypad, with(func(p *pressed) { p.detuned = -0.035 })), ""},
		{"under noise 15 dB below", on(card, plain).under(noise(time.Second), -26), card},
		{"under the music 20 dB below it", on(card, plain).under(audio.Music(), -20), card},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for late := 0; late < 102; late += 17 {
				if got := tones(c.line.pcm, late); got != c.want {
					t.Fatalf("keys = %q, want %q, heard %d samples late", got, c.want, late)
				}
			}
		})
	}
}

func TestLostSoundNeitherEndsNorBeginsAPress(t *testing.T) {
	whole := new(line).press("3", pressed{length: 200 * time.Millisecond, low: -12, high: -10}).pcm
	for lost := range len(whole) / audio.FrameSamples {
		var d dtmf.ToneDetector
		keys := ""
		for i := 0; i*audio.FrameSamples < len(whole); i++ {
			if i == lost || i == lost+1 {
				d.Lose()
				continue
			}
			if k, ok := d.Hear(whole[i*audio.FrameSamples : (i+1)*audio.FrameSamples]); ok {
				keys += string(rune(k))
			}
		}
		if keys != "3" {
			t.Errorf("keys = %q without frames %d and %d, want one", keys, lost, lost+1)
		}
	}
}

func TestASilenceThatWasNotSentEndsAPress(t *testing.T) {
	sound := new(line).press("3", pressed{length: 80 * time.Millisecond, low: -12, high: -10}).pcm
	var d dtmf.ToneDetector
	for i := range 2 {
		keys := 0
		for at := 0; at < len(sound); at += audio.FrameSamples {
			if _, ok := d.Hear(sound[at : at+audio.FrameSamples]); ok {
				keys++
			}
		}
		if _, down := d.Down(); keys != 1 || !down {
			t.Errorf("press %d gave %d keys and is down: %v, want one that is", i, keys, down)
		}
		d.Pause()
		if _, down := d.Down(); down {
			t.Error("a key is down after a pause")
		}
	}
}

func TestAWipedToneDetectorStillKnowsItsPress(t *testing.T) {
	sound := new(line).press("8", plain).press("8", plain).pcm
	var d dtmf.ToneDetector
	keys := ""
	for i := 0; i < len(sound); i += 40 {
		if k, ok := d.Hear(sound[i : i+40]); ok {
			keys += string(rune(k))
			d.Wipe()
		}
	}
	if keys != "88" {
		t.Errorf("keys = %q, want one of each press", keys)
	}
}

// TestNoTalkOff plays everything that the server itself plays, and what PBXs play into
// a call, to the detector: none of it is a key.
//
// telephony.md 1, behaviour 7: no talk-off on prompts, music, beeps of Asterisk.
func TestNoTalkOff(t *testing.T) {
	const second = time.Second
	sounds := map[string][]int16{
		"ringback":               audio.Ringback(6 * second),
		"music":                  audio.Music(),
		"noise":                  noise(20 * second),
		"beep of Asterisk":       new(line).sine(second/3, [2]float64{1000, -10}).pcm,
		"low beep":               new(line).sine(second/3, [2]float64{440, -10}).pcm,
		"beeps of two columns":   new(line).sine(second/3, [2]float64{1209, -10}, [2]float64{1477, -10}).pcm,
		"beeps of one frequency": new(line).sine(second/3, [2]float64{941, -10}).sine(second/3, [2]float64{1336, -10}).pcm,
		"three tones of a fault": new(line).sine(second/3, [2]float64{950, -10}).sine(second/3, [2]float64{1400, -10}).sine(second/3, [2]float64{1800, -10}).pcm,
		"dial tone":              new(line).sine(second, [2]float64{400, -10}).sine(second, [2]float64{350, -10}, [2]float64{440, -10}).pcm,
		"busy tone of America":   new(line).sine(second, [2]float64{480, -10}, [2]float64{620, -10}).pcm,
		"fax":                    new(line).sine(second, [2]float64{1100, -10}).sine(second, [2]float64{2100, -10}).pcm,
		"a chord":                new(line).sine(second, [2]float64{697, -12}, [2]float64{1209, -12}, [2]float64{1046, -12}).pcm,
	}
	for _, language := range []order.Language{order.Japanese, order.English} {
		voice, err := prompt.LoadIn(language, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range prompt.Names() {
			if clip := voice.Clip(name); clip != nil {
				sounds[string(language)+" "+string(name)] = audio.DecodePCMU(clip.PCMU)
			}
		}
	}
	if len(sounds) < 200 {
		t.Fatalf("only %d sounds", len(sounds))
	}
	for name, pcm := range sounds {
		for _, level := range []float64{0, -10, -20} {
			quieter := new(line).silence(time.Duration(len(pcm))*second/8000).under(pcm, level).pcm
			for late := 0; late < 102; late += 34 {
				if got := tones(quieter, late); got != "" {
					t.Errorf("%s at %.0f dB gave %d keys", name, level, len(got))
				}
			}
		}
	}
}

// FuzzToneDetector hears any sound in any portions. Facts: what it finds are keys, at
// most one in 204 samples, and the portions do not matter.
func FuzzToneDetector(f *testing.F) {
	f.Add([]byte("any bytes are sound"), uint8(3))
	f.Add(audio.EncodePCMU(new(line).press("42", plain).pcm), uint8(160))
	f.Fuzz(func(t *testing.T, pcmu []byte, portion uint8) {
		pcm := audio.DecodePCMU(pcmu)
		var whole, parts dtmf.ToneDetector
		hear := func(d *dtmf.ToneDetector, size int) (keys []byte) {
			for rest := pcm; len(rest) > 0; rest = rest[min(size, len(rest)):] {
				if k, ok := d.Hear(rest[:min(size, len(rest))]); ok {
					keys = append(keys, byte(k))
				}
			}
			return keys
		}
		got, want := hear(&parts, int(portion)%dtmf.MaxHear+1), hear(&whole, dtmf.MaxHear)
		if string(got) != string(want) || len(got) > len(pcm)/dtmf.MaxHear {
			t.Errorf("%d keys in portions, %d in the whole", len(got), len(want))
		}
		for _, k := range got {
			if _, ok := dtmf.ParseKey(k); !ok {
				t.Error("found what is no key")
			}
		}
	})
}

func BenchmarkHear(b *testing.B) {
	sounds := map[string][]int16{
		"silence": make([]int16, 8000), "music": audio.Music(), "a key": new(line).press("5", pressed{length: time.Second, low: -12, high: -10}).pcm,
	}
	for name, pcm := range sounds {
		b.Run(name, func(b *testing.B) {
			var d dtmf.ToneDetector
			b.ReportAllocs()
			for i := 0; b.Loop(); i += audio.FrameSamples {
				at := i % (len(pcm) / audio.FrameSamples * audio.FrameSamples)
				d.Hear(pcm[at : at+audio.FrameSamples])
			}
		})
	}
}
