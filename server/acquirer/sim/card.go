package sim

import (
	"bytes"
	"errors"

	"tsunagi/server/payment"
)

// testCards are the only numbers that dummy mode takes. They belong to nobody.
var testCards = []string{
	"4111111111111111", // VISA
	"5555555555554444", // Mastercard
	"3528000000000007", // JCB
	"378282246310005",  // AMEX
	"36666666666660",   // Diners
}

// inspect looks at the card and gives the verdict that the card alone deserves. No
// digit leaves it.
func inspect(c payment.Card) (v verdict, err error) {
	if c == nil {
		return verdict{}, errors.New("no card was given")
	}
	err = c.Use(func(pan, expiry, code []byte) error {
		v = opinion(pan, expiry, code)
		return nil
	})
	return v, err
}

func opinion(pan, expiry, code []byte) verdict {
	switch {
	case !testCard(pan):
		return numberRefused
	case !month(expiry):
		return expiryRefused
	case len(code) != 0 && (len(code) < 3 || len(code) > 4):
		return codeRefused
	}
	for mmyy, v := range forced {
		if bytes.Equal(expiry, []byte(mmyy)) {
			return v
		}
	}
	return success
}

func testCard(pan []byte) bool {
	for _, number := range testCards {
		if bytes.Equal(pan, []byte(number)) {
			return true
		}
	}
	return false
}

// month tells whether an expiry is MMYY.
func month(expiry []byte) bool {
	if len(expiry) != 4 {
		return false
	}
	for _, c := range expiry {
		if c < '0' || c > '9' {
			return false
		}
	}
	m := (expiry[0]-'0')*10 + expiry[1] - '0'
	return m >= 1 && m <= 12
}
