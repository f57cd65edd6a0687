package media

import (
	"bytes"
	"math"
	"slices"
	"testing"
	"time"

	"tsunagi/server/audio"
	"tsunagi/server/prompt"
	"tsunagi/server/sdp"
)

// wideband is what a call in G.722 agrees on.
func wideband() Params {
	p := agreed()
	p.Codec, p.PayloadType = sdp.G722, 9
	return p
}

// telephony.md 1, behaviour 13: PCMU, PCMA, G.722; codec switch in mid-call. A prompt is
// sent in the codec agreed on, in packets whose clock counts 8,000 a second, and goes on
// where it was in another one.
func TestAPromptIsSentInG722(t *testing.T) {
	r := newRig(t, Config{})
	s, socket := r.start(&recorder{}, agreed())
	pcm := toneOf('1', 8) // any sound
	c := audio.NewClip(pcm)
	s.Play(1, []*audio.Clip{c}, false)
	r.pass(40 * time.Millisecond)
	s.Update(wideband())
	r.pass(60 * time.Millisecond)
	back := agreed()
	back.Codec, back.PayloadType = sdp.PCMA, 8
	s.Update(back)
	r.pass(60 * time.Millisecond)
	sent := socket.take()
	wide := audio.NewG722Encoder().EncodeNarrow(nil, audio.DecodePCMU(c.PCMU[320:800]))
	if want := slices.Concat(c.PCMU[:320], wide, c.PCMA[800:]); !bytes.Equal(payloads(sent), want) {
		t.Error("the sound does not go on where it was")
	}
	for i, got := range sent {
		want := uint8(0)
		switch {
		case i >= 5:
			want = 8
		case i >= 2:
			want = 9
		}
		if got.payloadType != want || len(got.payload) != 160 || i > 0 && got.timestamp != sent[i-1].timestamp+160 {
			t.Errorf("packet %d: %+v with %d bytes, want type %d and 160", i, got.header, len(got.payload), want)
		}
	}
}

// What a decoder hears between two prompts in G.722 is silence.
func TestSilenceInG722IsSilent(t *testing.T) {
	r := newRig(t, Config{})
	s, socket := r.start(&recorder{}, wideband())
	s.Play(1, []*audio.Clip{audio.NewClip(toneOf('1', 8))}, false)
	r.pass(time.Second)
	heard := audio.NewG722Decoder().Decode(nil, payloads(socket.take()))
	after := heard[2*8*audio.FrameSamples+2*audio.FrameSamples:] // the prompt, and a packet more
	for i, x := range after {
		if x > 40 || x < -40 {
			t.Fatalf("sample %d of the silence = %d", i, x)
		}
	}
}

// Clips that are joined, as the numerals of an amount are, are heard as they are: each
// goes on with the encoder's memory of the ones before.
func TestJoinedClipsSoundInG722(t *testing.T) {
	voice, err := prompt.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, Config{})
	s, socket := r.start(&recorder{}, wideband())
	clips := voice.Amount(98765432)
	s.Play(1, clips, false)
	var pcm []int16
	for _, c := range clips {
		pcm = append(pcm, audio.DecodePCMU(c.PCMU)...)
	}
	r.pass(time.Duration(len(pcm)) * time.Millisecond / unitsPerTick)
	heard := audio.NewG722Decoder().DecodeNarrow(nil, payloads(socket.take()))
	for at := 0; at+1600 <= len(pcm); at += 1600 { // each 200 ms
		var power, noise float64
		for i, x := range pcm[at : at+1600] {
			power += float64(x) * float64(x)
			noise += (float64(x) - float64(heard[at+i])) * (float64(x) - float64(heard[at+i]))
		}
		if snr := 10 * math.Log10(power/noise); power > 1e6*1600 && snr < 15 {
			t.Errorf("at %d ms: %.1f dB above its noise, want 15 at least", at/8, snr)
		}
	}
}

