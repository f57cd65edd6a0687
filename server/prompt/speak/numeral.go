package main

import (
	"fmt"
	"slices"
	"strings"

	"tsunagi/server/audio"
	"tsunagi/server/prompt"
)

// neighbour is what a numeral is spoken before.
type neighbour struct {
	fits   func(prompt.Numeral) bool
	words  string
	phones string
}

// A numeral is spoken behind a breath and before a neighbour, as in an amount,
// and is cut out between the two; the first neighbour that fits is taken. It
// begins with a closure of the mouth, which is as good as silence: キュウ, or ゴ
// after ヒャク, whose ク would lose its voice before another K. Numerals with 円
// stand before です.
var neighbours = []neighbour{
	{func(n prompt.Numeral) bool { return n.Yen }, "です。", "d e s u"},
	{func(n prompt.Numeral) bool { return n.Man }, "九千円です。", "ky u u s e N e N d e s u"},
	{func(n prompt.Numeral) bool { return n.Place == 100 }, "五十円です。", "g o j u u e N d e s u"},
	{func(prompt.Numeral) bool { return true }, "九十円です。", "ky u u j u u e N d e s u"},
}

// before makes an amount's first words, so that the numeral starts after a breath.
const before = "お支払い金額は、"

func reciteNumeral(s *jtalk, n prompt.Numeral) (utterance, error) {
	at := slices.IndexFunc(neighbours, func(next neighbour) bool { return next.fits(n) })
	next := neighbours[at]
	spoken, err := s.speak(before + kanji(n) + next.words)
	if err != nil {
		return utterance{}, err
	}
	first, last, err := between(spoken.phones, strings.Fields(next.phones))
	if err != nil {
		return utterance{}, err
	}
	reading, err := checkReading(spoken.words, n)
	if err != nil {
		return utterance{}, err
	}
	cut := spoken.pcm[spoken.phones[first].from:spoken.phones[last].to]
	return utterance{padStart(even(smooth(trim(cut), edge))), reading}, nil
}

// reciteEnd makes the です that follows any amount: the one behind 円.
func reciteEnd(s *jtalk) (utterance, error) {
	spoken, err := s.speak(before + "五百円です。")
	if err != nil {
		return utterance{}, err
	}
	_, last, err := between(spoken.phones, strings.Fields("d e s u"))
	if err != nil {
		return utterance{}, err
	}
	pcm := even(smooth(trim(spoken.pcm[spoken.phones[last].to:]), edge))
	return utterance{padEnd(append(pcm, make([]int16, audio.Samples(margin))...)), "デス、"}, nil
}

// between finds the phones from the last pause up to those of the neighbour.
func between(phones []phone, neighbour []string) (first, last int, err error) {
	isPause := func(p phone) bool { return p.name == "pau" }
	start := len(phones) - 1
	for start >= 0 && !isPause(phones[start]) {
		start--
	}
	end := len(phones) - 1 - len(neighbour) // the very last one is silence
	if start < 0 || end <= start+1 {
		return 0, 0, fmt.Errorf("no numeral between a pause and %v", neighbour)
	}
	got := phones[end : len(phones)-1]
	same := slices.EqualFunc(got, neighbour, func(p phone, name string) bool {
		return strings.EqualFold(p.name, name) // a capital vowel is a devoiced one
	})
	if !same {
		return 0, 0, fmt.Errorf("neighbour is spoken %v, want %v", got, neighbour)
	}
	return start + 1, end - 1, nil
}

// checkReading tells whether the words from the last pause on begin with the
// numeral as our own table reads it: two opinions that must agree.
func checkReading(words []string, n prompt.Numeral) (string, error) {
	words = words[:len(words)-1] // 。
	at := len(words)
	for at > 0 && words[at-1] != "、" {
		at--
	}
	got, want := strings.Join(words[at:], ""), katakana(n.Kana())
	if !strings.HasPrefix(got, want) {
		return "", fmt.Errorf("read %s, want it to begin with %s", got, want)
	}
	return want, nil
}

// katakana is kana as the synthesizer writes it: ー for a long ウ.
func katakana(kana string) string {
	shift := func(r rune) rune {
		if r >= 'ぁ' && r <= 'ん' {
			return r + 'ァ' - 'ぁ'
		}
		return r
	}
	return strings.ReplaceAll(strings.Map(shift, kana), "ュウ", "ュー")
}

// kanji is the numeral in the letters that the dictionary knows best.
func kanji(n prompt.Numeral) string {
	digit := []rune("〇一二三四五六七八九")[n.Digit]
	place := map[int]string{1: "", 10: "十", 100: "百", 1000: "千"}[n.Place]
	words := place
	// 百 is not 一百; 一千万 is いっせんまん, but 千 alone is せん.
	if n.Digit > 1 || n.Place == 1 || n.Place == 1000 && n.Man {
		words = string(digit) + place
	}
	if n.Man {
		words += "万"
	}
	if n.Yen {
		words += "円"
	}
	return words
}
