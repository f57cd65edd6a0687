package card

// Finding is what Check says about an entry. Spelled out in logs and transcripts;
// append-only.
type Finding string

// The findings.
const (
	Incomplete   Finding = "incomplete"    // not ended, and more digits may follow
	Valid        Finding = "valid"         // accepted
	Nothing      Finding = "nothing"       // ended without a digit
	Zero         Finding = "zero"          // ended as the single digit 0 at the card number: the wish for the operator
	TooShort     Finding = "too short"     // fewer digits than its brand has; fewer than four of an expiry
	TooLong      Finding = "too long"      // more digits than its brand has
	CheckDigit   Finding = "check digit"   // Luhn fails: a mistyped number
	BrandUnknown Finding = "brand unknown" // no brand has numbers that begin so
	BrandRefused Finding = "brand refused" // a brand this merchant does not take
	NoSuchMonth  Finding = "no such month" // the expiry's month is not 01 to 12
	Expired      Finding = "expired"       // the expiry's month is over
	CodeLength   Finding = "code length"   // a security code of the wrong length for its brand
)

// Findings lists the findings.
func Findings() []Finding {
	return []Finding{
		Incomplete, Valid, Nothing, Zero, TooShort, TooLong, CheckDigit,
		BrandUnknown, BrandRefused, NoSuchMonth, Expired, CodeLength,
	}
}

// Refuses tells whether the finding is a reason to ask for the field again.
func (f Finding) Refuses() bool { return f != Incomplete && f != Valid }
