package flow

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"tsunagi/server"
	"tsunagi/server/card"
)

// TestTable holds the table of doc.go to the code: every state, in every condition
// that matters to it, with every event there is.
func TestTable(t *testing.T) {
	source, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	const first = "//\n//\tnew\n"
	head, _, found := strings.Cut(string(source), first)
	if !found {
		t.Fatal("doc.go has no table")
	}
	rows := table(t)
	got := head + "//\n" + rows + "package flow\n"
	switch {
	case *update:
		if err := os.WriteFile("doc.go", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	case got != string(source):
		t.Errorf("doc.go shows another machine; run with -update and read the difference:\n%s", rows)
	}
}

// condition is a state with what else matters in it, and a call that is there.
type condition struct {
	name string
	call Call
}

// occurrence is an event, perhaps after the keys that make it possible.
type occurrence struct {
	name string
	step func(Call) (before, after Call, commands []Command)
}

func table(t *testing.T) string {
	var out strings.Builder
	seen := map[State]bool{}
	for _, c := range conditions(t) {
		seen[c.call.State()] = true
		fmt.Fprintf(&out, "//\t%s\n", c.name)
		var order []string
		causes := map[string][]string{}
		for _, o := range occurrences() {
			before, after, commands := o.step(c.call)
			if before == after && len(commands) == 0 {
				continue
			}
			effect := effectOf(before, after)
			if causes[effect] == nil {
				order = append(order, effect)
			}
			causes[effect] = append(causes[effect], o.name)
		}
		for _, effect := range order {
			fmt.Fprintf(&out, "//\t    %-34s %s\n", effect, strings.Join(causes[effect], " · "))
		}
		if len(order) == 0 {
			fmt.Fprintf(&out, "//\t    nothing follows\n")
		}
	}
	for _, s := range States() {
		if !seen[s] {
			t.Errorf("the table lacks state %s", s)
		}
	}
	return out.String()
}

// effectOf names where an event leads.
func effectOf(before, after Call) string {
	effect := "► " + string(after.State())
	if after.State() == before.State() {
		effect = "stays"
	}
	if after.End() != "" {
		effect += strings.TrimRight(fmt.Sprintf(": %s %s", after.End(), after.Outcome()), " ")
	}
	return effect
}

// conditions are reached by playing.
func conditions(t *testing.T) []condition {
	reach := func(name string, s Settings, lines ...string) condition {
		w := newWorld(t, s)
		for _, line := range lines {
			w.follow(line)
		}
		return condition{name, w.call}
	}
	plus := func(lines []string, more ...string) []string {
		return append(append([]string{}, lines...), more...)
	}
	code := Settings{SecurityCode: true}
	back := Settings{SecurityCode: true, Return: ivr.ReturnJoin}

	handover := []string{"arrives", "order sent"}
	ringback := plus(handover, "keys 1")
	greeting := plus(ringback, "timer")
	number := plus(greeting, "played out")
	expiry := plus(number, "keys 4111111111111111")
	security := plus(expiry, "keys 1230")
	authorizing := plus(security, "keys 123")
	result := plus(authorizing, "acquirer ok")
	returning := plus(result, "played out")
	joined := plus(returning, "operator answers")
	return []condition{
		reach("new", code),
		reach("sendWindow", code, "arrives"),
		reach("handover", code, handover...),
		reach("ringback", code, ringback...),
		reach("closing", code, "arrives", "timer"),
		reach("greeting", code, greeting...),
		reach("greeting, digits keyed", code, plus(greeting, "keys 4")...),
		reach("cardNumber", code, number...),
		reach("cardNumber, no digit in time", code, plus(number, "played out")...),
		reach("cardNumber, the last entry", Settings{EntryRetries: 1}, number...),
		reach("cardNumber, return call on", back, number...),
		reach("expiry", code, expiry...),
		reach("expiry, security code off", Settings{}, expiry...),
		reach("securityCode", code, security...),
		reach("authorizing", code, authorizing...),
		reach("authorizing, the last card", Settings{SecurityCode: true, CardAttempts: 1}, authorizing...),
		reach("authorizing, the line is gone", code, plus(authorizing, "hangs up")...),
		reach("authorizing, the server is stopping", code, plus(authorizing, "server stops")...),
		reach("result", code, result...),
		reach("result, return call on", back, result...),
		reach("result, returned twice before", back, plus([]string{"arrives, returned 2 times"}, result[1:]...)...),
		reach("result, entries used up", Settings{EntryRetries: 1}, plus(number, "keys 1#")...),
		reach("returning", back, returning...),
		reach("joined", back, joined...),
		reach("joined, media relayed", back, plus(joined, "transfer fails")...),
		reach("ended", code, "hangs up"),
	}
}

// occurrences are every event with every content that a state may tell apart.
func occurrences() []occurrence {
	var all []occurrence
	add := func(name string, ev func(Call) Event) {
		all = append(all, occurrence{name, func(c Call) (Call, Call, []Command) {
			after, commands := Step(c, ev(c))
			return c, after, commands
		}})
	}
	entry := func(name string, found card.Finding) {
		all = append(all, occurrence{name, func(c Call) (Call, Call, []Command) {
			c, _ = Step(c, Key{Digit})
			c, _ = Step(c, Key{Pound})
			after, commands := Step(c, Checked{c.check, found, card.VISA})
			return c, after, commands
		}})
	}
	plain := func(name string, ev Event) { add(name, func(Call) Event { return ev }) }
	answer := func(name string, o ivr.Outcome, mendable bool) {
		add(name, func(c Call) Event { return Answered{Turn: c.inquiry, Outcome: o, Mendable: mendable} })
	}
	plain("arrives", Arrived{})
	plain("arrives, channels full", Arrived{ChannelsFull: true})
	plain("order", OrderSent{})
	plain("1", Key{One})
	plain("digit", Key{Digit})
	plain("*", Key{Star})
	plain("#", Key{Pound})
	plain("other key", Key{Other})
	add("prompt ends", func(c Call) Event { return PlayedOut{c.prompt} })
	add("time is up", func(c Call) Event { return TimerFired{c.timer} })
	entry("entry valid", card.Valid)
	entry("entry incomplete", card.Incomplete)
	entry("entry refused", card.CheckDigit)
	entry("0 #", card.Zero)
	answer("acquirer ok", ivr.OutcomePaid, false)
	answer("acquirer ng", ivr.OutcomeNotPaid, false)
	answer("acquirer ng, mendable", ivr.OutcomeNotPaid, true)
	answer("acquirer unknown", ivr.OutcomeUnknown, false)
	add("operator answers", func(c Call) Event { return OperatorAnswered{c.dial} })
	add("joined", func(c Call) Event { return Joined{c.dial} })
	add("transfer fails", func(c Call) Event { return TransferFailed{c.dial} })
	plain("operator hangs up", OperatorHungUp{})
	plain("asked again", Asked{Again})
	plain("abort", Asked{Abort})
	plain("held too long", HeldTooLong{})
	plain("hung up", HungUp{})
	plain("server stops", Stopped{})
	plain("server breaks", Broken{})
	return all
}
