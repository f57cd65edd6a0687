package card

import (
	"errors"
	"sync"
	"testing"
)

func TestVaultKeepsAndForgets(t *testing.T) {
	v := keyed(map[Field]string{CardNumber: "4111 1111 1111 1111", Expiry: "1230", SecurityCode: "737"})
	if v.Len(CardNumber) != 16 || v.Len(Expiry) != 4 || v.Len(SecurityCode) != 3 {
		t.Fatalf("got %d, %d and %d digits", v.Len(CardNumber), v.Len(Expiry), v.Len(SecurityCode))
	}
	if v.Brand() != VISA || v.Last4() != "1111" {
		t.Errorf("got %s ending in %s", v.Brand(), v.Last4())
	}
	if err := v.Use(func(pan, expiry, code []byte) error {
		if string(pan) != "4111111111111111" || string(expiry) != "1230" || string(code) != "737" {
			t.Error("what comes out is not what went in")
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	v.Clear(Expiry)
	if v.Len(CardNumber) != 16 || v.Len(Expiry) != 0 || v.Len(SecurityCode) != 3 {
		t.Errorf("clearing the expiry leaves %d, %d and %d digits", v.Len(CardNumber), v.Len(Expiry), v.Len(SecurityCode))
	}
	v.Keep(Expiry, '0')
	if v.Len(Expiry) != 1 || v.Wiped() {
		t.Error("a cleared field takes no digits")
	}
}

func TestKeepTakesDigitsOnly(t *testing.T) {
	v := NewVault()
	for b := range 256 {
		if b < '0' || b > '9' {
			v.Keep(CardNumber, byte(b))
		}
	}
	v.Keep("", '1')
	v.Keep("name", '1')
	v.Clear("name")
	for _, f := range Fields() {
		if v.Len(f) != 0 {
			t.Errorf("%s holds %d digits", f, v.Len(f))
		}
	}
	if v.Len("name") != 0 || v.Check("name", Rules{Ended: true}) != Nothing {
		t.Error("a field that does not exist holds something")
	}
}

// Digits beyond a field are counted, and do not reach the next one.
func TestFieldsDoNotOverflow(t *testing.T) {
	for _, f := range Fields() {
		v := NewVault()
		for range 100 {
			v.Keep(f, '9')
		}
		if got, want := v.Len(f), f.Capacity()+1; got != want {
			t.Errorf("%s counts %d, want %d", f, got, want)
		}
		_ = v.Use(func(pan, expiry, code []byte) error {
			if got := len(pan) + len(expiry) + len(code); got != f.Capacity() {
				t.Errorf("%s: %d digits are stored, want %d", f, got, f.Capacity())
			}
			return nil
		})
	}
}

// A borrower who appends gets memory of its own.
func TestUseDoesNotLendTheNeighbour(t *testing.T) {
	v := keyed(map[Field]string{CardNumber: "4111111111111111", Expiry: "1230"})
	_ = v.Use(func(pan, _, _ []byte) error {
		_ = append(pan, "9999999999"...)
		return nil
	})
	_ = v.Use(func(_, expiry, code []byte) error {
		if string(expiry) != "1230" || len(code) != 0 {
			t.Error("the next field was written to")
		}
		return nil
	})
}

func TestUseReturnsTheError(t *testing.T) {
	want := errors.New("no route")
	if got := keyed(nil).Use(func(_, _, _ []byte) error { return want }); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A panic in the borrower leaves the vault usable: the call's deferred Wipe must not
// wait for ever.
func TestUseUnlocksOnPanic(t *testing.T) {
	v := keyed(map[Field]string{CardNumber: "4111111111111111"})
	func() {
		defer func() { _ = recover() }()
		_ = v.Use(func(_, _, _ []byte) error { panic("broken encoder") })
	}()
	v.Wipe()
	if !v.Wiped() {
		t.Error("not wiped")
	}
}

func TestLast4(t *testing.T) {
	for number, want := range map[string]string{
		"": "", "4111": "", "41111111111": "", "411111111112": "1112", "3782 8224 6310 005": "0005",
	} {
		if got := keyed(map[Field]string{CardNumber: number}).Last4(); got != want {
			t.Errorf("of %d digits: got %q, want %q", len(number), got, want)
		}
	}
}

// Every method is safe on a vault that is wiped, zero or missing.
func TestMethodsAfterWipe(t *testing.T) {
	wiped := keyed(map[Field]string{CardNumber: "4111111111111111"})
	wiped.Wipe()
	for name, v := range map[string]*Vault{"wiped": wiped, "zero": {}, "nil": nil} {
		t.Run(name, func(t *testing.T) {
			v.Wipe()
			v.Clear(CardNumber)
			v.Keep(CardNumber, '4')
			if v.Len(CardNumber) != 0 || v.Brand() != "" || v.Last4() != "" || !v.Wiped() {
				t.Error("it holds something")
			}
			if got := v.Check(CardNumber, Rules{}); got != Incomplete {
				t.Errorf("open: got %s", got)
			}
			if got := v.Check(CardNumber, Rules{Ended: true}); got != Nothing {
				t.Errorf("ended: got %s", got)
			}
			if err := v.Use(func(_, _, _ []byte) error { return nil }); err != ErrWiped {
				t.Errorf("got %v, want ErrWiped", err)
			}
		})
	}
}

// Memory that was given back is not written to any more.
func TestWipedVaultLeavesItsMemoryAlone(t *testing.T) {
	memory := new([Size]byte)
	memory[3] = 'x'
	v := NewVaultIn(memory)
	if *memory != [Size]byte{} {
		t.Error("the memory was not zeroed at first")
	}
	v.Keep(CardNumber, '4')
	v.Wipe()
	*memory = [Size]byte{7, 7, 7}
	v.Keep(CardNumber, '4')
	v.Clear(CardNumber)
	v.Wipe()
	if *memory != [Size]byte{7, 7, 7} {
		t.Error("a wiped vault wrote to memory that is no longer its own")
	}
}

// The call wipes while the acquirer may still be reading.
func TestVaultIsSafeForSeveralGoroutines(t *testing.T) {
	v := keyed(map[Field]string{CardNumber: "4111111111111111"})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				v.Keep(Expiry, '1')
				v.Clear(Expiry)
				_ = v.Check(CardNumber, Rules{})
				_ = v.Use(func(pan, _, _ []byte) error {
					if len(pan) != 16 || pan[0] != '4' {
						t.Error("half a card was seen")
					}
					return nil
				})
			}
		})
	}
	all.Go(v.Wipe)
	all.Wait()
	if !v.Wiped() {
		t.Error("not wiped")
	}
}

