package media

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"tsunagi/server/audio"
	"tsunagi/server/dtmf"
	"tsunagi/server/sdp"
)

// toneOf is the sound of a key held down for whole packets of 20 ms.
func toneOf(k byte, packets int) []int16 {
	rows, cols := [4]float64{697, 770, 852, 941}, [4]float64{1209, 1336, 1477, 1633}
	place := strings.IndexByte("123A456B789C*0#D", k)
	pcm := make([]int16, packets*audio.FrameSamples)
	for i := range pcm {
		t := 2 * math.Pi * float64(i) / audio.SampleRateHz
		pcm[i] = int16(6000*math.Sin(rows[place/4]*t) + 7000*math.Sin(cols[place%4]*t))
	}
	return pcm
}

// speaker is a peer that speaks to a session in packets of 20 ms.
type speaker struct {
	r         *rig
	s         *Session
	sequence  uint16
	timestamp uint32
}

// say sends sound at its pace.
func (p *speaker) say(payloadType uint8, code func([]int16) []byte, pcm []int16) {
	for ; len(pcm) > 0; pcm = pcm[audio.FrameSamples:] {
		p.send(payloadType, code(pcm[:audio.FrameSamples])...)
		p.pause(1)
	}
}

// send sends a packet.
func (p *speaker) send(payloadType uint8, payload ...byte) {
	p.sequence++
	p.r.deliver(p.s, peer, packet(payloadType, p.sequence, p.timestamp, 9, payload...))
}

// pause lets the time of some packets pass.
func (p *speaker) pause(packets int) {
	p.timestamp += uint32(packets) * audio.FrameSamples
	p.r.pass(time.Duration(packets) * 20 * time.Millisecond)
}

func TestKeysAreHeardInTheSound(t *testing.T) {
	for _, codec := range []struct {
		name        string
		payloadType uint8
		code        func([]int16) []byte
	}{{"PCMU", 0, audio.EncodePCMU}, {"PCMA though PCMU was chosen", 8, audio.EncodePCMA}} {
		t.Run(codec.name, func(t *testing.T) {
			r := newRig(t, Config{})
			sink := &recorder{}
			chosen := sdp.Chosen{Codec: sdp.PCMU, Ptime: 20 * time.Millisecond, Remote: peer} // no events
			s, _ := r.start(sink, ParamsOf(chosen))
			r.pass(tickLength)
			p := &speaker{r: r, s: s, timestamp: 0xFFFFFF00}
			for _, k := range []byte("4111#") {
				p.say(codec.payloadType, codec.code, toneOf(k, 4))
				p.say(codec.payloadType, codec.code, make([]int16, 4*audio.FrameSamples))
			}
			if string(sink.keys) != "4111#" {
				t.Errorf("keys = %q", sink.keys)
			}
			if got := s.Stats().Keys; got != (KeyStats{Tones: 5}) {
				t.Errorf("keys by source = %+v, want 5 tones", got)
			}
		})
	}
}

func TestSoundIsNotSearchedWhereEventsAreAgreed(t *testing.T) {
	r := newRig(t, Config{})
	sink := &recorder{}
	s, _ := r.start(sink, ParamsOf(sdp.Chosen{Codec: sdp.PCMU, EventPayloadType: 101, Remote: peer}))
	r.pass(tickLength)
	(&speaker{r: r, s: s}).say(0, audio.EncodePCMU, toneOf('5', 5))
	if len(sink.keys) != 0 {
		t.Error("a tone counted though the peer sends events")
	}
}

func TestSuppressedSilencePartsPresses(t *testing.T) {
	r := newRig(t, Config{})
	sink := &recorder{}
	p := agreed()
	p.Tones = true
	s, _ := r.start(sink, p)
	r.pass(tickLength)
	from := &speaker{r: r, s: s}
	for range 3 {
		from.say(0, audio.EncodePCMU, toneOf('7', 3))
		from.send(comfortNoise, 60)
		from.pause(5)
	}
	from.say(0, audio.EncodePCMU, toneOf('8', 3))
	from.pause(5) // nothing is sent and no packet is missing
	from.say(0, audio.EncodePCMU, toneOf('8', 3))
	from.sequence += 3 // packets are missing: the key may have been down all the time
	from.pause(3)
	from.say(0, audio.EncodePCMU, toneOf('8', 3))
	if string(sink.keys) != "77788" {
		t.Errorf("keys = %q, want %q", sink.keys, "77788")
	}
}

