package audio

// EncodePCMU encodes samples as µ-law, one byte each (RTP payload type 0).
func EncodePCMU(pcm []int16) []byte { return encode(pcm, &muLaw.code) }

// CodePCMU is the byte of one sample in µ-law.
func CodePCMU(sample int16) byte { return muLaw.code[uint16(sample)] }

// DecodePCMU decodes µ-law, one sample for each byte. Any byte is valid.
func DecodePCMU(payload []byte) []int16 { return decode(payload, &muLaw.sample) }

// EncodePCMA encodes samples as A-law, one byte each (RTP payload type 8).
func EncodePCMA(pcm []int16) []byte { return encode(pcm, &aLaw.code) }

// DecodePCMA decodes A-law, one sample for each byte. Any byte is valid.
func DecodePCMA(payload []byte) []int16 { return decode(payload, &aLaw.sample) }

// companding is one law of G.711 as two tables: a byte for each sample, indexed
// by the sample's bits, and a sample for each byte.
type companding struct {
	code   [1 << 16]byte
	sample [1 << 8]int16
}

// The tables are computed once from the law and never written again.
var (
	muLaw = tabulate(compressMu, expandMu)
	aLaw  = tabulate(compressA, expandA)
)

func tabulate(compress func(int) byte, expand func(byte) int) *companding {
	t := new(companding)
	for i := range t.code {
		t.code[i] = compress(int(int16(uint16(i))))
	}
	for i := range t.sample {
		t.sample[i] = int16(expand(byte(i)))
	}
	return t
}

func encode(pcm []int16, code *[1 << 16]byte) []byte {
	payload := make([]byte, len(pcm))
	for i, s := range pcm {
		payload[i] = code[uint16(s)]
	}
	return payload
}

func decode(payload []byte, sample *[1 << 8]int16) []int16 {
	pcm := make([]int16, len(payload))
	for i, b := range payload {
		pcm[i] = sample[b]
	}
	return pcm
}

// magnitude splits a sample in sign and magnitude. Negative samples are
// complemented, not negated, so that both signs have the same decision values
// (G.711 tables 1a to 2b) and −32,768 does not overflow.
func magnitude(sample int) (abs int, positive bool) {
	if sample < 0 {
		return ^sample, false
	}
	return sample, true
}

// muBias makes each segment of µ-law start at a power of two (in 14-bit units).
const muBias = 33

// compressMu is G.711 table 2a and 2b on the upper 14 bits of the sample.
func compressMu(sample int) byte {
	abs, positive := magnitude(sample)
	abs = min(abs>>2+muBias, 1<<13-1)
	segment := 0
	for abs>>(segment+6) != 0 {
		segment++
	}
	step := abs >> (segment + 1) & 0xF
	// G.711 2.3: all bits but the sign are sent inverted.
	code := byte(segment<<4|step) ^ 0x7F
	if positive {
		code |= 0x80
	}
	return code
}

func expandMu(code byte) int {
	segment := int(^code>>4) & 7
	step := int(^code) & 0xF
	abs := ((step<<1+muBias)<<segment - muBias) << 2
	if code < 0x80 {
		return -abs
	}
	return abs
}

// compressA is G.711 table 1a and 1b on the upper 12 bits of the magnitude.
func compressA(sample int) byte {
	abs, positive := magnitude(sample)
	abs >>= 4
	segment := 0
	for abs > 31 {
		abs >>= 1
		segment++
	}
	// The first two segments share one step size: the carry of bit 4 tells them apart.
	code := byte(segment<<4 + abs)
	if positive {
		code |= 0x80
	}
	// G.711 2.3: the even bits are sent inverted.
	return code ^ 0x55
}

func expandA(code byte) int {
	bits := int(code ^ 0x55)
	segment, step := bits>>4&7, bits&0xF
	abs := step<<4 + 8
	if segment > 0 {
		abs = (abs + 256) << (segment - 1)
	}
	if bits&0x80 == 0 {
		return -abs
	}
	return abs
}