// telephony.md 1, behaviour 7: in-band tones, in G.722 whichever codec was chosen.
func TestKeysAreHeardInG722(t *testing.T) {
	for name, chosen := range map[string]Params{"chosen": wideband(), "though PCMU was chosen": agreed()} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, Config{})
			sink := &recorder{}
			chosen.Tones = true
			s, _ := r.start(sink, chosen)
			r.pass(tickLength)
			encoder := audio.NewG722Encoder()
			p := &speaker{r: r, s: s, timestamp: 0xFFFFFF00}
			code := func(pcm []int16) []byte { return encoder.EncodeNarrow(nil, pcm) }
			for _, k := range []byte("4111#09DA") {
				p.say(staticG722, code, toneOf(k, 4))
				p.say(staticG722, code, make([]int16, 4*audio.FrameSamples))
			}
			if string(sink.keys) != "4111#09DA" {
				t.Errorf("keys = %q", sink.keys)
			}
		})
	}
}

// Two sides of a bridge hear each other whatever they speak.
func TestABridgeBetweenCodecs(t *testing.T) {
	for _, row := range []struct {
		name         string
		from, to     Params
		code         func([]int16) []byte
		decode       func([]byte) []int16
		leastLevelDB float64
	}{
		{"G.722 to PCMU", wideband(), agreed(), func(pcm []int16) []byte { return audio.NewG722Encoder().EncodeNarrow(nil, pcm) }, audio.DecodePCMU, -1},
		{"PCMU to G.722", agreed(), wideband(), audio.EncodePCMU, func(b []byte) []int16 { return audio.NewG722Decoder().DecodeNarrow(nil, b) }, -1},
		{"G.722 to G.722", wideband(), wideband(), func(pcm []int16) []byte { return audio.NewG722Encoder().EncodeNarrow(nil, pcm) }, func(b []byte) []int16 { return audio.NewG722Decoder().DecodeNarrow(nil, b) }, -1},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := newRig(t, Config{})
			a, _ := r.start(&recorder{}, row.from)
			b, socket := r.start(&recorder{}, row.to)
			if err := Bridge(a, b, false); err != nil {
				t.Fatal(err)
			}
			r.pass(tickLength)
			pcm := make([]int16, audio.SampleRateHz)
			for i := range pcm {
				pcm[i] = int16(8000 * math.Sin(2*math.Pi*440*float64(i)/audio.SampleRateHz))
			}
			coded := row.code(pcm)
			p := &speaker{r: r, s: a}
			for ; len(coded) > 0; coded = coded[audio.FrameBytes:] {
				p.send(row.from.PayloadType, coded[:audio.FrameBytes]...)
				p.pause(1)
			}
			heard := row.decode(payloads(socket.take()))
			heard = heard[len(heard)/4 : len(heard)*3/4] // in the middle it flows
			var re, im float64
			for i, x := range heard {
				sin, cos := math.Sincos(2 * math.Pi * 440 * float64(i) / audio.SampleRateHz)
				re, im = re+float64(x)*cos, im+float64(x)*sin
			}
			if level := 20 * math.Log10(2*math.Hypot(re, im)/float64(len(heard))/8000); level < row.leastLevelDB || level > 1 {
				t.Errorf("the tone is heard at %.1f dB", level)
			}
		})
	}
}

func TestHearingTonesInG722CostsNoAllocation(t *testing.T) {
	r := newRig(t, Config{})
	p := wideband()
	p.Tones = true
	s, _ := r.start(quiet{}, p)
	r.pass(tickLength)
	in := packet(9, 0, 0, 9, audio.NewG722Encoder().EncodeNarrow(nil, toneOf('5', 1))...)
	sequence := uint16(0)
	if got := testing.AllocsPerRun(100, func() {
		sequence++
		header{payloadType: 9, sequence: sequence, timestamp: uint32(sequence) * 160, ssrc: 9}.put(in)
		s.receive(in, peer)
	}); got != 0 {
		t.Errorf("allocations = %v, want 0", got)
	}
}