// TestAPressThatComesTwoWaysIsOneKey lets a gateway send the beginning of each tone
// before it sends the events, and the signalling tell of the press at its end.
func TestAPressThatComesTwoWaysIsOneKey(t *testing.T) {
	r := newRig(t, Config{})
	sink := &recorder{}
	params := agreed()
	params.Tones = true
	s, _ := r.start(sink, params)
	r.pass(tickLength)
	p := &speaker{r: r, s: s}
	for _, k := range []byte("5512") {
		p.say(0, audio.EncodePCMU, toneOf(k, 3))
		begun := p.timestamp
		press := dtmf.NewPress(dtmf.Key(k), 100*time.Millisecond, begun)
		for !press.Done() {
			report := press.Next(audio.FrameSamples)
			p.timestamp = report.Timestamp
			p.send(101, report.Payload[:]...)
			r.pass(20 * time.Millisecond)
		}
		s.KeyByInfo(dtmf.Key(k), 0)
		p.timestamp = begun + 1600
		p.say(0, audio.EncodePCMU, make([]int16, 3*audio.FrameSamples))
	}
	if string(sink.keys) != "5512" {
		t.Errorf("keys = %q, want each once", sink.keys)
	}
	if got := s.Stats().Keys; got != (KeyStats{Tones: 4, Repeated: 8}) {
		t.Errorf("keys by source = %+v, want 4 tones and 8 told again", got)
	}
}

func TestKeysOfTheSignallingAreHeard(t *testing.T) {
	r := newRig(t, Config{})
	sink := &recorder{}
	s, _ := r.start(sink, agreed())
	for _, k := range []byte("11#") {
		s.KeyByInfo(dtmf.Key(k), 0)
	}
	r.pass(tickLength)
	if got := s.Stats().Keys; string(sink.keys) != "11#" || got != (KeyStats{Infos: 3}) {
		t.Errorf("keys = %q, by source %+v", sink.keys, got)
	}
}

// telephony.md 1, behaviour 13: codec switch in mid-call, by the peer alone.
func TestACodecSwitchOfThePeerIsHeardInTheChosenCodec(t *testing.T) {
	for _, c := range []struct {
		chosen sdp.Codec
		number uint8
		other  uint8
	}{{sdp.PCMU, 0, 8}, {sdp.PCMA, 8, 0}, {sdp.PCMU, 96, 8}} {
		r := newRig(t, Config{})
		sink := &recorder{}
		p := agreed()
		p.Codec, p.PayloadType = c.chosen, c.number
		s, _ := r.start(sink, p)
		r.pass(tickLength)
		pcm := toneOf('1', 1)
		pcmu, pcma := audio.EncodePCMU(pcm), audio.EncodePCMA(pcm)
		same, other, decode := pcmu, pcma, audio.DecodePCMU
		if c.chosen == sdp.PCMA {
			same, other, decode = pcma, pcmu, audio.DecodePCMA
		}
		r.deliver(s, peer, packet(c.number, 1, 0, 9, same...), packet(c.other, 2, 160, 9, other...), packet(c.number, 3, 320, 9, same...))
		r.pass(tickLength)
		if len(sink.heard) != 3 || !slices.Equal(sink.heard[0], same) || !slices.Equal(sink.heard[2], same) {
			t.Fatalf("%s: heard %d frames, want 3, and the chosen codec untouched", c.chosen, len(sink.heard))
		}
		for i, sample := range decode(sink.heard[1]) {
			if difference := math.Abs(float64(sample) - float64(pcm[i])); difference > math.Abs(float64(pcm[i]))/10+64 {
				t.Fatalf("%s: sample %d of the other codec = %d, want about %d", c.chosen, i, sample, pcm[i])
			}
		}
	}
}

func TestHearingTonesCostsNoAllocation(t *testing.T) {
	r := newRig(t, Config{})
	p := agreed()
	p.Tones = true
	s, _ := r.start(quiet{}, p)
	r.pass(tickLength)
	in := packet(8, 0, 0, 9, audio.EncodePCMA(toneOf('5', 1))...)
	sequence := uint16(0)
	if got := testing.AllocsPerRun(100, func() {
		sequence++
		header{payloadType: 8, sequence: sequence, timestamp: uint32(sequence) * 160, ssrc: 9}.put(in)
		s.receive(in, peer)
	}); got != 0 {
		t.Errorf("allocations = %v, want 0", got)
	}
}