// FuzzVault keeps, clears and wipes in any order: the counts follow a model, a
// cleared field is zero at once, and after Wipe nothing is left in memory.
func FuzzVault(f *testing.F) {
	f.Add([]byte("4111111111111111e1e2e3c7c3"))
	f.Add([]byte("41W4111"))
	f.Add([]byte("e1c2-e1c2-"))
	f.Fuzz(func(t *testing.T, keys []byte) {
		memory := new([Size]byte)
		v := NewVaultIn(memory)
		counts := map[Field]int{}
		field, wiped := CardNumber, false
		for _, key := range keys {
			switch key {
			case 'n':
				field = CardNumber
			case 'e':
				field = Expiry
			case 'c':
				field = SecurityCode
			case '-':
				v.Clear(field)
				counts[field] = 0
			case 'W':
				v.Wipe()
				wiped = true
			default:
				v.Keep(field, key)
				if key >= '0' && key <= '9' {
					counts[field] = min(counts[field]+1, field.Capacity()+1)
				}
			}
			if wiped {
				clear(counts)
			}
			stored := 0
			for _, f := range Fields() {
				if got := v.Len(f); got != counts[f] {
					t.Fatalf("%s has %d digits, want %d", f, got, counts[f])
				}
				stored += min(counts[f], f.Capacity())
				_ = v.Check(f, Rules{Ended: key%2 == 0, Brands: Brands()})
			}
			for _, b := range memory {
				if b != 0 {
					stored--
				}
			}
			if stored != 0 {
				t.Fatalf("memory holds %d digits other than the counts say", -stored)
			}
		}
		v.Wipe()
		if *memory != [Size]byte{} || !v.Wiped() || v.Last4() != "" {
			t.Fatal("something is left after Wipe")
		}
	})
}
