package main

import (
	"strings"
	"testing"

	"tsunagi/server/prompt"
)

// durations is what flite -psdur writes for "is, one yen.".
const durations = "pau:0.200 ih:0.250 z:0.300 pau:0.500 w:0.550 ah:0.600 n:0.650 y:0.700 eh:0.750 n:0.800 pau:1.000 "

func TestParseDurations(t *testing.T) {
	s, err := parseDurations(durations)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.phones[4], (phone{"w", 4000, 4400}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := s.reading(), "ih z pau w ah n y eh n "; got != want {
		t.Errorf("reading: got %q, want %q", got, want)
	}
	first, last, err := between(s.phones, yenSounds)
	if err != nil || sounds(s.phones[first:last+1]) != "w ah n" {
		t.Errorf("got phones %d to %d, %v; want those of one", first, last, err)
	}
}

func TestParseDurationsRefusesWhatItDoesNotKnow(t *testing.T) {
	for name, line := range map[string]string{
		"empty":                   "",
		"no times":                "pau ih z pau",
		"times that go back":      "pau:0.2 ih:0.1 z:0.3 pau:0.4",
		"words instead of phones": "is one yen",
	} {
		if _, err := parseDurations(line); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// flite reads a long number as one only where it has commas.
func TestFigures(t *testing.T) {
	for _, row := range []struct {
		numeral prompt.EnglishNumeral
		want    string
	}{
		{prompt.EnglishNumeral{Value: 7, Scale: 1}, "7"},
		{prompt.EnglishNumeral{Value: 300, Scale: 1_000}, "300,000"},
		{prompt.EnglishNumeral{Value: 20, Scale: 1_000_000}, "20,000,000"},
	} {
		if got := figureOf(row.numeral); got != row.want {
			t.Errorf("%s: got %s, want %s", row.numeral.Words(), got, row.want)
		}
	}
}

// misread speaks figures otherwise than words.
type misread struct{}

func (misread) speak(text string) (spoken, error) {
	sound := "w ah n"
	if strings.Contains(text, "1") {
		sound = "w ah n z ih r ow"
	}
	return parseDurations("pau:0.1 ih:0.2 z:0.3 pau:0.4 " + strings.Join(strings.Fields(sound), ":0.5 ") + ":0.5 y:0.6 eh:0.7 n:0.8 pau:0.9")
}

func TestWordsAndFigureMustAgree(t *testing.T) {
	_, err := newEnglish(misread{}, misread{}).recite(prompt.Line{Name: "number-1", Text: "one"})
	if err == nil || !strings.Contains(err.Error(), "the figure") {
		t.Errorf("a numeral that is read in two ways passes: %v", err)
	}
}
