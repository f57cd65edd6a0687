package prompt

import (
	"slices"
	"strconv"
	"strings"

	"tsunagi/shared/order"
)

// Numeral is one piece of a spoken amount: a digit with its place, and the 万
// and 円 that are spoken in the same breath. 36,500 yen are the three numerals
// さんまん, ろくせん, ごひゃくえん. The zero value is no numeral.
type Numeral struct {
	Digit int  // 1 to 9
	Place int  // 1, 10, 100 or 1,000
	Man   bool // 万 follows: the last numeral of the ten-thousands
	Yen   bool // 円 follows: the last numeral of the amount
}

// Read is how an amount of 1 to order.MaxYen is spoken; nil for any other.
func Read(n order.Yen) []Numeral {
	if n < order.MinYen || n > order.MaxYen {
		return nil
	}
	numerals := readGroup(int(n / 10_000))
	if len(numerals) > 0 {
		numerals[len(numerals)-1].Man = true
	}
	numerals = append(numerals, readGroup(int(n%10_000))...)
	numerals[len(numerals)-1].Yen = true
	return numerals
}

// readGroup is the numerals of up to four digits; none for 0.
func readGroup(n int) []Numeral {
	var numerals []Numeral
	for _, place := range places {
		if digit := n / place % 10; digit != 0 {
			numerals = append(numerals, Numeral{Digit: digit, Place: place})
		}
	}
	return numerals
}

var places = []int{1000, 100, 10, 1}

// Reading is an amount in kana as it is spoken, with 円: 300 is さんびゃくえん.
// It is empty where Read is nil.
func Reading(n order.Yen) string {
	var kana strings.Builder
	for _, numeral := range Read(n) {
		kana.WriteString(numeral.Kana())
	}
	return kana.String()
}

// The readings of a digit at its place, with the changes of sound.
var kana = map[int][10]string{
	1:    {1: "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう"},
	10:   {1: "じゅう", "にじゅう", "さんじゅう", "よんじゅう", "ごじゅう", "ろくじゅう", "ななじゅう", "はちじゅう", "きゅうじゅう"},
	100:  {1: "ひゃく", "にひゃく", "さんびゃく", "よんひゃく", "ごひゃく", "ろっぴゃく", "ななひゃく", "はっぴゃく", "きゅうひゃく"},
	1000: {1: "せん", "にせん", "さんぜん", "よんせん", "ごせん", "ろくせん", "ななせん", "はっせん", "きゅうせん"},
}

// Kana is the numeral as it is spoken.
func (n Numeral) Kana() string {
	s := kana[n.Place][n.Digit]
	switch {
	case n.Man && n.Digit == 1 && n.Place == 1000:
		s = "いっせん" // 1,000万 is いっせんまん; 1,000 and 1,100万 begin with せん
	case n.Yen && !n.Man && n.Digit == 4 && n.Place == 1:
		s = "よ" // 4円 is よえん
	}
	if n.Man {
		s += "まん"
	}
	if n.Yen {
		s += "えん"
	}
	return s
}

// The parts of a numeral's name.
const (
	numberPrefix = "number-"
	manSuffix    = "-man"
	yenSuffix    = "-yen"
)

// Name is the numeral's prompt: "number-3000", "number-3-man", "number-500-yen",
// "number-200-man-yen".
func (n Numeral) Name() Name {
	name := numberPrefix + strconv.Itoa(n.Digit*n.Place)
	if n.Man {
		name += manSuffix
	}
	if n.Yen {
		name += yenSuffix
	}
	return Name(name)
}

// Numerals lists every numeral an amount can be made of, by place and digit. A
// digit at place 1 always has 万 or 円 behind it.
func Numerals() []Numeral {
	var all []Numeral
	for _, place := range places {
		for digit := 1; digit <= 9; digit++ {
			for _, n := range []Numeral{
				{digit, place, false, false},
				{digit, place, true, false},
				{digit, place, false, true},
				{digit, place, true, true},
			} {
				if place > 1 || n.Man || n.Yen {
					all = append(all, n)
				}
			}
		}
	}
	return all
}

// IsNumeral tells whether a prompt is a piece of an amount.
func IsNumeral(name Name) bool { return strings.HasPrefix(string(name), numberPrefix) }

// Sum is the amount that was spoken with these prompts, in order, in any language. It
// is false unless they are exactly the numerals with which the amount is read.
func Sum(names []Name) (order.Yen, bool) {
	if len(names) > 0 && !strings.HasSuffix(string(names[len(names)-1]), yenSuffix) {
		return sumEnglish(names)
	}
	var sum, man int
	for _, name := range names {
		s, isNumber := strings.CutPrefix(string(name), numberPrefix)
		s, yen := strings.CutSuffix(s, yenSuffix)
		s, ends := strings.CutSuffix(s, manSuffix)
		value, err := strconv.Atoi(s)
		if !isNumber || err != nil || value > 9000 {
			return 0, false
		}
		if sum += value; ends {
			man, sum = sum, 0
		}
		if yen {
			break
		}
	}
	amount := order.Yen(man*10_000 + sum)
	return amount, slices.Equal(names, namesOf(order.Japanese, amount)) && len(names) > 0
}
