package media

import (
	"tsunagi/server/audio"
	"tsunagi/server/sdp"
)

// wide is what a session of G.722 has: the codec remembers what went before. Within the
// engine its sound is PCMU, as clips are encoded and bridges are fed; what is beyond the
// telephone's band is not in any of them.
type wide struct {
	decoder *audio.G722Decoder // of what comes; nil before the first packet
	encoder *audio.G722Encoder // of what is sent; nil before the first packet
}

// law returns the codec of G.711 in which the session handles its sound.
func (p Params) law() sdp.Codec {
	if p.Codec == sdp.G722 {
		return sdp.PCMU
	}
	return p.Codec
}

// narrow returns sound that has come in G.711: as it is, or PCMU of what it says below
// 4 kHz. It is overwritten by the next call.
func (s *Session) narrow(payload []byte, codec sdp.Codec) ([]byte, sdp.Codec) {
	if codec != sdp.G722 {
		return payload, codec
	}
	if s.wide.decoder == nil {
		s.wide.decoder = audio.NewG722Decoder()
	}
	e := s.engine
	law := e.narrowed[:0]
	for len(payload) > 0 {
		portion := payload[:min(len(payload), len(e.samples))]
		payload = payload[len(portion):]
		for _, sample := range s.wide.decoder.DecodeNarrow(e.samples[:0], portion) {
			law = append(law, audio.CodePCMU(sample))
		}
	}
	return law, sdp.PCMU
}

// widen makes G.722 of the PCMU in packet.
func (s *Session) widen(packet []byte) {
	if s.wide.encoder == nil {
		s.wide.encoder = audio.NewG722Encoder()
	}
	e := s.engine
	for len(packet) > 0 {
		portion := packet[:min(len(packet), len(e.samples))]
		packet = packet[len(portion):]
		s.wide.encoder.EncodeNarrow(portion[:0], e.decode(portion, sdp.PCMU))
	}
}

// linear holds the sample of each code.
type linear [1 << 8]int16

// The samples of both codecs, and the code of each for the same code of the other.
var (
	linearPCMU = linear(audio.DecodePCMU(everyByte()))
	linearPCMA = linear(audio.DecodePCMA(everyByte()))
	pcmuOfPCMA = [1 << 8]byte(audio.EncodePCMU(linearPCMA[:]))
	pcmaOfPCMU = [1 << 8]byte(audio.EncodePCMA(linearPCMU[:]))
)

// everyByte returns the 256 bytes in order.
func everyByte() []byte {
	all := make([]byte, 1<<8)
	for i := range all {
		all[i] = byte(i)
	}
	return all
}

// decode returns the samples of at most dtmf.MaxHear codes. They are overwritten by the
// next call.
func (e *Engine) decode(payload []byte, codec sdp.Codec) []int16 {
	table := &linearPCMU
	if codec == sdp.PCMA {
		table = &linearPCMA
	}
	for i, code := range payload {
		e.samples[i] = table[code]
	}
	return e.samples[:len(payload)]
}

// convert returns the payload of one codec of G.711 in the other. It is overwritten by the next
// call.
func (e *Engine) convert(payload []byte, from sdp.Codec) []byte {
	table := &pcmaOfPCMU
	if from == sdp.PCMA {
		table = &pcmuOfPCMA
	}
	for i, code := range payload {
		e.converted[i] = table[code]
	}
	return e.converted[:len(payload)]
}
