package card

// Field is one entry of a card. Spelled out in logs and transcripts; append-only.
type Field string

// The fields in the order in which a customer is asked for them.
const (
	CardNumber   Field = "card number"
	Expiry       Field = "expiry"        // MMYY
	SecurityCode Field = "security code" // the brands say CVV, CVC, CID
)

// Fields lists the fields.
func Fields() []Field { return []Field{CardNumber, Expiry, SecurityCode} }

// Capacity is the largest number of digits the field can hold.
func (f Field) Capacity() int {
	switch f {
	case CardNumber:
		return longestNumber
	case Expiry:
		return expiryDigits
	case SecurityCode:
		return longestCode
	}
	return 0
}

// FullFrom is the least number of digits at which an entry may be full: with fewer
// a Check that is not Ended always finds Incomplete.
func (f Field) FullFrom() int {
	switch f {
	case CardNumber:
		return shortestNumber
	case Expiry:
		return expiryDigits
	case SecurityCode:
		return shortestCode
	}
	return 0
}

// The lengths of the fields in digits.
const (
	shortestNumber = 12
	longestNumber  = 19
	expiryDigits   = 4
	shortestCode   = 3
	longestCode    = 4
)
