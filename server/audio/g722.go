package audio

// G.722 at 64 kbit/s, ITU-T Recommendation G.722 (09/2012): 16,000 samples a second are
// parted into two bands of 8,000, and each pair of samples, one of each band, is one
// byte: six bits of the lower band's difference from its prediction and two of the
// higher band's. Names in the comments are the Recommendation's, clause 6.

// WideRateHz is the rate of the samples of G.722. Its RTP clock counts 8,000 a second all
// the same, RFC 3551 section 4.5.2.
const WideRateHz = 16000

// G722Encoder codes one stream. The zero value is not ready; use NewG722Encoder.
type G722Encoder struct {
	low, high band
	past      [24]int32 // of the input, oldest first
}

// NewG722Encoder returns an encoder at rest.
func NewG722Encoder() *G722Encoder { return &G722Encoder{low: restLow, high: restHigh} }

// Encode appends the bytes of samples at 16 kHz, one for each two, to to. An odd sample
// at the end is left out.
func (e *G722Encoder) Encode(to []byte, pcm []int16) []byte {
	for ; len(pcm) >= 2; pcm = pcm[2:] {
		low, high := part(&e.past, pcm[0], pcm[1])
		to = append(to, e.high.quantHigh(high)<<6|e.low.quantLow(low))
	}
	return to
}

// part takes two samples into what is past and returns one of each band, by the transmit
// filter (TRANSMIT QMF, 6.2.1.1).
func part(past *[24]int32, first, second int16) (low, high int32) {
	copy(past[:], past[2:])
	past[22], past[23] = int32(first), int32(second)
	var odd, even int32
	for i, h := range mirror {
		odd += past[2*i] * h
		even += past[2*i+1] * mirror[len(mirror)-1-i]
	}
	return (even + odd) >> 14, (even - odd) >> 14
}

// EncodeNarrow appends the bytes of samples at 8 kHz, one for each, to to. Such sound is
// the lower band already, at twice its level, and the higher band is silent.
func (e *G722Encoder) EncodeNarrow(to []byte, pcm []int16) []byte {
	for _, x := range pcm {
		to = append(to, e.high.quantHigh(0)<<6|e.low.quantLow(int32(x)>>1))
	}
	return to
}

// G722Decoder decodes one stream. The zero value is not ready; use NewG722Decoder.
type G722Decoder struct {
	low, high band
	past      [24]int32 // sums and differences of the bands, oldest first
}

// NewG722Decoder returns a decoder at rest.
func NewG722Decoder() *G722Decoder { return &G722Decoder{low: restLow, high: restHigh} }

// Decode appends the samples at 16 kHz of a payload, two for each byte, to to.
func (d *G722Decoder) Decode(to []int16, payload []byte) []int16 {
	for _, code := range payload {
		low := d.low.reconstruct(code & 0x3F)
		high := min(max(d.high.s+d.high.det*coarse[code>>6]>>15, -16384), 16383)
		d.high.adaptHigh(code >> 6)
		// The receive filter (RECEIVE QMF, 6.2.2.6).
		copy(d.past[:], d.past[2:])
		d.past[22], d.past[23] = low+high, low-high
		var first, second int32
		for i, h := range mirror {
			second += d.past[2*i] * h
			first += d.past[2*i+1] * mirror[len(mirror)-1-i]
		}
		to = append(to, int16(saturated(first>>11)), int16(saturated(second>>11)))
	}
	return to
}

// DecodeNarrow appends the sound below 4 kHz of a payload at 8 kHz, a sample for each
// byte, to to. A decoder that has begun with one of Decode and DecodeNarrow goes on
// with it.
func (d *G722Decoder) DecodeNarrow(to []int16, payload []byte) []int16 {
	for _, code := range payload {
		to = append(to, int16(2*d.low.reconstruct(code&0x3F)))
	}
	return to
}

// band is the predictor of one band and the width of its quantizer's steps. Indices of
// the arrays are delays: 0 is the present sample.
type band struct {
	det, nb int32    // the step, and its logarithm
	s, sz   int32    // the prediction, and the zeros' part of it
	a       [3]int32 // coefficients of the poles; 0 is unused
	b       [7]int32 // of the zeros; 0 is unused
	d       [7]int32 // differences as they were quantized
	p, r    [3]int32 // partly and wholly reconstructed samples
}

// The bands at rest: nothing predicted, the smallest steps (6.2.1.3, reset).
var restLow, restHigh = band{det: 32}, band{det: 8}

