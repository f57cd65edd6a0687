package phone

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Errors of NewCard and ReadCards. None of them holds a digit.
var (
	ErrCardNumber   = errors.New("card number wants 12 to 19 digits")
	ErrExpiry       = errors.New("expiry wants the four digits MMYY")
	ErrSecurityCode = errors.New("security code wants three or four digits, or nothing")
	ErrCardLine     = errors.New("a card wants number, expiry and, if it has one, security code")
)

// A field of a card that is asked for.
type field string

const (
	cardNumber   field = "card number"
	expiry       field = "expiry"
	securityCode field = "security code"
)

// Card is what a customer keys. It prints nothing of it: the digits are behind a
// function, where fmt and slog cannot walk to.
type Card struct{ digits func(field) []byte }

// NewCard makes a card of its digits, which it copies. Wrong check digits and past
// expiries are taken: trying them is what a telephone is for.
func NewCard(number, mmyy, code []byte) (Card, error) {
	switch {
	case !allDigits(number) || len(number) < 12 || len(number) > 19:
		return Card{}, ErrCardNumber
	case !allDigits(mmyy) || len(mmyy) != 4:
		return Card{}, ErrExpiry
	case !allDigits(code) || len(code) != 0 && len(code) != 3 && len(code) != 4:
		return Card{}, ErrSecurityCode
	}
	number, mmyy, code = bytes.Clone(number), bytes.Clone(mmyy), bytes.Clone(code)
	return Card{func(f field) []byte {
		switch f {
		case cardNumber:
			return number
		case expiry:
			return mmyy
		default:
			return code
		}
	}}, nil
}

// ReadCards reads a file of cards, one to a line: number, expiry MMYY and security
// code, separated by blanks. Digits of the number may be grouped with hyphens. Empty
// lines and lines that begin with # are left out.
func ReadCards(r io.Reader) ([]Card, error) {
	var cards []Card
	lines := bufio.NewScanner(r)
	for number := 1; lines.Scan(); number++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		words := bytes.Fields(line)
		if len(words) < 2 || len(words) > 3 {
			return nil, fmt.Errorf("cards, line %d: %w", number, ErrCardLine)
		}
		words = append(words, nil)
		c, err := NewCard(bytes.ReplaceAll(words[0], []byte("-"), nil), words[1], words[2])
		if err != nil {
			return nil, fmt.Errorf("cards, line %d: %w", number, err)
		}
		cards = append(cards, c)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read cards: %w", err)
	}
	return cards, nil
}

func (c Card) has(f field) bool { return c.digits != nil && len(c.digits(f)) > 0 }

func allDigits(s []byte) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
