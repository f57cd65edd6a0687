package card

import "slices"

// Rules are what Check judges an entry by.
type Rules struct {
	Ended  bool    // the customer has ended the entry: # or the time-out between digits
	Brands []Brand // that the merchant takes; needed at the card number
	Now    Month   // needed at the expiry: MonthOf the time of the call
}

// Check judges the field as it stands. Unless the entry is Ended it finds Incomplete
// until the entry is full (package comment), so it may be asked after every digit.
func (v *Vault) Check(f Field, rules Rules) Finding {
	found := Incomplete
	if rules.Ended {
		found = Nothing
	}
	v.read(func(d *digits) {
		entry := d.entry(f)
		switch {
		case len(entry) == 0:
		case d.count(f) > f.Capacity():
			found = TooLong
		case f == CardNumber:
			found = checkNumber(entry, rules)
		case f == Expiry:
			found = checkExpiry(entry, rules)
		case f == SecurityCode:
			found = checkCode(entry, d.brand(), rules)
		}
	})
	return found
}

func checkNumber(number []byte, rules Rules) Finding {
	r, known := rangeOf(number)
	if !rules.Ended && !r.full(number) {
		return Incomplete
	}
	switch {
	case len(number) == 1 && number[0] == '0':
		return Zero
	case len(number) < shortestNumber:
		return TooShort
	case !known:
		return BrandUnknown
	case !slices.Contains(rules.Brands, r.brand):
		return BrandRefused
	}
	if fit := r.fits(len(number)); fit != Valid {
		return fit
	}
	if !luhn(number) {
		return CheckDigit
	}
	return Valid
}

// full tells whether a number of this range ends by itself. One that belongs to
// nobody is full at the longest length there is.
func (r iinRange) full(number []byte) bool {
	if r.brand == "" {
		return len(number) >= longestNumber
	}
	return len(number) >= r.longest() || len(number) == r.usual && luhn(number)
}

func checkExpiry(mmyy []byte, rules Rules) Finding {
	if len(mmyy) < expiryDigits {
		if rules.Ended {
			return TooShort
		}
		return Incomplete
	}
	m, ok := expiryOf(mmyy)
	switch {
	case !ok:
		return NoSuchMonth
	case m.before(rules.Now):
		return Expired
	}
	return Valid
}

func checkCode(code []byte, b Brand, rules Rules) Finding {
	switch {
	case len(code) == b.CodeLength():
		return Valid
	case len(code) < b.CodeLength() && !rules.Ended:
		return Incomplete
	}
	return CodeLength
}
