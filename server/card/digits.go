package card

// Size is the number of bytes of memory that a vault needs.
const Size = longestNumber + expiryDigits + longestCode

// digits is the inside of a vault. Only vault.go touches it, under its mutex.
type digits struct {
	memory *[Size]byte // ASCII digits, field after field, zero where there is none
	counts [3]int      // digits kept per field, at most Capacity+1
	wiped  bool
}

func newDigits(memory *[Size]byte) *digits {
	clear(memory[:])
	return &digits{memory: memory}
}

// place is where the field's count stands and where its memory begins and ends;
// ok is false for a field that does not exist.
func place(f Field) (i, from, to int, ok bool) {
	switch f {
	case CardNumber:
		return 0, 0, longestNumber, true
	case Expiry:
		return 1, longestNumber, longestNumber + expiryDigits, true
	case SecurityCode:
		return 2, longestNumber + expiryDigits, Size, true
	}
	return 0, 0, 0, false
}

func (d *digits) keep(f Field, digit byte) {
	i, from, to, ok := place(f)
	if !ok || digit < '0' || digit > '9' {
		return
	}
	if n := d.counts[i]; n < to-from {
		d.memory[from+n] = digit
	}
	d.counts[i] = min(d.counts[i]+1, to-from+1)
}

func (d *digits) clear(f Field) {
	if i, from, to, ok := place(f); ok {
		clear(d.memory[from:to])
		d.counts[i] = 0
	}
}

func (d *digits) wipe() {
	clear(d.memory[:])
	d.counts = [3]int{}
	d.wiped = true
}

// count is Len.
func (d *digits) count(f Field) int {
	i, _, _, ok := place(f)
	if !ok {
		return 0
	}
	return d.counts[i]
}

// entry is the field's digits in place. Its capacity ends with it, so that an append
// of the borrower cannot reach the next field.
func (d *digits) entry(f Field) []byte {
	i, from, to, ok := place(f)
	if !ok {
		return nil
	}
	end := min(from+d.counts[i], to)
	return d.memory[from:end:end]
}

func (d *digits) brand() Brand {
	r, _ := rangeOf(d.entry(CardNumber))
	return r.brand
}
