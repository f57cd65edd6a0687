package prompt

import (
	"strings"
	"testing"

	"tsunagi/shared/order"
)

func TestReading(t *testing.T) {
	tests := []struct {
		yen  order.Yen
		want string
	}{
		{1, "いちえん"},
		{2, "にえん"},
		{3, "さんえん"},
		{4, "よえん"},
		{5, "ごえん"},
		{6, "ろくえん"},
		{7, "ななえん"},
		{8, "はちえん"},
		{9, "きゅうえん"},
		{10, "じゅうえん"},
		{11, "じゅういちえん"},
		{14, "じゅうよえん"},
		{20, "にじゅうえん"},
		{44, "よんじゅうよえん"},
		{47, "よんじゅうななえん"},
		{90, "きゅうじゅうえん"},
		{100, "ひゃくえん"},
		{101, "ひゃくいちえん"},
		{200, "にひゃくえん"},
		{300, "さんびゃくえん"},
		{400, "よんひゃくえん"},
		{500, "ごひゃくえん"},
		{600, "ろっぴゃくえん"},
		{700, "ななひゃくえん"},
		{800, "はっぴゃくえん"},
		{900, "きゅうひゃくえん"},
		{1_000, "せんえん"},
		{1_100, "せんひゃくえん"},
		{2_000, "にせんえん"},
		{3_000, "さんぜんえん"},
		{3_300, "さんぜんさんびゃくえん"},
		{4_000, "よんせんえん"},
		{6_000, "ろくせんえん"},
		{6_600, "ろくせんろっぴゃくえん"},
		{8_000, "はっせんえん"},
		{8_800, "はっせんはっぴゃくえん"},
		{9_999, "きゅうせんきゅうひゃくきゅうじゅうきゅうえん"},
		{10_000, "いちまんえん"},
		{10_004, "いちまんよえん"},
		{11_000, "いちまんせんえん"},
		{11_111, "いちまんせんひゃくじゅういちえん"},
		{36_500, "さんまんろくせんごひゃくえん"},
		{40_000, "よんまんえん"},
		{44_444, "よんまんよんせんよんひゃくよんじゅうよえん"},
		{100_000, "じゅうまんえん"},
		{140_000, "じゅうよんまんえん"},
		{188_318, "じゅうはちまんはっせんさんびゃくじゅうはちえん"},
		{1_000_000, "ひゃくまんえん"},
		{3_000_000, "さんびゃくまんえん"},
		{6_080_000, "ろっぴゃくはちまんえん"},
		{8_000_000, "はっぴゃくまんえん"},
		{10_000_000, "いっせんまんえん"},
		{10_010_000, "せんいちまんえん"},
		{11_000_000, "せんひゃくまんえん"},
		{10_000_001, "いっせんまんいちえん"},
		{12_345_678, "せんにひゃくさんじゅうよんまんごせんろっぴゃくななじゅうはちえん"},
		{30_000_000, "さんぜんまんえん"},
		{80_000_000, "はっせんまんえん"},
		{83_603_800, "はっせんさんびゃくろくじゅうまんさんぜんはっぴゃくえん"},
		{99_999_999, "きゅうせんきゅうひゃくきゅうじゅうきゅうまんきゅうせんきゅうひゃくきゅうじゅうきゅうえん"},
		{0, ""},
		{-5, ""},
		{100_000_000, ""},
	}
	for _, tt := range tests {
		if got := Reading(tt.yen); got != tt.want {
			t.Errorf("Reading(%d): got %s, want %s", tt.yen, got, tt.want)
		}
	}
}

// words are the morphemes of Japanese numbers, longest first where one begins
// with another, independent of the tables under test.
var words = []struct {
	kana  string
	digit int // 0 for a place
	place int
}{
	{"ひゃく", 0, 100}, {"びゃく", 0, 100}, {"ぴゃく", 0, 100},
	{"じゅう", 0, 10}, {"せん", 0, 1000}, {"ぜん", 0, 1000}, {"まん", 0, 10_000}, {"えん", 0, 1},
	{"きゅう", 9, 0}, {"いち", 1, 0}, {"いっ", 1, 0}, {"に", 2, 0}, {"さん", 3, 0}, {"よん", 4, 0}, {"よ", 4, 0},
	{"ご", 5, 0}, {"ろく", 6, 0}, {"ろっ", 6, 0}, {"なな", 7, 0}, {"はち", 8, 0}, {"はっ", 8, 0},
}

