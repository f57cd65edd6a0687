package media

import (
	"bytes"

	"tsunagi/server/audio"
	"tsunagi/server/sdp"
)

// player is the place in what is being played.
type player struct {
	clips  []*audio.Clip
	clip   int // index of the one being played
	offset int // bytes of it already sent
	loop   bool
	turn   int
	play   uint64 // which Play this is, among all of the session
	begun  bool
}

// playing reports whether there is something to play.
func (p *player) playing() bool { return p.clips != nil }

// fill writes the next sound into packet, silence where it ends within it, and reports
// whether that was the last of it. It forgets what was played to its end.
func (p *player) fill(packet []byte, codec sdp.Codec) (ended bool) {
	for len(packet) > 0 && p.goOn(codec) {
		n := copy(packet, encoded(p.clips[p.clip], codec)[p.offset:])
		p.offset += n
		packet = packet[n:]
	}
	silence(packet, codec)
	if p.goOn(codec) {
		return false
	}
	p.clips = nil
	return true
}

// goOn moves to the next byte of sound, over the ends of clips and past empty ones. It
// reports false when there is none.
func (p *player) goOn(codec sdp.Codec) bool {
	for range len(p.clips) + 1 { // all of them, and the rest of the first again
		if p.clip == len(p.clips) {
			if !p.loop {
				return false
			}
			p.clip = 0
		}
		if p.clip < len(p.clips) && p.offset < len(encoded(p.clips[p.clip], codec)) {
			return true
		}
		p.clip, p.offset = min(p.clip+1, len(p.clips)), 0
	}
	return false
}

// encoded returns the sound of a clip for a codec.
func encoded(c *audio.Clip, codec sdp.Codec) []byte {
	switch {
	case c == nil:
		return nil
	case codec == sdp.PCMA:
		return c.PCMA
	}
	return c.PCMU
}

// The packets of silence, as long as any packet: the code of sample value 0.
var (
	silencePCMU = bytes.Repeat([]byte{0xFF}, maxPayloadBytes)
	silencePCMA = bytes.Repeat([]byte{0xD5}, maxPayloadBytes)
)

// silence fills packet with silence.
func silence(packet []byte, codec sdp.Codec) {
	if codec == sdp.PCMA {
		copy(packet, silencePCMA)
		return
	}
	copy(packet, silencePCMU)
}
