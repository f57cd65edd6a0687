package flow

// Class is all that the machine is told of a key. Digits do not pass.
type Class string

// The classes.
const (
	One   Class = "1"     // the operator's 「1」; only in StateHandover, before there is a card
	Digit Class = "digit" // a digit of an entry
	Star  Class = "*"     // begins the entry again
	Pound Class = "#"     // ends the entry
	Other Class = "other" // means nothing in this state
)

// KeyOf is the event for a key of the telephone, '0' to '9', '*', '#' or another
// byte. It depends on where the call stands, so that no more is said of a key than
// the next Step needs: not even that a digit is a 1 once a card may be keyed.
func KeyOf(c Call, key byte) Key {
	switch c.state {
	case StateHandover:
		if key == '1' {
			return Key{One}
		}
	case StateGreeting, StateCardNumber, StateExpiry, StateSecurityCode:
		switch {
		case key >= '0' && key <= '9':
			return Key{Digit}
		case key == '*':
			return Key{Star}
		case key == '#':
			return Key{Pound}
		}
	}
	return Key{Other}
}
