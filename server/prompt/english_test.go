package prompt

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"tsunagi/shared/order"
)

func TestEnglishReading(t *testing.T) {
	for _, row := range []struct {
		yen  order.Yen
		want string
	}{
		{1, "one yen"},
		{7, "seven yen"},
		{10, "ten yen"},
		{11, "eleven yen"},
		{13, "thirteen yen"},
		{19, "nineteen yen"},
		{20, "twenty yen"},
		{42, "forty two yen"},
		{99, "ninety nine yen"},
		{100, "one hundred yen"},
		{101, "one hundred one yen"},
		{119, "one hundred nineteen yen"},
		{648, "six hundred forty eight yen"},
		{1_000, "one thousand yen"},
		{1_001, "one thousand one yen"},
		{10_000, "ten thousand yen"},
		{12_345, "twelve thousand three hundred forty five yen"},
		{36_500, "thirty six thousand five hundred yen"},
		{100_000, "one hundred thousand yen"},
		{215_000, "two hundred fifteen thousand yen"},
		{1_000_000, "one million yen"},
		{3_060_080, "three million sixty thousand eighty yen"},
		{10_000_001, "ten million one yen"},
		{80_000_000, "eighty million yen"},
		{99_999_999, "ninety nine million nine hundred ninety nine thousand nine hundred ninety nine yen"},
		{0, ""},
		{-5, ""},
		{100_000_000, ""},
	} {
		if got := EnglishReading(row.yen); got != row.want {
			t.Errorf("EnglishReading(%d): got %q, want %q", row.yen, got, row.want)
		}
	}
}

// englishWords are what English numbers are made of, independent of the tables under test.
var englishWords = map[string]int{
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
	"eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
	"eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
	"seventy": 70, "eighty": 80, "ninety": 90,
}

// understandEnglish adds a reading up as a listener does; false if it is not a number.
func understandEnglish(reading string) (int, bool) {
	words, yen := strings.CutSuffix(reading, " yen")
	total, group := 0, 0
	for _, word := range strings.Fields(words) {
		value, known := englishWords[word]
		switch {
		case known:
			group += value
		case word == "hundred" && group > 0 && group < 10:
			group *= 100
		case word == "thousand" && group > 0:
			total, group = total+group*1_000, 0
		case word == "million" && group > 0:
			total, group = total+group*1_000_000, 0
		default:
			return 0, false
		}
	}
	return total + group, yen
}

func TestEnglishReadingIsUnderstood(t *testing.T) {
	check := func(n order.Yen) {
		if got, ok := understandEnglish(EnglishReading(n)); !ok || order.Yen(got) != n {
			t.Fatalf("%d is read %q, which is understood as %d (%t)", n, EnglishReading(n), got, ok)
		}
		if got, ok := Sum(namesOf(order.English, n)); !ok || got != n {
			t.Fatalf("the prompts of %d, %v, sum up to %d (%t)", n, namesOf(order.English, n), got, ok)
		}
	}
	for n := order.Yen(1); n <= 3_000; n++ {
		check(n)
		check(n * 33_333)
	}
	for n := order.Yen(1); n <= order.MaxYen; n += 40_009 { // a prime step visits every digit at every place
		check(n)
	}
}

func TestEnglishSumRefusesWhatIsNotAnAmount(t *testing.T) {
	for name, names := range map[string][]Name{
		"the pieces in the wrong order": {"number-500", "number-36-thousand"},
		"a numeral lost in order":       {"number-6", "number-30"},
		"no such numeral":               {"number-36"},
		"a sentence":                    {"greeting"},
		"twice the same place":          {"number-5", "number-6"},
		"a Japanese numeral before":     {"number-3-man", "number-500"},
	} {
		if got, ok := Sum(names); ok {
			t.Errorf("%s: got %d, want refusal", name, got)
		}
	}
}

func TestEnglishNumeralsAreAllThatAmountsNeed(t *testing.T) {
	listed, used := map[Name]bool{}, map[Name]bool{}
	for _, n := range EnglishNumerals() {
		if listed[n.Name()] {
			t.Errorf("%s is listed twice", n.Name())
		}
		listed[n.Name()] = true
	}
	for high := range order.Yen(1_000) {
		for _, amount := range []order.Yen{high, high * 1_000, high % 100 * 1_000_000} {
			for _, name := range namesOf(order.English, amount) {
				if used[name] = true; !listed[name] {
					t.Fatalf("%d needs %s, which is not listed", amount, name)
				}
			}
		}
	}
	if len(used) != len(listed) {
		t.Errorf("%d numerals are listed, amounts use %d", len(listed), len(used))
	}
}

var englishVoice = sync.OnceValues(func() (*Voice, error) { return LoadIn(order.English, nil) })

// A listener makes of the English voice what was said with it.
func TestEarHearsEnglish(t *testing.T) {
	v, err := englishVoice()
	if err != nil {
		t.Fatal(err)
	}
	if v.Language() != order.English {
		t.Errorf("the voice speaks %s", v.Language())
	}
	for _, name := range NamesIn(order.English) {
		if name == MerchantName {
			continue
		}
		if v.Clip(name) == nil {
			t.Fatalf("%s has no clip", name)
		}
		if got := listen(v.Ear(), payloads(v.Say(name), pcmu)); !slices.Equal(got, []Name{name}) {
			t.Errorf("%s is heard as %v", name, got)
		}
	}
	for amount := order.Yen(7); amount <= order.MaxYen; amount = amount*3 + 1 {
		if got, ok := Sum(listen(v.Ear(), payloads(v.Amount(amount), pcma))); !ok || got != amount {
			t.Errorf("%d is heard as %d (%t)", amount, got, ok)
		}
	}
	if _, err := LoadIn("fr", nil); err == nil {
		t.Error("a language that nobody speaks here was loaded")
	}
}
