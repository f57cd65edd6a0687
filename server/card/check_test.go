package card

import (
	"strings"
	"testing"
	"time"
)

// keyed is a vault into which the entry was keyed; spaces are for the reader.
func keyed(entries map[Field]string) *Vault {
	v := NewVault()
	for _, f := range Fields() {
		for _, digit := range []byte(strings.ReplaceAll(entries[f], " ", "")) {
			v.Keep(f, digit)
		}
	}
	return v
}

func TestCheckCardNumber(t *testing.T) {
	usual := []Brand{VISA, Mastercard, JCB, AMEX, Diners}
	for _, row := range []struct {
		name   string
		number string
		open   Finding // while more digits may follow
		ended  Finding // after # or the time-out
	}{
		{"nothing yet", "", Incomplete, Nothing},
		{"the wish for the operator", "0", Incomplete, Zero},
		{"two zeros are no wish", "00", Incomplete, TooShort},
		{"11 digits", "4111 1111 111", Incomplete, TooShort},

		{"VISA of 16", "4111 1111 1111 1111", Valid, Valid},
		{"VISA of 16, mistyped", "4111 1111 1111 1112", Incomplete, CheckDigit},
		{"VISA of 13", "4222 2222 2222 2", Incomplete, Valid},
		{"VISA of 13, mistyped", "4222 2222 2222 3", Incomplete, CheckDigit},
		{"VISA of 19", "4000 0000 0000 0000 006", Valid, Valid},
		{"VISA of 19, mistyped", "4000 0000 0000 0000 007", CheckDigit, CheckDigit},
		{"VISA of 14", "4111 1111 1111 11", Incomplete, TooShort},
		{"VISA of 17", "4111 1111 1111 1112 3", Incomplete, TooLong},

		{"Mastercard", "5555 5555 5555 4444", Valid, Valid},
		{"Mastercard of the 2-series", "2223 0031 2200 3222", Valid, Valid},
		{"Mastercard, mistyped: cannot be longer", "5555 5555 5555 4445", CheckDigit, CheckDigit},
		{"Mastercard of 15", "5555 5555 5555 444", Incomplete, TooShort},
		{"JCB", "3528 0000 0000 0007", Valid, Valid},
		{"AMEX", "3782 8224 6310 005", Valid, Valid},
		{"AMEX, mistyped", "3782 8224 6310 006", CheckDigit, CheckDigit},
		{"AMEX of 14", "3782 8224 6310 00", Incomplete, TooShort},
		{"Diners of 14", "3666 6666 6666 60", Valid, Valid},
		{"Diners 30 of 14 may go on to 16", "3056 9309 0259 04", Incomplete, Valid},
		{"Diners 38 of 15", "3852 0000 0232 371", Incomplete, TooLong},

		{"Discover, not taken", "6011 1111 1111 1117", BrandRefused, BrandRefused},
		{"UnionPay, not taken, may go on to 19", "6200 0000 0000 0005", Incomplete, BrandRefused},
		{"UnionPay of 19, not taken", "6200 0000 0000 0000 003", BrandRefused, BrandRefused},
		{"nobody's", "9111 1111 1111 1110", Incomplete, BrandUnknown},
		{"nobody's of 12", "5018 0000 0009", Incomplete, BrandUnknown},
		{"nobody's of 19", "9111 1111 1111 1111 111", BrandUnknown, BrandUnknown},
		{"20 digits", "4111 1111 1111 1111 1111", TooLong, TooLong},
		{"50 digits", strings.Repeat("4", 50), TooLong, TooLong},
	} {
		t.Run(row.name, func(t *testing.T) {
			v := keyed(map[Field]string{CardNumber: row.number})
			if got := v.Check(CardNumber, Rules{Brands: usual}); got != row.open {
				t.Errorf("while it is keyed: got %s, want %s", got, row.open)
			}
			if got := v.Check(CardNumber, Rules{Brands: usual, Ended: true}); got != row.ended {
				t.Errorf("ended: got %s, want %s", got, row.ended)
			}
		})
	}
}

