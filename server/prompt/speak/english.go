package main

import (
	"fmt"
	"strconv"
	"strings"

	"tsunagi/server/audio"
	"tsunagi/server/prompt"
)

// english recites the catalogue in English.
type english struct {
	sentences, amounts synthesizer

	numerals map[prompt.Name]prompt.EnglishNumeral
}

func newEnglish(sentences, amounts synthesizer) english {
	numerals := make(map[prompt.Name]prompt.EnglishNumeral)
	for _, n := range prompt.EnglishNumerals() {
		numerals[n.Name()] = n
	}
	return english{sentences, amounts, numerals}
}

// An amount as a numeral is spoken in it: behind a breath and before yen, whose first
// sound is neither a stop nor a hiss, so that the cut before it is not heard.
const (
	amountIs = "The amount to be paid is, "
	yen      = " yen."
)

// yenSounds is yen as flite pronounces it.
var yenSounds = []string{"y", "eh", "n"}

// recite makes one prompt in the way its kind needs.
func (e english) recite(line prompt.Line) (utterance, error) {
	if n, ok := e.numerals[line.Name]; ok {
		return e.numeral(n)
	}
	words := line.Spoken
	if words == "" {
		words = line.Text
	}
	switch line.Name {
	case prompt.AmountIs:
		return e.beforeAmount()
	case prompt.AmountEnd:
		return e.afterAmount()
	}
	return reciteSentences(e.sentences, words, ". ")
}

// amount speaks an amount and finds what stands between the breath and yen.
func (e english) amount(words string) (s spoken, first, last int, err error) {
	if s, err = e.amounts.speak(amountIs + words + yen); err != nil {
		return s, 0, 0, err
	}
	first, last, err = between(s.phones, yenSounds)
	return s, first, last, err
}

// numeral cuts a numeral out of an amount. The synthesizer reads the figure too, by
// its own rules: two opinions that must agree.
func (e english) numeral(n prompt.EnglishNumeral) (utterance, error) {
	s, first, last, err := e.amount(n.Words())
	if err != nil {
		return utterance{}, err
	}
	figure, from, to, err := e.amount(figureOf(n))
	if err != nil {
		return utterance{}, err
	}
	got, want := sounds(s.phones[first:last+1]), sounds(figure.phones[from:to+1])
	if got != want {
		return utterance{}, fmt.Errorf("read %q, the figure %q", got, want)
	}
	cut := s.pcm[s.phones[first].from:s.phones[last].to]
	return utterance{padStart(even(smooth(trim(cut), edge))), got}, nil
}

// figureOf is a numeral in figures, with the commas that make flite read them as one
// number.
func figureOf(n prompt.EnglishNumeral) string {
	figure := strconv.Itoa(n.Value)
	for scale := n.Scale; scale > 1; scale /= 1_000 {
		figure += ",000"
	}
	return figure
}

// beforeAmount makes the words that lead to any amount, with the tone of one that goes on.
func (e english) beforeAmount() (utterance, error) {
	s, first, _, err := e.amount("five hundred")
	if err != nil {
		return utterance{}, err
	}
	pause := s.phones[first-1]
	pcm := smooth(trim(s.pcm[:pause.from]), edge)
	return utterance{withMargins(pcm), sounds(s.phones[:first-1])}, nil
}

// afterAmount makes the yen that follows any amount.
func (e english) afterAmount() (utterance, error) {
	s, _, last, err := e.amount("five hundred")
	if err != nil {
		return utterance{}, err
	}
	pcm := even(smooth(trim(s.pcm[s.phones[last].to:]), edge))
	return utterance{padEnd(append(pcm, make([]int16, audio.Samples(margin))...)), strings.Join(yenSounds, " ")}, nil
}
