package dtmf

import "math"

// tonesHz are the frequencies of ITU-T Q.23, the rows of a keypad and then its columns;
// keypad holds the keys at their crossings.
var tonesHz = [8]float64{697, 770, 852, 941, 1209, 1336, 1477, 1633}

const keypad = "123A456B789C*0#D"

// What makes two frequencies a key. Q.24 leaves the figures to each network; these take
// what its table A-1 lists as valid and are as narrow as G.711 and a bad line allow.
const (
	sampleRateHz = 8000
	blockSamples = 102   // 12.75 ms; a tone lies near the null of its neighbours
	faintest     = 1e-4  // power of a block relative to full scale
	rowOverCol   = 6.31  // the low tone is at most 8 dB above the high one
	colOverRow   = 3.98  // and the high one at most 6 dB above the low one
	overOthers   = 6.31  // each is 8 dB above the others of its group
	purity       = 0.70  // share of the block's power that the two tones make up
	held         = 0.78  // a key that is down need only meet this share of the four above
	detuned      = 0.020 // a tone is off by less than this share of its frequency
	unsteady     = 2.51  // and changes by less than 4 dB from one block to the next

	blocksToPress   = 2 // a tone of 40 ms fills two blocks wherever they begin
	blocksToRelease = 3 // a pause of 40 ms spoils three, an interruption of 10 ms two
)

// MaxHear is how many samples ToneDetector.Hear takes at once: no two presses can be
// complete in them.
const MaxHear = blocksToPress * blockSamples

// ToneDetector finds the presses in the sound of a line, for telephones that send no
// telephone-events (in-band tones), after ITU-T Q.23 and Q.24: a press is two tones for
// 40 ms, and 40 ms without them part two presses of one key. Speech is told from a
// press by its other frequencies, and by the phase of the two tones, which tells in two
// blocks how far each is from its frequency. The zero value is ready. It does not
// allocate and is not safe for concurrent use.
type ToneDetector struct {
	samples [blockSamples]float64
	filled  int   // of samples
	last    block // the one before
	run     int   // steady blocks of last.key in a row
	down    Key   // the key held down, 0 for none
	misses  int   // blocks since it was heard
}

// block is what a block of samples was.
type block struct {
	key      Key  // 0 for none
	clear    bool // good enough to begin a press, not only to go on with one
	row, col tone
}

// tone is one frequency in a block by its Fourier coefficient.
type tone struct {
	index int // in tonesHz
	value complex128
}

// power returns the square of the coefficient.
func (t tone) power() float64 {
	return real(t.value)*real(t.value) + imag(t.value)*imag(t.value)
}

// Hear takes the next samples of the line, MaxHear at most, and returns the key whose
// press became certain in them, 26 to 38 ms after its beginning. Further samples are
// not looked at.
func (d *ToneDetector) Hear(pcm []int16) (pressed Key, ok bool) {
	pcm = pcm[:min(len(pcm), MaxHear)]
	for len(pcm) > 0 {
		room := d.samples[d.filled:]
		n := min(len(room), len(pcm))
		for i, sample := range pcm[:n] {
			room[i] = float64(sample) * (1.0 / 32768)
		}
		pcm = pcm[n:]
		if d.filled += n; d.filled < blockSamples {
			break
		}
		d.filled = 0
		if key, begun := d.take(examine(&d.samples)); begun {
			pressed, ok = key, true
		}
	}
	return pressed, ok
}

// Lose tells the detector that sound is missing here. What was not heard neither ends
// a press nor begins one: a key that is down before and after a gap is one press.
func (d *ToneDetector) Lose() {
	d.filled, d.run, d.last = 0, 0, block{}
}

// Pause tells the detector that the line is silent for 40 ms or more.
func (d *ToneDetector) Pause() {
	d.Lose()
	d.down = 0
}

// Down returns the key that is held down now. After Wipe there is none.
func (d *ToneDetector) Down() (Key, bool) { return d.down, d.down != 0 && d.down != wipedKey }

// Suspect reports whether the sound of late may be of a key: it is true at the latest
// 26 ms after a press begins, sometimes in speech, and while a key is down.
func (d *ToneDetector) Suspect() bool { return d.last.key != 0 || d.down != 0 }

// Wipe forgets the sound and the key, so that nothing of a card number stays behind.
// A key that is down is still down: it is taken for the one before, whichever it is,
// until there is a pause.
func (d *ToneDetector) Wipe() {
	held := d.down != 0
	*d = ToneDetector{}
	if held {
		d.down = wipedKey
	}
}

