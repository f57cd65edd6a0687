package phone

import (
	"fmt"
	"slices"
	"strings"

	"tsunagi/server/prompt"
)

// A deed is what the telephone does on a prompt.
type deed string

const (
	nothing  deed = ""
	pressOne deed = "press 1" // the operator's
	keyField deed = "key"     // the customer's
	hangUp   deed = "hang up"
)

// An action is a deed with its particulars.
type action struct {
	deed  deed
	field field // of keyField
}

// asks are the prompts that want keys.
var asks = map[prompt.Name]action{
	prompt.OrderReceived: {deed: pressOne},
	prompt.CardNumber:    {keyField, cardNumber},
	prompt.Expiry:        {keyField, expiry},
	prompt.SecurityCode3: {keyField, securityCode},
	prompt.SecurityCode4: {keyField, securityCode},
}

// verdicts are the prompts that tell how the call ends.
var verdicts = map[prompt.Name]Outcome{
	prompt.Approved:          Paid,
	prompt.DeclinedEnd:       Declined,
	prompt.TooManyErrors:     Declined,
	prompt.OutcomeUnknown:    Unknown,
	prompt.ChannelsBusy:      Refused,
	prompt.SendWindowExpired: Failed,
	prompt.HandoverExpired:   Failed,
	prompt.Aborted:           Failed,
	prompt.SystemError:       Failed,
}

// conduct decides what one call does. It is pure: it is told of each prompt and of each
// silence and says what to do.
type conduct struct {
	keying   Keying
	hangUpAt prompt.Name
	cards    []Card // of this call, the one in use first
	met      []prompt.Name
	pending  action      // waits for the end of the prompt
	current  prompt.Name // recognised last
	ahead    bool        // the card number was keyed during the greeting
	left     bool        // has hung up
	verdict  Outcome
	why      string
}

// begun tells that a prompt is recognised, at its beginning or once more when most of it
// is heard, and returns what to do at once.
func (c *conduct) begun(name prompt.Name) action {
	if c.left {
		return action{}
	}
	again := name == c.current
	c.current = name
	if len(c.met) == 0 || c.met[len(c.met)-1] != name {
		c.met = append(c.met, name)
	}
	if name == c.hangUpAt {
		return c.leave(HungUp, "as told, at "+string(name))
	}
	if verdict, ok := verdicts[name]; ok && c.verdict == "" {
		c.verdict, c.why = verdict, "heard "+string(name)
		if missing := c.missing(); verdict == Paid && missing != "" {
			c.verdict, c.why = Failed, fmt.Sprintf("%s was never heard before %s", missing, name)
		}
	}
	if name == prompt.DeclinedAnotherCard && !again {
		if len(c.cards) < 2 {
			return c.leave(Declined, "another card is asked for and there is none")
		}
		c.cards = c.cards[1:]
	}
	if name == prompt.Greeting && c.keying == Ahead && !c.ahead {
		c.ahead = true
		return c.ready(action{keyField, cardNumber})
	}
	a, ok := asks[name]
	if !ok || again && c.keying != AfterPrompt { // the rest of a prompt that was answered
		return action{}
	}
	if c.keying == AfterPrompt {
		c.pending = a
		return action{}
	}
	return c.ready(a)
}

// quiet tells that nothing is being said, and returns what to do now.
func (c *conduct) quiet() action {
	a := c.pending
	c.pending = action{}
	if a.deed == nothing {
		return a
	}
	return c.ready(a)
}

// ready checks that the card has what is asked for.
func (c *conduct) ready(a action) action {
	if a.deed == keyField && (len(c.cards) == 0 || !c.cards[0].has(a.field)) {
		return c.leave(Failed, fmt.Sprintf("%s is asked for and the script has none", a.field))
	}
	return a
}

func (c *conduct) leave(verdict Outcome, why string) action {
	c.verdict, c.why, c.pending, c.left = verdict, why, action{}, true
	return action{deed: hangUp}
}

// missing is the first prompt that a payment must have and that was not met in its
// place; empty where all were.
func (c *conduct) missing() prompt.Name {
	rest := c.met
	for _, name := range c.expected() {
		at := slices.Index(rest, name)
		if at < 0 && name == prompt.SecurityCode3 {
			at = slices.Index(rest, prompt.SecurityCode4)
		}
		if at < 0 {
			return name
		}
		rest = rest[at+1:]
	}
	return ""
}

// expected are the prompts of a payment in order.
func (c *conduct) expected() []prompt.Name {
	names := []prompt.Name{prompt.OrderReceived, prompt.Greeting, prompt.CardNumber, prompt.Expiry, prompt.SecurityCode3, prompt.PleaseWait}
	if c.ahead {
		names = slices.DeleteFunc(names, func(n prompt.Name) bool { return n == prompt.CardNumber })
	}
	if len(c.cards) == 0 || !c.cards[0].has(securityCode) {
		names = slices.DeleteFunc(names, func(n prompt.Name) bool { return n == prompt.SecurityCode3 })
	}
	return names
}

// ended is the outcome of a call that the IVR has hung up.
func (c *conduct) ended() (Outcome, string) {
	if c.verdict != "" {
		return c.verdict, c.why
	}
	return Failed, "hung up by the IVR after " + c.last()
}

func (c *conduct) last() string {
	if len(c.met) == 0 {
		return "no prompt at all"
	}
	return string(c.met[len(c.met)-1])
}

// isNumeral reports whether a prompt is a part of an amount.
func isNumeral(name prompt.Name) bool {
	return strings.HasPrefix(string(name), "number-")
}
