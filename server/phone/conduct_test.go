package phone

import (
	"fmt"
	"strings"
	"testing"

	"tsunagi/server/prompt"
)

func cardOf(t *testing.T, words ...string) Card {
	t.Helper()
	words = append(words, "")
	c, err := NewCard([]byte(words[0]), []byte(words[1]), []byte(words[2]))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// payment is what is heard of a payment.
var payment = []prompt.Name{
	prompt.PressSend, prompt.OrderReceived, prompt.Ringback, prompt.Greeting, prompt.AmountIs, prompt.AmountEnd,
	prompt.CardNumber, prompt.StarHint, prompt.Expiry, prompt.SecurityCode3, prompt.PleaseWait, prompt.Music,
	prompt.Approved, prompt.Goodbye,
}

// play tells a conduct of prompts, each begun, mostly heard and followed by silence,
// and returns what it does.
func play(c *conduct, names ...prompt.Name) string {
	var deeds []string
	note := func(a action) {
		switch a.deed {
		case nothing:
		case keyField:
			deeds = append(deeds, fmt.Sprintf("%s:%s", c.met[len(c.met)-1], a.field))
		default:
			deeds = append(deeds, fmt.Sprintf("%s:%s", c.met[len(c.met)-1], a.deed))
		}
	}
	for _, name := range names {
		note(c.begun(name))
		note(c.begun(name))
		if name != prompt.CardNumber { // its hint follows without a pause
			note(c.quiet())
		}
	}
	return strings.Join(deeds, " ")
}

func TestConductOfAPayment(t *testing.T) {
	card := cardOf(t, "4111111111111111", "1230", "123")
	for keying, want := range map[Keying]string{
		AfterPrompt: "order-received:press 1 star-hint:card number expiry:expiry security-code-3:security code",
		DuringIt:    "order-received:press 1 card-number:card number expiry:expiry security-code-3:security code",
	} {
		c := conduct{keying: keying, cards: []Card{card}}
		if got := play(&c, payment...); got != want {
			t.Errorf("%s: got %s, want %s", keying, got, want)
		}
		if outcome, why := c.ended(); outcome != Paid {
			t.Errorf("%s: got %s, %s", keying, outcome, why)
		}
	}
	c := conduct{keying: Ahead, cards: []Card{card}}
	got := play(&c, prompt.OrderReceived, prompt.Greeting, prompt.Expiry, prompt.SecurityCode3, prompt.PleaseWait, prompt.Approved)
	if want := "order-received:press 1 greeting:card number expiry:expiry security-code-3:security code"; got != want {
		t.Errorf("ahead: got %s, want %s", got, want)
	}
	if outcome, why := c.ended(); outcome != Paid {
		t.Errorf("ahead: got %s, %s", outcome, why)
	}
}

func TestConductKeysAgainWhereItIsAskedAgain(t *testing.T) {
	c := conduct{keying: DuringIt, cards: []Card{cardOf(t, "4111111111111112", "1230", "123")}}
	got := play(&c, prompt.OrderReceived, prompt.Greeting, prompt.CardNumber, prompt.CardNumberWrong, prompt.CardNumber, prompt.CardNumberWrong, prompt.TooManyErrors)
	if want := "order-received:press 1 card-number:card number card-number:card number"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if outcome, _ := c.ended(); outcome != Declined {
		t.Errorf("got %s, want %s", outcome, Declined)
	}
}

func TestConductGoesOnToTheNextCard(t *testing.T) {
	first, second := cardOf(t, "4111111111111111", "1230", "123"), cardOf(t, "378282246310005", "1230", "1234")
	c := conduct{keying: AfterPrompt, cards: []Card{first, second}}
	play(&c, prompt.OrderReceived, prompt.Greeting, prompt.CardNumber, prompt.Expiry, prompt.SecurityCode3, prompt.PleaseWait)
	got := play(&c, prompt.DeclinedAnotherCard, prompt.CardNumber, prompt.StarHint, prompt.Expiry, prompt.SecurityCode4, prompt.PleaseWait, prompt.Approved)
	if want := "star-hint:card number expiry:expiry security-code-4:security code"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if len(c.cards[0].digits(cardNumber)) != 15 {
		t.Error("not the second card")
	}
	if outcome, why := c.ended(); outcome != Paid {
		t.Errorf("got %s, %s", outcome, why)
	}
	alone := conduct{keying: AfterPrompt, cards: []Card{first}}
	if got := play(&alone, prompt.DeclinedAnotherCard); got != "declined-another-card:hang up" {
		t.Errorf("got %q, want it to hang up", got)
	}
	if outcome, _ := alone.ended(); outcome != Declined {
		t.Errorf("got %s, want %s", outcome, Declined)
	}
}

func TestOutcomes(t *testing.T) {
	for name, row := range map[string]struct {
		conduct conduct
		heard   []prompt.Name
		want    Outcome
		why     string
	}{
		"declined":           {conduct{}, append(payment[:12:12], prompt.DeclinedEnd), Declined, "heard declined-end"},
		"unknown":            {conduct{}, append(payment[:12:12], prompt.OutcomeUnknown), Unknown, "heard outcome-unknown"},
		"no order":           {conduct{}, []prompt.Name{prompt.PressSend, prompt.SendWindowExpired}, Failed, "heard send-window-expired"},
		"channels in use":    {conduct{}, []prompt.Name{prompt.ChannelsBusy}, Refused, "heard channels-busy"},
		"aborted":            {conduct{}, append(payment[:6:6], prompt.Aborted, prompt.Goodbye), Failed, "heard aborted"},
		"cut off":            {conduct{}, payment[:6], Failed, "hung up by the IVR after amount-end"},
		"nothing heard":      {conduct{}, nil, Failed, "hung up by the IVR after no prompt at all"},
		"no greeting":        {conduct{}, append([]prompt.Name{prompt.OrderReceived}, payment[6:]...), Failed, "greeting was never heard before approved"},
		"wrong order":        {conduct{}, []prompt.Name{prompt.OrderReceived, prompt.Greeting, prompt.Expiry, prompt.CardNumber, prompt.SecurityCode3, prompt.PleaseWait, prompt.Approved}, Failed, "expiry was never heard before approved"},
		"told to hang up":    {conduct{hangUpAt: prompt.Expiry}, payment[:9], HungUp, "as told, at expiry"},
		"no code to key":     {conduct{cards: []Card{cardOf(t, "4111111111111111", "1230")}}, payment[:10], Failed, "security code is asked for and the script has none"},
		"code not asked for": {conduct{cards: []Card{cardOf(t, "4111111111111111", "1230")}}, append(payment[:9:9], payment[10:]...), Paid, "heard approved"},
		"no card at all":     {conduct{hangUpAt: prompt.Goodbye, cards: []Card{}}, []prompt.Name{prompt.Approved}, Failed, "order-received was never heard before approved"},
		"code expected":      {conduct{}, append(payment[:9:9], payment[10:]...), Failed, "security-code-3 was never heard before approved"},
	} {
		c := row.conduct
		c.keying = AfterPrompt
		if c.cards == nil {
			c.cards = []Card{cardOf(t, "4111111111111111", "1230", "123")}
		}
		play(&c, row.heard...)
		if outcome, why := c.ended(); outcome != row.want || why != row.why {
			t.Errorf("%s: got %s, %s, want %s, %s", name, outcome, why, row.want, row.why)
		}
	}
}

func TestExitStatusIsThatOfTheWorstCall(t *testing.T) {
	for _, row := range []struct {
		outcomes []Outcome
		want     int
	}{
		{[]Outcome{Paid, Paid}, 0}, {[]Outcome{Paid, HungUp}, 0}, {[]Outcome{Paid, Declined}, 2},
		{[]Outcome{Unknown, Declined}, 3}, {[]Outcome{Refused, Paid, Declined}, 4},
		{[]Outcome{Failed, Refused}, 5}, {nil, 5},
	} {
		var r Result
		for _, o := range row.outcomes {
			r.Calls = append(r.Calls, Call{Outcome: o})
		}
		if got := r.ExitStatus(); got != row.want {
			t.Errorf("%v: got %d, want %d", row.outcomes, got, row.want)
		}
	}
}
