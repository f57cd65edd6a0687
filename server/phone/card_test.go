package phone

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestReadCards(t *testing.T) {
	cards, err := ReadCards(strings.NewReader("# test cards\n\n4111-1111-1111-1111 1230 123\n  378282246310005\t1230 1234\n3528000000000007 1230\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(cards) != 3 {
		t.Fatalf("got %d cards, want 3", len(cards))
	}
	if got := len(cards[0].digits(cardNumber)); got != 16 {
		t.Errorf("number of %d digits, want 16", got)
	}
	if !cards[1].has(securityCode) || cards[2].has(securityCode) || (Card{}).has(expiry) {
		t.Error("has is wrong")
	}
	for file, want := range map[string]error{
		"4111111111111111":              ErrCardLine,
		"4111111111111111 1230 123 x":   ErrCardLine,
		"41111 1230 123":                ErrCardNumber,
		"41111111111111111111 1230 123": ErrCardNumber,
		"411111111111111x 1230 123":     ErrCardNumber,
		"4111111111111111 12/30 123":    ErrExpiry,
		"4111111111111111 1230 12":      ErrSecurityCode,
		"4111111111111111 1230 12345":   ErrSecurityCode,
	} {
		_, err := ReadCards(strings.NewReader("\n" + file + "\n"))
		if !errors.Is(err, want) || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("got %v, want %v in line 2", err, want)
		} else if strings.Contains(err.Error(), "4111") {
			t.Errorf("the error holds digits: %v", err)
		}
	}
}

func TestNoVerbPrintsACard(t *testing.T) {
	card, err := NewCard([]byte("4111111111111111"), []byte("1230"), []byte("123"))
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
		for _, v := range []any{card, &card, []Card{card}, Script{Cards: []Card{card}}, conduct{cards: []Card{card}}} {
			if text := fmt.Sprintf(verb, v); strings.Contains(text, "4111") || strings.Contains(text, "49 49 49") || strings.Contains(text, "313131") {
				t.Errorf("%s of %T prints the card", verb, v)
			}
		}
	}
}
