package prompt

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"tsunagi/server/audio"
	"tsunagi/shared/order"
)

// The embedded recordings are checked by measurement: nobody listens to 350
// files after each change. Levels are in dBFS.
const (
	ceiling  = -2.95 // no sample is above: G.711 and the line behind it have room
	loudness = -17.0 // of speech, its pauses left out
	quiet    = -48.0 // what lies below counts as silence
)

// pcmOf is a built-in recording as it lies in its file.
func pcmOf(t testing.TB, l order.Language, name Name) []int16 {
	t.Helper()
	file, err := recordings.ReadFile("voice/" + string(l) + "/" + string(name) + ".wav")
	if err != nil {
		t.Fatal(err)
	}
	pcm, rateHz, err := audio.ReadWAV(bytes.NewReader(file))
	if err != nil || rateHz != audio.SampleRateHz {
		t.Fatalf("%s: %d Hz, %v", name, rateHz, err)
	}
	return pcm
}

// forEachRecording runs check on every spoken prompt of every language.
func forEachRecording(t *testing.T, check func(t *testing.T, line Line, pcm []int16)) {
	for _, l := range order.Languages() {
		for _, line := range CatalogueIn(l) {
			if line.Text != "" {
				t.Run(string(l)+"/"+string(line.Name), func(t *testing.T) { check(t, line, pcmOf(t, l, line.Name)) })
			}
		}
	}
}

// isJoined tells whether a recording is a part of a sentence.
func isJoined(name Name) bool { return IsNumeral(name) || name == AmountEnd }

func TestLevels(t *testing.T) {
	forEachRecording(t, func(t *testing.T, line Line, pcm []int16) {
		lowest := -6.0
		if isJoined(line.Name) {
			lowest = -9.5 // so short a piece need not hold a strong vowel
		}
		if got := peak(pcm); got > ceiling || got < lowest {
			t.Errorf("peak is %.2f, want %.1f to %.2f", got, lowest, ceiling)
		}
		if got := speechLevel(pcm); math.Abs(got-loudness) > 0.5 {
			t.Errorf("loudness is %.2f, want %.1f", got, loudness)
		}
	})
}

func TestSilenceAtTheEndsOfSentences(t *testing.T) {
	forEachRecording(t, func(t *testing.T, line Line, pcm []int16) {
		lead, tail := silenceAtEnds(pcm)
		wantLead := 80 * time.Millisecond
		if line.Name == AmountEnd {
			wantLead = 0 // it follows 円 at once
		}
		if IsNumeral(line.Name) {
			return
		}
		if lead < wantLead-time.Millisecond || lead > wantLead+20*time.Millisecond {
			t.Errorf("begins with %v of silence, want %v", lead, wantLead)
		}
		// Up to 20 ms fill the last frame, and a whispered す fades into silence.
		if tail < 80*time.Millisecond || tail > 140*time.Millisecond {
			t.Errorf("ends with %v of silence, want 80ms", tail)
		}
	})
}

// A sentence is spoken with about seven morae a second in Japanese and four syllables
// in English; a cut or stuck one is not.
func TestLengths(t *testing.T) {
	forEachRecording(t, func(t *testing.T, line Line, pcm []int16) {
		length := time.Duration(len(pcm)) * time.Second / audio.SampleRateHz
		shortest, longest := 800*time.Millisecond, 15*time.Second
		if isJoined(line.Name) {
			shortest, longest = 200*time.Millisecond, 1200*time.Millisecond
			if strings.HasSuffix(string(line.Name), "-thousand") || strings.HasSuffix(string(line.Name), "-million") {
				longest = 1700 * time.Millisecond // up to six syllables
			}
		}
		if length < shortest || length > longest {
			t.Errorf("takes %v, want %v to %v", length, shortest, longest)
		}
		if len(pcm)%audio.FrameSamples != 0 {
			t.Errorf("%d samples are not whole frames", len(pcm))
		}
	})
}

// The telephone carries 300 to 3,400 Hz; what lies outside only costs loudness.
func TestBand(t *testing.T) {
	forEachRecording(t, func(t *testing.T, line Line, pcm []int16) {
		var inside, outside float64
		for hz := 100.0; hz < 4000; hz += 100 {
			power := spectrum(pcm, hz)
			if hz >= 300 && hz <= 3400 {
				inside += power
			}
			if hz <= 200 || hz >= 3600 {
				outside += power
			}
		}
		if ratio := 10 * math.Log10(outside/inside); ratio > -25 {
			t.Errorf("power outside of the band is %.1f dB of that inside, want under -25", ratio)
		}
	})
}

// Whatever two pieces meet in an amount, no hole over 60 ms is heard between them.
func TestNoGapWhereNumeralsMeet(t *testing.T) {
	leads, tails := map[Name]time.Duration{}, map[Name]time.Duration{}
	for _, n := range Numerals() {
		leads[n.Name()], tails[n.Name()] = silenceAtEnds(pcmOf(t, order.Japanese, n.Name()))
	}
	meet := func(a, b Name, lead time.Duration) {
		if gap := tails[a] + lead; gap > longestGap {
			t.Errorf("%s and %s: a gap of %v, want at most %v", a, b, gap, longestGap)
		}
	}
	end, _ := silenceAtEnds(pcmOf(t, order.Japanese, AmountEnd))
	for _, a := range Numerals() {
		if a.Yen {
			meet(a.Name(), AmountEnd, end)
			continue
		}
		for _, b := range Numerals() {
			meet(a.Name(), b.Name(), leads[b.Name()])
		}
	}
}