// wipedKey is held down after Wipe. It is none of the keys.
const wipedKey Key = 0xFFFF

// take follows the presses by one block.
func (d *ToneDetector) take(b block) (Key, bool) {
	switch {
	case !b.clear:
		d.run = 0
	case d.run > 0 && b.key == d.last.key && d.last.row.steadyTo(b.row) && d.last.col.steadyTo(b.col):
		d.run++
	default:
		d.run = 1
	}
	d.last = b
	if d.down == wipedKey && b.key != 0 {
		d.down = b.key
	}
	if b.key != 0 && b.key == d.down {
		d.misses = 0
		return 0, false
	}
	if d.misses++; d.misses >= blocksToRelease {
		d.down = 0
	}
	if d.run < blocksToPress {
		return 0, false
	}
	d.down, d.misses = b.key, 0
	return b.key, true
}

// examine tells what a block is. Most are told by their power or their rows alone.
func examine(samples *[blockSamples]float64) block {
	total := 0.0
	for _, x := range samples {
		total += x * x
	}
	if total < faintest*blockSamples {
		return block{}
	}
	row, rowOver := strongest(samples, 0)
	// A sine of full power has the coefficient power N/2 times its samples' squares.
	whole := total * blockSamples / 2
	if row.power() < whole*purity*held/(1+colOverRow/held) {
		return block{}
	}
	col, colOver := strongest(samples, 4)
	low, high := row.power(), col.power()
	meets := func(share float64) bool {
		return low*share <= high*rowOverCol && high*share <= low*colOverRow &&
			min(rowOver, colOver) >= overOthers*share && low+high >= whole*purity*share
	}
	if !meets(held) {
		return block{}
	}
	return block{Key(keypad[row.index*4+col.index-4]), meets(1), row, col}
}

// strongest returns the strongest of the four tones from first on, and how many times
// the power of the next one it has.
func strongest(samples *[blockSamples]float64, first int) (best tone, over float64) {
	second := 0.0
	for _, t := range measure(samples, first) {
		if t.power() > best.power() {
			best, second = t, best.power()
		} else {
			second = max(second, t.power())
		}
	}
	return best, best.power() / max(second, math.SmallestNonzeroFloat64)
}

// rotations are e^jω of the tones.
var rotations = func() (r [8]complex128) {
	for i, hz := range tonesHz {
		sin, cos := math.Sincos(2 * math.Pi * hz / sampleRateHz)
		r[i] = complex(cos, sin)
	}
	return r
}()

// measure returns the four tones from first on, by Goertzel's recursion. The four run
// together because each step of one waits for the step before.
func measure(samples *[blockSamples]float64, first int) [4]tone {
	r := rotations[first : first+4 : first+4]
	c0, c1, c2, c3 := 2*real(r[0]), 2*real(r[1]), 2*real(r[2]), 2*real(r[3])
	var a0, a1, a2, a3, b0, b1, b2, b3 float64
	for _, x := range samples {
		a0, b0 = x+c0*a0-b0, a0
		a1, b1 = x+c1*a1-b1, a1
		a2, b2 = x+c2*a2-b2, a2
		a3, b3 = x+c3*a3-b3, a3
	}
	// The coefficient, turned by the same angle in every block.
	end := func(i int, a, b float64) tone {
		return tone{first + i, complex(a-real(r[i])*b, imag(r[i])*b)}
	}
	return [4]tone{end(0, a0, b0), end(1, a1, b1), end(2, a2, b2), end(3, a3, b3)}
}

// steadyTo reports whether next, of the following block, is the same tone going on: as
// strong, and near its frequency. Over a block of N samples a tone of frequency f turns
// by 2πfN; what it turns more or less tells how far it is from f.
func (t tone) steadyTo(next tone) bool {
	before, after := t.power(), next.power()
	if after > before*unsteady || before > after*unsteady {
		return false
	}
	hz := tonesHz[t.index]
	turned := math.Atan2(imag(next.value), real(next.value)) - math.Atan2(imag(t.value), real(t.value))
	turns := turned/(2*math.Pi) - hz*blockSamples/sampleRateHz
	turns -= math.Round(turns)
	return math.Abs(turns)*sampleRateHz/blockSamples < hz*detuned
}
