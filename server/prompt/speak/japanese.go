package main

import "tsunagi/server/prompt"

// japanese recites the catalogue in Japanese.
type japanese struct {
	*jtalk
	numerals map[prompt.Name]prompt.Numeral
}

func newJapanese(s *jtalk) japanese {
	numerals := make(map[prompt.Name]prompt.Numeral)
	for _, n := range prompt.Numerals() {
		numerals[n.Name()] = n
	}
	return japanese{s, numerals}
}

// recite makes one prompt in the way its kind needs.
func (j japanese) recite(line prompt.Line) (utterance, error) {
	if n, ok := j.numerals[line.Name]; ok {
		return reciteNumeral(j.jtalk, n)
	}
	if line.Name == prompt.AmountEnd {
		return reciteEnd(j.jtalk)
	}
	words := line.Spoken
	if words == "" {
		words = line.Text
	}
	return reciteSentences(j, words, "。")
}