// longestGap is the longest silence between two pieces of an amount.
const longestGap = 60 * time.Millisecond

// The same in English, of pieces that may meet.
func TestNoGapWhereEnglishNumeralsMeet(t *testing.T) {
	leads, tails := map[Name]time.Duration{}, map[Name]time.Duration{}
	for _, n := range EnglishNumerals() {
		leads[n.Name()], tails[n.Name()] = silenceAtEnds(pcmOf(t, order.English, n.Name()))
	}
	end, _ := silenceAtEnds(pcmOf(t, order.English, AmountEnd))
	meet := func(a, b Name, lead time.Duration) {
		if gap := tails[a] + lead; gap > longestGap {
			t.Errorf("%s and %s: a gap of %v, want at most %v", a, b, gap, longestGap)
		}
	}
	for _, a := range EnglishNumerals() {
		meet(a.Name(), AmountEnd, end)
		for _, b := range EnglishNumerals() {
			if mayFollow(a, b) {
				meet(a.Name(), b.Name(), leads[b.Name()])
			}
		}
	}
}

// mayFollow tells whether an amount may have b right behind a.
func mayFollow(a, b EnglishNumeral) bool {
	switch {
	case a.Scale > 1:
		return b.Scale < a.Scale
	case a.Value >= 100:
		return b.Value < 100 && b.Scale <= 1_000
	case a.Value >= 20:
		return b.Value < 10
	}
	return false
}

func TestNoGapInsideAnAmount(t *testing.T) {
	v := load(t)
	amounts := []order.Yen{1, 4, 10, 108, 300, 648, 800, 1_000, 1_100, 3_300, 8_888, 9_999, 10_000, 12_345, 36_500,
		100_000, 333_333, 666_666, 888_888, 1_000_000, 3_060_080, 10_000_000, 12_345_678, 66_666_666, 88_888_888, 99_999_999}
	for _, amount := range amounts {
		var sound []int16
		for _, clip := range append(v.Amount(amount), v.Clip(AmountEnd)) {
			sound = append(sound, audio.DecodePCMU(clip.PCMU)...)
		}
		limit := 60 * time.Millisecond
		if strings.Contains(Reading(amount), "っ") {
			limit = 150 * time.Millisecond // a っ is a closed mouth for one mora: it is meant
		}
		lead, tail := silenceAtEnds(sound)
		inner := sound[audio.Samples(lead) : len(sound)-audio.Samples(tail)]
		if gap := longestSilence(inner); gap > limit {
			t.Errorf("%d (%s): a gap of %v, want at most %v", amount, Reading(amount), gap, limit)
		}
	}
}

// piece is the step in which silence is measured.
const piece = 5 * time.Millisecond

// silentPieces tells for each 5 ms of pcm whether it is silent.
func silentPieces(pcm []int16) []bool {
	var silent []bool
	for part := range slices.Chunk(pcm, audio.Samples(piece)) {
		silent = append(silent, power(part) < quiet)
	}
	return silent
}

func silenceAtEnds(pcm []int16) (lead, tail time.Duration) {
	silent := silentPieces(pcm)
	first := slices.Index(silent, false)
	slices.Reverse(silent)
	last := slices.Index(silent, false)
	return time.Duration(first) * piece, time.Duration(last) * piece
}

func longestSilence(pcm []int16) time.Duration {
	longest, run := 0, 0
	for _, silent := range silentPieces(pcm) {
		if run++; !silent {
			run = 0
		}
		longest = max(longest, run)
	}
	return time.Duration(longest) * piece
}

func peak(pcm []int16) float64 {
	var loudest float64
	for _, s := range pcm {
		loudest = max(loudest, math.Abs(float64(s)))
	}
	return 20 * math.Log10(loudest/32768)
}

// power is the mean power of pcm.
func power(pcm []int16) float64 {
	var sum float64
	for _, s := range pcm {
		sum += float64(s) * float64(s)
	}
	return 10 * math.Log10(sum/float64(len(pcm))/(32768*32768))
}

// speechLevel is the mean power of the frames that are at most 30 dB below the
// strongest: of speech without its pauses.
func speechLevel(pcm []int16) float64 {
	var levels []float64
	for frame := range slices.Chunk(pcm, audio.FrameSamples) {
		levels = append(levels, power(frame))
	}
	strongest := slices.Max(levels)
	var sum, count float64
	for _, level := range levels {
		if level >= strongest-30 {
			sum += math.Pow(10, level/10)
			count++
		}
	}
	return 10 * math.Log10(sum/count)
}

// spectrum is the power of pcm at one frequency (Goertzel), measured on each
// tenth block of 20 ms.
func spectrum(pcm []int16, hz float64) float64 {
	coefficient := 2 * math.Cos(2*math.Pi*hz/audio.SampleRateHz)
	var sum float64
	for at := 0; at < len(pcm); at += 10 * audio.FrameSamples {
		block := pcm[at : at+audio.FrameSamples]
		var s1, s2 float64
		for i, s := range block {
			window := 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/float64(len(block)))
			s1, s2 = window*float64(s)+coefficient*s1-s2, s1
		}
		sum += s1*s1 + s2*s2 - coefficient*s1*s2
	}
	return sum
}
