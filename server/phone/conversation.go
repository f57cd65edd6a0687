package phone

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tsunagi/server/dtmf"
	"tsunagi/server/prompt"
	"tsunagi/server/sdp"
	"tsunagi/server/sipua"
)

// farewell is how long the IVR may take to hang up after it has told the result.
const farewell = 20 * time.Second

// A conversation is one call of the telephone, in one goroutine.
type conversation struct {
	script   Script
	endpoint *sipua.Endpoint
	number   string
	line     line
	hearing  *hearing
	conduct  conduct
	leg      *sipua.Leg
	call     Call
	last     prompt.Name // written to the timeline last
}

func newConversation(s Script, e *sipua.Endpoint, t *timeline, n int) *conversation {
	c := &conversation{
		script: s, endpoint: e, number: s.Numbers[n%len(s.Numbers)],
		line: t.line(n + 1), hearing: newHearing(s.Voice, s.quietFor),
		conduct: conduct{keying: s.Keying, hangUpAt: s.HangUpAt},
	}
	if len(s.Cards) > 0 {
		first := n % len(s.Cards)
		c.conduct.cards = slices.Concat(s.Cards[first:], s.Cards[:first])
	}
	c.call.Number = c.number
	return c
}

// run makes the call and returns what became of it.
func (c *conversation) run(ctx context.Context) Call {
	ctx, cancel := context.WithTimeout(ctx, c.script.Limit)
	defer cancel()
	c.line.write("dialled %s", c.number)
	if c.dial(ctx) {
		c.call.Answered = c.line.since()
		c.line.write("answered")
		c.converse(ctx)
	}
	c.call.Met, c.call.Duration = c.conduct.met, c.line.since()
	if c.call.Why != "" {
		c.line.write("%s: %s", c.call.Outcome, c.call.Why)
	} else {
		c.line.write("%s", c.call.Outcome)
	}
	return c.call
}

func (c *conversation) dial(ctx context.Context) bool {
	leg, err := c.endpoint.Dial(ctx, sipua.DialParams{
		To: fmt.Sprintf("sip:%s@%s", c.number, c.script.Server), From: c.script.Caller,
		Codecs:  []sdp.Codec{sdp.PCMU}, // the ear listens for silence in it
		Heard:   c.hearing.heard,
		Ringing: func(status int) { c.line.write("ringing (%d)", status) },
	})
	var rejected *sipua.Rejected
	switch {
	case errors.As(err, &rejected):
		c.call.Outcome, c.call.Status, c.call.Why = Refused, rejected.Status, fmt.Sprintf("%d %s", rejected.Status, rejected.Reason)
	case err != nil:
		c.call.Outcome, c.call.Why = Failed, err.Error()
	default:
		c.leg = leg
		return true
	}
	return false
}

// converse acts until one side has hung up.
func (c *conversation) converse(ctx context.Context) {
	if c.script.HangUpAt == AtAnswer {
		c.do(c.conduct.leave(HungUp, "as told, at the answer"))
	}
	patience := time.NewTimer(c.script.Patience)
	defer patience.Stop()
	for {
		select {
		case ev, ok := <-c.leg.Events():
			if !ok || ev.Kind == sipua.Ended {
				c.over(ev.Reason)
				return
			}
		case s := <-c.hearing.out:
			if s.quiet {
				c.do(c.conduct.quiet())
				continue
			}
			c.meet(s.name)
			if c.conduct.verdict != "" {
				patience.Reset(min(farewell, c.script.Patience))
			} else {
				patience.Reset(c.script.Patience)
			}
		case <-patience.C:
			c.giveUp(fmt.Sprintf("nothing new was heard for %s after %s", c.script.Patience, c.conduct.last()))
		case <-ctx.Done():
			c.giveUp("broken off: " + context.Cause(ctx).Error())
			ctx = context.WithoutCancel(ctx)
		}
	}
}

// meet takes a prompt that was recognised.
func (c *conversation) meet(name prompt.Name) {
	if c.script.Verbose || name != c.last && !isNumeral(name) {
		c.line.write("heard %s", name)
		c.last = name
	}
	if !isNumeral(name) {
		c.do(c.conduct.begun(name))
	}
}

// do carries out what was decided.
func (c *conversation) do(a action) {
	switch a.deed {
	case pressOne:
		c.press("the transfer", []byte("1"))
	case keyField:
		digits := c.conduct.cards[0].digits(a.field)
		if a.field == cardNumber {
			// As the guidance says: 最後にシャープを押してください。
			digits = append(slices.Clone(digits), '#')
			defer clear(digits)
		}
		c.press(string(a.field), digits)
	case hangUp:
		c.line.write("hanging up")
		c.leg.Bye()
	}
}

// press presses keys at the script's pace and writes how many.
func (c *conversation) press(what string, keys []byte) {
	down, up := c.script.keyTimes()
	for _, b := range keys {
		k, ok := dtmf.ParseKey(b)
		if !ok {
			continue // a Card holds digits alone
		}
		c.leg.SendKey(k, down, up)
		c.call.Keys++
	}
	c.line.write("pressing %s for %s", count(len(keys), "key"), what)
}

func (c *conversation) giveUp(why string) {
	if c.conduct.verdict == "" {
		c.conduct.verdict, c.conduct.why = Failed, why
	}
	c.line.write("hanging up")
	c.leg.Bye()
}

// over takes the end of the leg.
func (c *conversation) over(reason sipua.Reason) {
	if reason == sipua.HungUp {
		c.line.write("hung up by the IVR")
	} else {
		c.line.write("hung up")
	}
	c.call.Outcome, c.call.Why = c.conduct.ended()
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
