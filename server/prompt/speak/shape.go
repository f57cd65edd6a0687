package main

import (
	"math"
	"slices"
	"time"

	"tsunagi/server/audio"
)

// How finished prompts sound. Levels are in dBFS.
const (
	margin = 80 * time.Millisecond  // of silence at both ends of a sentence
	breath = 320 * time.Millisecond // between two sentences
	edge   = 6 * time.Millisecond   // fade at a cut

	targetLevel = -17.0 // loudness of speech, its pauses left out
	ceiling     = -3.0  // no sample is above
	inaudible   = -48.0 // what lies below at an end is cut off
)

func fromDB(db float64) float64 { return math.Pow(10, db/20) }

func toDB(ratio float64) float64 { return 20 * math.Log10(ratio) }

const fullScale = 32768

// peak is the level of the loudest sample.
func peak(pcm []int16) float64 {
	var loudest float64
	for _, s := range pcm {
		loudest = max(loudest, math.Abs(float64(s)))
	}
	return toDB(loudest / fullScale)
}

// level is the loudness of speech: the mean power of those 20 ms pieces that are
// at most 30 dB below the strongest, so that pauses do not count.
func level(pcm []int16) float64 {
	var levels []float64
	for piece := range slices.Chunk(pcm, audio.FrameSamples) {
		levels = append(levels, power(piece))
	}
	loudest := slices.Max(levels)
	var sum, count float64
	for _, l := range levels {
		if l >= loudest-30 {
			sum += math.Pow(10, l/10)
			count++
		}
	}
	return 10 * math.Log10(sum/count)
}

// power is the mean power of pcm.
func power(pcm []int16) float64 {
	var sum float64
	for _, s := range pcm {
		sum += float64(s) * float64(s)
	}
	return 10 * math.Log10(sum/float64(len(pcm))/(fullScale*fullScale))
}

// even brings pcm to targetLevel with no peak over the ceiling. The limiter
// takes a little loudness away, so it is done again until it fits.
func even(pcm []int16) []int16 {
	gain := 0.0
	var done []int16
	for range 8 {
		gain += targetLevel - level(limit(pcm, gain))
		done = limit(pcm, gain)
	}
	return done
}

// limit amplifies by gain dB and turns down what would pass the ceiling, starting
// 5 ms ahead of it and gently, so that the wave keeps its shape.
func limit(pcm []int16, gain float64) []int16 {
	reach := audio.Samples(5 * time.Millisecond)
	top, factor := fromDB(ceiling)*fullScale, fromDB(gain)
	allowed := make([]float64, len(pcm)+2*reach)
	for i := range allowed {
		allowed[i] = 1
		if at := i - reach; at >= 0 && at < len(pcm) {
			allowed[i] = min(1, top/max(1, factor*math.Abs(float64(pcm[at]))))
		}
	}
	// The least gain of a window, averaged over the same window, is never more than
	// any sample in it allows.
	least := make([]float64, len(pcm)+reach)
	for i := range least {
		least[i] = slices.Min(allowed[i : i+reach+1])
	}
	out := make([]int16, len(pcm))
	for i, s := range pcm {
		var mean float64
		for _, g := range least[i : i+reach] {
			mean += g
		}
		out[i] = int16(math.Round(float64(s) * factor * mean / float64(reach)))
	}
	return out
}

// trim cuts what cannot be heard off both ends.
func trim(pcm []int16) []int16 {
	audible := level(pcm) - targetLevel + inaudible
	step, window := audio.Samples(time.Millisecond), audio.Samples(5*time.Millisecond)
	heard := func(at int) bool { return power(pcm[at:at+window]) > audible }
	from, to := 0, len(pcm)
	for from+window < to && !heard(from) {
		from += step
	}
	for to-window > from && !heard(to-window) {
		to -= step
	}
	return pcm[from:to]
}

// smooth fades both ends over d, so that a cut does not click.
func smooth(pcm []int16, d time.Duration) []int16 {
	pcm = slices.Clone(pcm)
	ramp := min(audio.Samples(d), len(pcm)/2)
	for i := range ramp {
		factor := (float64(i) + 0.5) / float64(ramp)
		pcm[i] = int16(float64(pcm[i]) * factor)
		last := len(pcm) - 1 - i
		pcm[last] = int16(float64(pcm[last]) * factor)
	}
	return pcm
}

// padEnd and padStart fill up to whole frames. A numeral is filled at its start,
// where an amount has its breaks, so that 円 and です stay close.
func padEnd(pcm []int16) []int16 { return append(pcm, make([]int16, missing(pcm))...) }

func padStart(pcm []int16) []int16 { return append(make([]int16, missing(pcm)), pcm...) }

func missing(pcm []int16) int {
	return (audio.FrameSamples - len(pcm)%audio.FrameSamples) % audio.FrameSamples
}
