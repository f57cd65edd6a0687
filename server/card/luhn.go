package card

// luhn tells whether the last digit is the check digit of the others
// (ISO/IEC 7812-1, annex B). Digits are ASCII.
func luhn(number []byte) bool {
	sum := 0
	for i, d := range number {
		n := int(d - '0')
		if (len(number)-i)%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return len(number) > 0 && sum%10 == 0
}
