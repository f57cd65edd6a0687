package sim

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"

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
func (i issued) inspect(c payment.Card) (v verdict, err error) {
	if c == nil {
		return verdict{}, errors.New("no card was given")
	}
	err = c.Use(func(pan, expiry, code []byte) error {
		v = i.opinion(pan, expiry, code)
		return nil
	})
	return v, err
}

func (i issued) opinion(pan, expiry, code []byte) verdict {
	switch {
	case !testCard(pan):
		return numberRefused
	case !month(expiry):
		return expiryRefused
	case len(code) != 0 && (len(code) < 3 || len(code) > 4):
		return codeRefused
	}
	for number, card := range i {
		if !bytes.Equal(pan, []byte(number)) {
			continue
		}
		switch {
		case !bytes.Equal(expiry, card.expiry):
			return expiryRefused
		case !bytes.Equal(code, card.code):
			return codeRefused
		}
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

// issued are test cards, by number, of which the issuer knows expiry and security code.
type issued map[string]own

// own is what the issuer knows of a card.
type own struct{ expiry, code []byte }

// readIssued reads a file of such cards; an empty path is none.
func readIssued(path string) (issued, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the issued test cards: %w", err)
	}
	cards := issued{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		words := bytes.Fields(lines.Bytes())
		switch {
		case len(words) == 0 || words[0][0] == '#':
			continue
		case len(words) != 3 || !testCard(words[0]) || !month(words[1]):
			return nil, fmt.Errorf("issued test cards, line %d: want a test card's number, expiry MMYY and security code", n)
		}
		cards[string(words[0])] = own{bytes.Clone(words[1]), bytes.Clone(words[2])}
	}
	return cards, lines.Err()
}
