package call

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"tsunagi/server"
	"tsunagi/server/card"
	"tsunagi/server/flow"
	"tsunagi/server/prompt"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// customer is a machine that is played until its customer is asked for something.
type customer struct {
	machine flow.Call
	played  []flow.Play
}

func (c *customer) feed(events ...flow.Event) {
	for _, ev := range events {
		var commands []flow.Command
		c.machine, commands = flow.Step(c.machine, ev)
		for _, command := range commands {
			switch command := command.(type) {
			case flow.Play:
				c.played = append(c.played, command)
			case flow.StartTimer:
				if c.machine.State() == flow.StateRingback {
					c.feed(flow.TimerFired{Turn: command.Turn})
				}
			}
		}
	}
}

// heardOut ends the prompt that plays.
func (c *customer) heardOut() { c.feed(flow.PlayedOut{Turn: c.last().Turn}) }

func (c *customer) last() flow.Play { return c.played[len(c.played)-1] }

func (c *customer) says() []prompt.Name { return words(c.last(), c.machine) }

// wrong keys an entry that is refused with a finding.
func (c *customer) wrong(found card.Finding) {
	c.feed(flow.Key{Class: flow.Digit})
	c.enter(found)
}

func (c *customer) enter(found card.Finding) {
	var commands []flow.Command
	c.machine, commands = flow.Step(c.machine, flow.Key{Class: flow.Pound})
	for _, command := range commands {
		if check, ok := command.(flow.Check); ok {
			c.feed(flow.Checked{Turn: check.Turn, Finding: found, Brand: card.VISA})
		}
	}
}

// customerOf is a customer who has just been asked for the card number.
func customerOf(s flow.Settings) *customer {
	c := &customer{machine: flow.New(s)}
	c.feed(flow.Arrived{}, flow.OrderSent{}, flow.Key{Class: flow.One})
	c.heardOut() // the greeting
	return c
}

func TestWhatIsSaidAtTheCardNumber(t *testing.T) {
	c := customerOf(flow.Settings{EntryRetries: 3})
	want := func(names ...prompt.Name) {
		t.Helper()
		if got := c.says(); !slices.Equal(got, names) {
			t.Errorf("got %v, want %v", got, names)
		}
	}
	want(prompt.CardNumber, prompt.StarHint)
	c.feed(flow.Key{Class: flow.Star})
	want(prompt.StartAgain, prompt.CardNumber)
	c.wrong(card.TooShort)
	want(prompt.CardNumberTooShort)
	c.heardOut()
	want(prompt.CardNumber) // the hints were heard
	c.wrong(card.CheckDigit)
	want(prompt.CardNumberWrong, prompt.LastChance)
	c.heardOut()
	want(prompt.CardNumber)
	c.feed(flow.Asked{Request: flow.Again})
	want(prompt.StartAgain, prompt.CardNumber)
	c.wrong(card.CheckDigit)
	want(prompt.TooManyErrors, prompt.Goodbye)

	c = customerOf(flow.Settings{Return: ivr.ReturnJoin})
	want(prompt.CardNumber, prompt.StarHint, prompt.ReturnHint)
	c.feed(flow.Broken{})
	want(prompt.SystemError, prompt.Goodbye)

	c = customerOf(flow.Settings{EntryRetries: 1})
	want(prompt.CardNumber, prompt.StarHint)
}

// Every guidance is said with recordings that exist, and there is no recording that
// nothing is said with.
func TestEveryGuidanceAndEveryRecording(t *testing.T) {
	unused := map[prompt.Name]bool{}
	for _, name := range prompt.Names() {
		unused[name] = true
	}
	use := func(g flow.Guidance, names []prompt.Name) {
		if len(names) == 0 {
			t.Errorf("%s says nothing", g)
		}
		for _, name := range names {
			if _, known := unused[name]; !known {
				t.Errorf("%s says %q, which nobody has recorded", g, name)
			}
			unused[name] = false
		}
	}
	fields := atEachField(t)
	for _, g := range flow.Guidances() {
		if g == flow.GuidanceGreeting {
			continue
		}
		for _, m := range fields {
			for _, play := range []flow.Play{{Guidance: g}, {Guidance: g, Retry: 2}, {Guidance: g, Again: true}} {
				use(g, words(play, m))
			}
		}
	}
	for _, count := range order.PaymentCounts() {
		use(flow.GuidanceGreeting, greetingWords(ivr.Merchant{PaymentCountChoice: true}, order.Order{Amount: 1, PaymentCount: count}))
	}
	for name, left := range unused {
		if left && !strings.HasPrefix(string(name), "number-") { // amounts use those: package prompt
			t.Errorf("%s is never said", name)
		}
	}
}

// atEachField has a machine at each field, return calls on, one more wrong entry from
// the end of the call.
func atEachField(t *testing.T) []flow.Call {
	var all []flow.Call
	c := customerOf(flow.Settings{SecurityCode: true, EntryRetries: 3, Return: ivr.ReturnJoin})
	for _, field := range card.Fields() {
		c.wrong(card.TooShort)
		c.wrong(card.TooShort)
		if c.machine.Field() != field || c.machine.RetriesLeft() != 1 {
			t.Fatalf("at %s with %d entries left, want %s with 1", c.machine.Field(), c.machine.RetriesLeft(), field)
		}
		all = append(all, c.machine)
		c.feed(flow.Key{Class: flow.Digit})
		c.enter(card.Valid)
	}
	return all
}

// The operator is spoken to in the merchant's language, the customer in the order's.
func TestLanguages(t *testing.T) {
	for name, tc := range map[string]struct {
		merchant, order order.Language
		want            []order.Language
	}{
		"neither":           {"", "", []order.Language{order.Japanese}},
		"the order":         {"", order.English, []order.Language{order.Japanese, order.English}},
		"the merchant":      {order.English, "", []order.Language{order.English}},
		"both":              {order.English, order.Japanese, []order.Language{order.English, order.Japanese}},
		"both the same one": {order.English, order.English, []order.Language{order.English}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t)
				s.merchant.Language = tc.merchant
				c := s.arrive()
				f := form("T-1")
				f.Language = string(tc.order)
				if err := s.SendOrder(t.Context(), sato, c.id, f); err != nil {
					t.Fatal(err)
				}
				c.press("1")
				if p := c.until(wire.StateCardNumber); p.Language != tc.want[len(tc.want)-1] {
					t.Errorf("the screen says %s", p.Language)
				}
				c.HungUp()
				c.end()
				if !slices.Equal(s.spoken, tc.want) {
					t.Errorf("spoken %v, want %v", s.spoken, tc.want)
				}
			})
		})
	}
}
