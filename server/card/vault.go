package card

import (
	"errors"
	"sync"
)

// Vault holds the digits of one card at a time. Make one with NewVault for each
// call, and Wipe it at the end of the call on every path. Every method may be called
// at any time, by several goroutines, and after Wipe; the zero Vault is a wiped one.
//
// Printing a vault, or anything that holds one, shows no digit, whatever the verb.
type Vault struct {
	// with runs do with the digits while nobody else can see them. The digits are
	// a captured variable and not a field: printers cannot walk there.
	with func(do func(*digits))
}

// ErrWiped is returned by Use when the card is gone.
var ErrWiped = errors.New("the card is wiped")

// NewVault makes an empty vault on the heap.
func NewVault() *Vault { return NewVaultIn(new([Size]byte)) }

// NewVaultIn makes an empty vault whose digits lie in memory, which belongs to the
// vault until Wipe: a part of a page that the program has locked against swapping.
// Memory is zeroed now and by Wipe.
func NewVaultIn(memory *[Size]byte) *Vault {
	var mu sync.Mutex
	d := newDigits(memory)
	return &Vault{with: func(do func(*digits)) {
		mu.Lock()
		defer mu.Unlock()
		do(d)
	}}
}

// read runs do with the digits of a vault that is not wiped and tells whether it did.
func (v *Vault) read(do func(*digits)) (ok bool) {
	if v == nil || v.with == nil {
		return false
	}
	v.with(func(d *digits) {
		if ok = !d.wiped; ok {
			do(d)
		}
	})
	return ok
}

// Keep appends a digit, '0' to '9', to a field. Anything else is not kept. A digit
// beyond the field's Capacity is counted but not stored, so that Check finds TooLong.
func (v *Vault) Keep(f Field, digit byte) {
	v.read(func(d *digits) { d.keep(f, digit) })
}

// Clear empties a field and zeroes its memory.
func (v *Vault) Clear(f Field) {
	v.read(func(d *digits) { d.clear(f) })
}

// Len is the number of digits kept in a field since it was last empty; one above
// Capacity where there were too many.
func (v *Vault) Len(f Field) (n int) {
	v.read(func(d *digits) { n = d.count(f) })
	return n
}

// Brand is the card's brand, empty before six digits of the number are kept and for
// a number that no brand owns.
func (v *Vault) Brand() (b Brand) {
	v.read(func(d *digits) { b = d.brand() })
	return b
}

// Last4 is the end of the card number as it may be shown; empty before the number is
// long enough to be one (12 digits).
func (v *Vault) Last4() (last4 string) {
	v.read(func(d *digits) {
		if number := d.entry(CardNumber); len(number) >= shortestNumber {
			last4 = string(number[len(number)-4:])
		}
	})
	return last4
}

// Use is the only way out: it calls fn with the digits in ASCII, expiry as MMYY, and
// returns fn's error, or ErrWiped without calling fn. The slices are valid until fn
// returns; fn must not keep them, must not make a string of them, and must not call
// the vault. A Wipe meanwhile waits for fn.
func (v *Vault) Use(fn func(pan, expiry, code []byte) error) error {
	var err error
	if !v.read(func(d *digits) {
		err = fn(d.entry(CardNumber), d.entry(Expiry), d.entry(SecurityCode))
	}) {
		return ErrWiped
	}
	return err
}

// Wipe zeroes every digit and closes the vault for good: nothing is kept any more.
// It may be called again.
func (v *Vault) Wipe() {
	v.read(func(d *digits) { d.wipe() })
}

// Wiped tells whether the vault is closed.
func (v *Vault) Wiped() bool {
	return !v.read(func(*digits) {})
}