// Every test card of the gateway is taken while it is keyed, and not before its end.
func TestNumbersEndByThemselves(t *testing.T) {
	for number, brand := range map[string]Brand{
		"4111111111111111": VISA, "5555555555554444": Mastercard, "3528000000000007": JCB,
		"378282246310005": AMEX, "36666666666660": Diners,
		"6011111111111117": Discover, "6200000000000000000": UnionPay, "8100000000000000000": UnionPay,
	} {
		v := NewVault()
		for i, digit := range []byte(number) {
			v.Keep(CardNumber, digit)
			want := Incomplete
			if i == len(number)-1 {
				want = Valid
			}
			if got := v.Check(CardNumber, Rules{Brands: Brands()}); got != want {
				t.Errorf("%s after %d digits: got %s, want %s", brand, i+1, got, want)
			}
		}
		if got := v.Brand(); got != brand {
			t.Errorf("got brand %s, want %s", got, brand)
		}
	}
}

// The edges of every range, and what lies beside them.
func TestBrand(t *testing.T) {
	for _, row := range []struct {
		iin  string
		want Brand
	}{
		{"222099", ""}, {"222100", Mastercard}, {"272099", Mastercard}, {"272100", ""},
		{"299999", ""}, {"300000", Diners}, {"305999", Diners}, {"306000", ""},
		{"308999", ""}, {"309000", Diners}, {"309999", Diners}, {"310000", ""},
		{"339999", ""}, {"340000", AMEX}, {"349999", AMEX}, {"350000", ""},
		{"352799", ""}, {"352800", JCB}, {"358999", JCB}, {"359000", ""},
		{"360000", Diners}, {"369999", Diners}, {"370000", AMEX}, {"379999", AMEX},
		{"380000", Diners}, {"399999", Diners}, {"400000", VISA}, {"499999", VISA},
		{"500000", ""}, {"509999", ""}, {"510000", Mastercard}, {"559999", Mastercard}, {"560000", ""},
		{"601099", ""}, {"601100", Discover}, {"601199", Discover}, {"601200", ""},
		{"619999", ""}, {"620000", UnionPay}, {"622126", UnionPay}, {"629999", UnionPay}, {"630000", ""},
		{"643999", ""}, {"644000", Discover}, {"659999", Discover}, {"660000", ""},
		{"809999", ""}, {"810000", UnionPay}, {"819999", UnionPay}, {"820000", ""},
		{"41111", ""}, {"", ""},
	} {
		if got := keyed(map[Field]string{CardNumber: row.iin}).Brand(); got != row.want {
			t.Errorf("%q: got %q, want %q", row.iin, got, row.want)
		}
	}
}

func TestRangesAreInOrder(t *testing.T) {
	end := 0
	for _, r := range iinRanges {
		if r.first <= end || r.last < r.first {
			t.Errorf("%s %d to %d overlaps or is out of order", r.brand, r.first, r.last)
		}
		end = r.last
		for i, length := range r.lengths {
			if length < shortestNumber || length > longestNumber || i > 0 && length <= r.lengths[i-1] {
				t.Errorf("%s %d: lengths %v", r.brand, r.first, r.lengths)
			}
		}
	}
}

func TestCheckExpiry(t *testing.T) {
	now := Month{2026, time.November}
	for _, row := range []struct {
		name  string
		mmyy  string
		open  Finding
		ended Finding
	}{
		{"nothing yet", "", Incomplete, Nothing},
		{"three digits", "123", Incomplete, TooShort},
		{"a zero is no wish here", "0", Incomplete, TooShort},
		{"next month", "1226", Valid, Valid},
		{"this month, to its end", "1126", Valid, Valid},
		{"last month", "1026", Expired, Expired},
		{"last year", "1225", Expired, Expired},
		{"January of next year", "0127", Valid, Valid},
		{"the year 2000", "0100", Expired, Expired},
		{"the gateway's AG41", "0299", Valid, Valid},
		{"the gateway's AG51", "0398", Valid, Valid},
		{"month 13", "1330", NoSuchMonth, NoSuchMonth},
		{"month 0", "0030", NoSuchMonth, NoSuchMonth},
		{"keyed as YYMM", "3012", NoSuchMonth, NoSuchMonth},
		{"five digits", "12300", TooLong, TooLong},
	} {
		t.Run(row.name, func(t *testing.T) {
			v := keyed(map[Field]string{Expiry: row.mmyy})
			if got := v.Check(Expiry, Rules{Now: now}); got != row.open {
				t.Errorf("while it is keyed: got %s, want %s", got, row.open)
			}
			if got := v.Check(Expiry, Rules{Now: now, Ended: true}); got != row.ended {
				t.Errorf("ended: got %s, want %s", got, row.ended)
			}
		})
	}
}

