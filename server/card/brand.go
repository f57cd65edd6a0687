package card

import "slices"

// Brand is a card scheme, spelled as on disk, in settings and on the screen;
// append-only.
type Brand string

// The brands this package can tell apart.
const (
	VISA       Brand = "VISA"
	Mastercard Brand = "Mastercard"
	JCB        Brand = "JCB"
	AMEX       Brand = "AMEX"
	Diners     Brand = "Diners"
	Discover   Brand = "Discover"
	UnionPay   Brand = "UnionPay"
)

// Brands lists the brands.
func Brands() []Brand {
	return []Brand{VISA, Mastercard, JCB, AMEX, Diners, Discover, UnionPay}
}

// CodeLength is the number of digits of the brand's security code.
func (b Brand) CodeLength() int {
	if b == AMEX {
		return longestCode
	}
	return shortestCode
}

// iinRange is a range of the first six digits that an issuer's network owns.
type iinRange struct {
	first, last int
	brand       Brand
	lengths     []int // that its numbers have, ascending
	usual       int   // the length at which a right check digit ends the entry; 0: only the longest does
}

// iinRanges do not overlap. Discover's 622126 to 622925 are cards of UnionPay that
// Discover's network also takes; in Japan they go by UnionPay.
var iinRanges = []iinRange{
	{222100, 272099, Mastercard, []int{16}, 16},
	{300000, 305999, Diners, []int{14, 16, 17, 18, 19}, 0},
	{309000, 309999, Diners, []int{14, 16, 17, 18, 19}, 0},
	{340000, 349999, AMEX, []int{15}, 15},
	{352800, 358999, JCB, []int{16, 17, 18, 19}, 16},
	{360000, 369999, Diners, []int{14, 15, 16, 17, 18, 19}, 14},
	{370000, 379999, AMEX, []int{15}, 15},
	{380000, 399999, Diners, []int{14, 16, 17, 18, 19}, 0},
	{400000, 499999, VISA, []int{13, 16, 19}, 16},
	{510000, 559999, Mastercard, []int{16}, 16},
	{601100, 601199, Discover, []int{16, 17, 18, 19}, 16},
	{620000, 629999, UnionPay, []int{16, 17, 18, 19}, 0},
	{644000, 659999, Discover, []int{16, 17, 18, 19}, 16},
	{810000, 819999, UnionPay, []int{16, 17, 18, 19}, 0},
}

// iinDigits is how many digits decide the brand.
const iinDigits = 6

// rangeOf finds whose number begins so; ok is false for nobody's and for one too
// short to tell.
func rangeOf(number []byte) (r iinRange, ok bool) {
	if len(number) < iinDigits {
		return iinRange{}, false
	}
	iin := 0
	for _, d := range number[:iinDigits] {
		iin = iin*10 + int(d-'0')
	}
	for _, r := range iinRanges {
		if r.first <= iin && iin <= r.last {
			return r, true
		}
	}
	return iinRange{}, false
}

// fits judges a length that the customer meant as complete.
func (r iinRange) fits(length int) Finding {
	switch {
	case slices.Contains(r.lengths, length):
		return Valid
	case length > r.lengths[0] && length > r.usual:
		return TooLong
	}
	return TooShort
}

// longest is the longest length of the range.
func (r iinRange) longest() int { return r.lengths[len(r.lengths)-1] }
