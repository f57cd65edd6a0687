package main

import (
	"slices"
	"strings"
	"testing"

	"tsunagi/server/prompt"
)

// trace is what open_jtalk -ot writes for 「は、四円です。」, contexts shortened.
const trace = `
[Text analysis result]
は,助詞,係助詞,*,*,*,*,は,ハ,ワ,0/1,*,1
、,記号,読点,*,*,*,*,、,、,、,0/0,*,0
四,名詞,数,*,*,*,*,四,ヨ,ヨ,1/1,*,0
円,名詞,接尾,*,*,*,*,円,エン,エン,1/2,*,1
です,助動詞,*,*,*,*,*,です,デス,デス’,1/2,*,1
。,記号,句点,*,*,*,*,。,、,、,0/0,*,0

[Output label]
0 5550000 xx^xx-sil+w=a/A:xx
5550000 6400000 xx^sil-w+a=pau/A:-4+1+8
6400000 7100000 sil^w-a+pau=y/A:-4+1+8
7100000 9000000 w^a-pau+y=o/A:xx
9000000 9700000 a^pau-y+o=e/A:0+1+1
9700000 10900000 pau^y-o+e=N/A:0+1+1
10900000 11800000 y^o-e+N=d/A:0+1+1
11800000 12700000 o^e-N+d=e/A:0+1+1
12700000 13100000 e^N-d+e=s/A:0+1+1
13100000 13900000 N^d-e+s=U/A:0+1+1
13900000 15500000 d^e-s+U=sil/A:0+1+1
15500000 15900000 e^s-U+sil=xx/A:0+1+1
15900000 21100000 s^U-sil+xx=xx/A:xx

[Global parameter]
Sampring frequency                     ->    48000(Hz)
`

func TestParseTrace(t *testing.T) {
	s, err := parseTrace(trace)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.reading(), "ワ、ヨエンデス、"; got != want {
		t.Errorf("reading: got %s, want %s", got, want)
	}
	if got, want := s.phones[1], (phone{"w", 4440, 5120}); got != want {
		t.Errorf("first phone: got %v, want %v", got, want)
	}
	if got := len(s.phones); got != 13 {
		t.Errorf("got %d phones, want 13", got)
	}
}

func TestParseTraceRefusesWhatItDoesNotKnow(t *testing.T) {
	tests := []struct{ name, trace string }{
		{"empty", ""},
		{"no word", "[Output label]\n0 1 a^b-c+d=e\n0 1 a^b-c+d=e\n0 1 a^b-c+d=e\n"},
		{"morpheme without a reading", strings.Replace(trace, "四,名詞,数", "四", 1) + "[Text analysis result]\n四,名詞\n"},
		{"label without a phone", strings.Replace(trace, "sil^w-a+pau", "a", 1)},
		{"label without times", strings.Replace(trace, "6400000 7100000", "soon", 1)},
	}
	for _, tt := range tests {
		if _, err := parseTrace(tt.trace); err == nil {
			t.Errorf("%s: accepted", tt.name)
		}
	}
}

func TestNumeralIsCutBetweenThePauseAndItsNeighbour(t *testing.T) {
	s, err := parseTrace(trace)
	if err != nil {
		t.Fatal(err)
	}
	// The final ス is devoiced (U): it is the same phone.
	first, last, err := between(s.phones, strings.Fields("d e s u"))
	if err != nil || s.phones[first].name != "y" || s.phones[last].name != "N" {
		t.Errorf("got phones %d to %d, %v; want y to N", first, last, err)
	}
	if _, _, err := between(s.phones, strings.Fields("ky u u")); err == nil {
		t.Error("a neighbour that was not spoken is found")
	}
	if _, _, err := between(s.phones[4:], strings.Fields("d e s u")); err == nil {
		t.Error("a pause that was not made is found")
	}
}

func TestReadingMustAgreeWithOurTable(t *testing.T) {
	s, err := parseTrace(trace)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := checkReading(s.words, prompt.Numeral{Digit: 4, Place: 1, Yen: true}); err != nil || got != "ヨエン" {
		t.Errorf("got %s, %v; want ヨエン", got, err)
	}
	if _, err := checkReading(s.words, prompt.Numeral{Digit: 4, Place: 10, Yen: true}); err == nil {
		t.Error("ヨエン passes for よんじゅうえん")
	}
}

func TestKanjiOfNumerals(t *testing.T) {
	tests := []struct {
		numeral prompt.Numeral
		want    string
	}{
		{prompt.Numeral{Digit: 1, Place: 1, Yen: true}, "一円"},
		{prompt.Numeral{Digit: 1, Place: 10}, "十"},
		{prompt.Numeral{Digit: 3, Place: 100}, "三百"},
		{prompt.Numeral{Digit: 1, Place: 1000, Yen: true}, "千円"},
		{prompt.Numeral{Digit: 1, Place: 1000, Man: true, Yen: true}, "一千万円"},
		{prompt.Numeral{Digit: 1, Place: 100, Man: true}, "百万"},
	}
	for _, tt := range tests {
		if got := kanji(tt.numeral); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.numeral.Name(), got, tt.want)
		}
	}
	// Each numeral has a neighbour that fits, the first of which is used.
	for _, n := range prompt.Numerals() {
		fits := slices.ContainsFunc(neighbours, func(next neighbour) bool { return next.fits(n) })
		if !fits {
			t.Errorf("%s has no neighbour", n.Name())
		}
	}
}