// A card expires at midnight in Japan, wherever the server stands.
func TestMonthOf(t *testing.T) {
	for _, row := range []struct {
		at   string
		want Month
	}{
		{"2026-11-30T14:59:59Z", Month{2026, time.November}},
		{"2026-11-30T15:00:00Z", Month{2026, time.December}},
		{"2026-12-31T23:59:59+09:00", Month{2026, time.December}},
		{"2026-12-31T15:00:00Z", Month{2027, time.January}},
	} {
		at, err := time.Parse(time.RFC3339, row.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := MonthOf(at); got != row.want {
			t.Errorf("%s: got %v, want %v", row.at, got, row.want)
		}
	}
}

func TestCheckSecurityCode(t *testing.T) {
	const visa, amex = "4111111111111111", "378282246310005"
	for _, row := range []struct {
		name   string
		number string
		code   string
		open   Finding
		ended  Finding
	}{
		{"nothing yet", visa, "", Incomplete, Nothing},
		{"two digits", visa, "12", Incomplete, CodeLength},
		{"three digits", visa, "123", Valid, Valid},
		{"four digits", visa, "1234", CodeLength, CodeLength},
		{"AMEX, three digits", amex, "123", Incomplete, CodeLength},
		{"AMEX, four digits", amex, "1234", Valid, Valid},
		{"AMEX, five digits", amex, "12345", TooLong, TooLong},
		{"without a number three are meant", "", "123", Valid, Valid},
	} {
		t.Run(row.name, func(t *testing.T) {
			v := keyed(map[Field]string{CardNumber: row.number, SecurityCode: row.code})
			if got := v.Check(SecurityCode, Rules{}); got != row.open {
				t.Errorf("while it is keyed: got %s, want %s", got, row.open)
			}
			if got := v.Check(SecurityCode, Rules{Ended: true}); got != row.ended {
				t.Errorf("ended: got %s, want %s", got, row.ended)
			}
		})
	}
}

func TestLuhn(t *testing.T) {
	for number, want := range map[string]bool{
		"": false, "0": true, "18": true, "17": false, "79927398713": true, "79927398710": false,
		"4111111111111111": true, "1111111111111114": false,
	} {
		if got := luhn([]byte(number)); got != want {
			t.Errorf("%s: got %t, want %t", number, got, want)
		}
	}
}

// Luhn finds each single mistyped digit.
func TestLuhnFindsOneWrongDigit(t *testing.T) {
	number := []byte("4111111111111111")
	for i := range number {
		for d := byte('0'); d <= '9'; d++ {
			typed := append([]byte{}, number...)
			typed[i] = d
			if got, want := luhn(typed), d == number[i]; got != want {
				t.Errorf("digit %d as %c: got %t, want %t", i+1, d, got, want)
			}
		}
	}
}

// FullFrom is a promise: nothing is full before it, whatever is keyed.
func TestNothingIsFullBeforeFullFrom(t *testing.T) {
	for _, f := range Fields() {
		for first := byte('0'); first <= '9'; first++ {
			v := keyed(map[Field]string{})
			for n := 1; n < f.FullFrom(); n++ {
				v.Keep(f, first)
				if got := v.Check(f, Rules{Brands: Brands(), Now: Month{2026, time.November}}); got != Incomplete {
					t.Errorf("%s of %d times %c: got %s", f, n, first, got)
				}
			}
		}
	}
}

func TestRefuses(t *testing.T) {
	for _, f := range Findings() {
		if got, want := f.Refuses(), f != Valid && f != Incomplete; got != want {
			t.Errorf("%s: got %t, want %t", f, got, want)
		}
	}
}