// quantLow codes a sample of the lower band (QUANTL) and adapts to it.
func (b *band) quantLow(x int32) byte {
	e := saturated(x - b.s)
	size := e
	if e < 0 {
		size = -e - 1
	}
	level := 1
	for level < 30 && size >= levels[level]*b.det>>12 {
		level++
	}
	code := byte(62 - level) // of a difference above zero: 61 for the smallest
	if e < 0 {
		code = negativeCode(level)
	}
	b.adaptLow(code)
	return code
}

// negativeCode is the code of a level below zero: 63 and 62 for the smallest two, then
// 31 downwards.
func negativeCode(level int) byte {
	if level <= 2 {
		return byte(64 - level)
	}
	return byte(34 - level)
}

// reconstruct returns the sample of a code and adapts to it (RECONS, LIMIT).
func (b *band) reconstruct(code byte) int32 {
	x := min(max(b.s+b.det*fine[code]>>15, -16384), 16383)
	b.adaptLow(code)
	return x
}

// quantHigh codes a sample of the higher band (QUANTH) and adapts to it.
func (b *band) quantHigh(x int32) byte {
	e := saturated(x - b.s)
	size := e
	if e < 0 {
		size = -e - 1
	}
	code := byte(3) // below the level, above zero
	if e < 0 {
		code = 1
	}
	if size >= 564*b.det>>12 {
		code--
	}
	b.adaptHigh(code)
	return code
}

// adaptLow takes the difference of a code, of which the lowest two bits are only for who
// listens, into the predictor (INVQAL, LOGSCL, SCALEL).
func (b *band) adaptLow(code byte) {
	four := code >> 2
	d := b.det * middling[four] >> 15
	b.rescale(growthLow[four], 18432, 8)
	b.predict(d)
}

// adaptHigh is adaptLow of the higher band (INVQAH, LOGSCH, SCALEH).
func (b *band) adaptHigh(code byte) {
	d := b.det * coarse[code] >> 15
	b.rescale(growthHigh[code], 22528, 10)
	b.predict(d)
}

// rescale makes the step wider or narrower.
func (b *band) rescale(by, most int32, shift int32) {
	b.nb = min(max(b.nb*127>>7+by, 0), most)
	mantissa, exponent := antilog[b.nb>>6&31], shift-b.nb>>11
	if exponent < 0 {
		b.det = mantissa << -exponent << 2
	} else {
		b.det = mantissa >> exponent << 2
	}
}

// predict takes a quantized difference in and predicts the next sample (block 4:
// RECONS, PARREC, UPPOL2, UPPOL1, UPZERO, DELAYA, FILTEP, FILTEZ, PREDIC).
func (b *band) predict(d int32) {
	b.d[0] = d
	b.r[0] = saturated(b.s + d)
	b.p[0] = saturated(b.sz + d)

	// The second pole, then the first, which it bounds.
	first := saturated(b.a[1] << 2)
	if negative(b.p[0]) == negative(b.p[1]) {
		first = min(-first, 32767)
	}
	second := int32(-128)
	if negative(b.p[0]) == negative(b.p[2]) {
		second = 128
	}
	second = min(max(second+first>>7+b.a[2]*32512>>15, -12288), 12288)
	step := int32(-192)
	if negative(b.p[0]) == negative(b.p[1]) {
		step = 192
	}
	bound := saturated(15360 - second)
	b.a[1] = min(max(saturated(step+b.a[1]*32640>>15), -bound), bound)
	b.a[2] = second

	// The zeros, each by whether its difference has the sign of the present one.
	grow := int32(128)
	if d == 0 {
		grow = 0
	}
	for i := 6; i >= 1; i-- {
		step := grow
		if negative(b.d[i]) != negative(d) {
			step = -grow
		}
		b.b[i] = saturated(step + b.b[i]*32640>>15)
	}
	copy(b.d[1:], b.d[:6])
	copy(b.r[1:], b.r[:2])
	copy(b.p[1:], b.p[:2])

	poles := saturated(b.a[1]*saturated(2*b.r[1])>>15 + b.a[2]*saturated(2*b.r[2])>>15)
	b.sz = 0
	for i := 6; i >= 1; i-- {
		b.sz += b.b[i] * saturated(2*b.d[i]) >> 15
	}
	b.sz = saturated(b.sz)
	b.s = saturated(poles + b.sz)
}

func negative(x int32) bool { return x < 0 }

// saturated keeps a value in 16 bits.
func saturated(x int32) int32 { return min(max(x, -32768), 32767) }