// understand adds a reading up as a listener does; false if it is not a number.
func understand(reading string) (int, bool) {
	total, group, digit := 0, 0, 0
	for reading != "" {
		known := false
		for _, w := range words {
			rest, ok := strings.CutPrefix(reading, w.kana)
			if !ok {
				continue
			}
			known, reading = true, rest
			switch {
			case w.digit != 0:
				digit = w.digit
			case w.place == 10_000:
				total, group, digit = (group+digit)*10_000, 0, 0
			case w.place == 1:
				return total + group + digit, reading == ""
			default:
				group += max(digit, 1) * w.place
				digit = 0
			}
			break
		}
		if !known {
			return 0, false
		}
	}
	return 0, false
}

// wrongSounds may occur in no reading.
var wrongSounds = []string{
	"さんひゃく", "ろくひゃく", "はちひゃく", "さんせん", "はちせん", "いちせん", "いちひゃく", "いちじゅう",
	"よえんまん", "よまん", "よんえん", "よじゅう", "よひゃく", "よせん", "しち", "まんまん",
}

func TestReadingIsUnderstood(t *testing.T) {
	var amounts []order.Yen
	for n := order.Yen(1); n <= 20_000; n++ {
		amounts = append(amounts, n, n*5_000-1, n*4_999)
	}
	// A prime step visits every digit at every place.
	for n := order.Yen(1); n <= order.MaxYen; n += 4_001 {
		amounts = append(amounts, n)
	}
	for _, n := range amounts {
		if n > order.MaxYen {
			continue
		}
		reading := Reading(n)
		if got, ok := understand(reading); !ok || order.Yen(got) != n {
			t.Fatalf("%d is read %s, which is understood as %d (%t)", n, reading, got, ok)
		}
		for _, wrong := range wrongSounds {
			if strings.Contains(reading, wrong) {
				t.Fatalf("%d is read %s, with %s", n, reading, wrong)
			}
		}
		var names []Name
		for _, numeral := range Read(n) {
			names = append(names, numeral.Name())
		}
		if got, ok := Sum(names); !ok || got != n {
			t.Fatalf("the prompts of %d, %v, sum up to %d (%t)", n, names, got, ok)
		}
	}
}

func TestSumRefusesWhatIsNotAnAmount(t *testing.T) {
	tests := []struct {
		name  string
		names []Name
	}{
		{"nothing", nil},
		{"no yen at the end", []Name{"number-3-man"}},
		{"yen in the middle", []Name{"number-3-man-yen", "number-500-yen"}},
		{"a numeral lost in order", []Name{"number-500", "number-3000-yen"}},
		{"twice the same place", []Name{"number-500", "number-300-yen"}},
		{"not a numeral", []Name{"greeting"}},
		{"no such numeral", []Name{"number-11-yen"}},
		{"beyond every amount", []Name{"number-99999999999-man-yen"}},
		{"negative", []Name{"number--5-yen"}},
	}
	for _, tt := range tests {
		if got, ok := Sum(tt.names); ok {
			t.Errorf("%s: got %d, want refusal", tt.name, got)
		}
	}
}

func TestNumeralsAreAllThatAmountsNeed(t *testing.T) {
	listed := map[Numeral]bool{}
	names := map[Name]bool{}
	for _, n := range Numerals() {
		if listed[n] || names[n.Name()] {
			t.Errorf("%s is listed twice", n.Name())
		}
		listed[n], names[n.Name()] = true, true
	}
	used := map[Numeral]bool{}
	for high := range 10_000 {
		for _, amount := range []int{high, high * 10_000, high*10_000 + 1} {
			for _, n := range Read(order.Yen(amount)) {
				if used[n] = true; !listed[n] {
					t.Fatalf("%d needs %s, which is not listed", amount, n.Name())
				}
			}
		}
	}
	if len(used) != len(listed) {
		t.Errorf("%d numerals are listed, amounts use %d", len(listed), len(used))
	}
}
