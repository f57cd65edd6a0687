package flow

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/server/card"
	"tsunagi/shared/message"
)

// world is what surrounds a call: it carries out the commands with a real vault and
// holds the call to what must be true of every call, whatever happens to it.
type world struct {
	t      testing.TB
	call   Call
	memory *[card.Size]byte
	vault  *card.Vault
	now    card.Month

	plays, timers, checks, inquiries, dials []Turn // given out, the latest last

	key     byte // that the current step may keep; 0 where it may not
	turn    Turn // the highest given out
	playing bool
	looping bool
	timing  bool
	open    int // authorizations asked and not yet answered
	asked   int
	records []Record
	byes    int
	heard   map[Guidance]bool
}

// happening is one event and what followed of it.
type happening struct {
	event    Event
	call     Call // after it
	commands []Command
	findings []card.Finding // of the checks among the commands
}

func newWorld(t testing.TB, settings Settings) *world {
	memory := new([card.Size]byte)
	return &world{
		t: t, call: New(settings), memory: memory, vault: card.NewVaultIn(memory),
		now:   card.Month{Year: 2026, Month: time.November},
		heard: map[Guidance]bool{},
	}
}

// press feeds a key as the call's goroutine would.
func (w *world) press(key byte) happening {
	ev := KeyOf(w.call, key)
	w.key = key
	h := w.feed(ev)
	w.key = 0
	return h
}

// feed steps the call, carries the commands out, and feeds the answers of checks at
// once, as Check demands.
func (w *world) feed(ev Event) happening {
	w.t.Helper()
	before := w.call
	switch ev := ev.(type) {
	case PlayedOut:
		w.playing = w.playing && (w.looping || ev.Turn != last(w.plays))
	case TimerFired:
		w.timing = w.timing && ev.Turn != last(w.timers)
	}
	if answer, ok := ev.(Answered); ok && w.open > 0 && answer.Turn == last(w.inquiries) {
		w.open--
	}
	var commands []Command
	w.call, commands = Step(w.call, ev)
	if before.Ended() && (len(commands) > 0 || w.call != before) {
		w.t.Errorf("after the end %#v does %v", ev, commands)
	}
	var checks []Check
	for _, command := range commands {
		w.perform(command)
		if check, ok := command.(Check); ok {
			checks = append(checks, check)
		}
	}
	h := happening{event: ev, call: w.call, commands: commands}
	for _, check := range checks {
		finding := w.vault.Check(check.Field, card.Rules{
			Ended:  check.Ended,
			Brands: []card.Brand{card.VISA, card.Mastercard, card.JCB, card.AMEX, card.Diners},
			Now:    w.now,
		})
		then := w.feed(Checked{check.Turn, finding, w.vault.Brand()})
		h.call = then.call
		h.commands = append(h.commands, then.commands...)
		h.findings = append(append(h.findings, finding), then.findings...)
	}
	if len(checks) == 0 {
		w.holds(ev)
	}
	return h
}

// perform carries one command out.
func (w *world) perform(command Command) {
	w.t.Helper()
	if w.byes > 0 {
		w.t.Errorf("%#v after Bye", command)
	}
	switch c := command.(type) {
	case Play:
		w.plays = w.give(w.plays, c.Turn)
		w.playing, w.looping = true, c.Loop
		w.heard[c.Guidance] = true
		if !slices.Contains(Guidances(), c.Guidance) {
			w.t.Errorf("%s is not in the list of guidances", c.Guidance)
		}
		if slices.Contains([]Guidance{GuidanceApproved, GuidanceDeclined, GuidanceOnHold, GuidanceOtherCard}, c.Guidance) {
			w.codeIsGone(c)
		}
	case Stop:
		if !w.playing {
			w.t.Error("Stop, but nothing plays")
		}
		w.playing = false
	case Keep:
		if w.key == 0 {
			w.t.Error("Keep, but there is no key to keep")
		}
		w.vault.Keep(c.Field, w.key)
		w.key = 0
	case Clear:
		w.vault.Clear(c.Field)
	case Wipe:
		if w.vault.Wiped() {
			w.t.Error("Wipe again")
		}
		w.vault.Wipe()
	case Check:
		w.checks = w.give(w.checks, c.Turn)
	case StartTimer:
		w.timers = w.give(w.timers, c.Turn)
		w.timing = true
		if c.After <= 0 {
			w.t.Errorf("a timer of %v", c.After)
		}
	case StopTimer:
		if !w.timing {
			w.t.Error("StopTimer, but none runs")
		}
		w.timing = false
	case Authorize:
		w.authorize(c)
	case DialOperator:
		w.dials = w.give(w.dials, c.Turn)
	case Join:
		w.dials = w.give(w.dials, c.Turn)
	case Record:
		w.records = append(w.records, c)
		if *w.memory != [card.Size]byte{} || !w.vault.Wiped() {
			w.t.Error("recorded before the vault was wiped")
		}
	case Tell:
		w.told(c)
	case Bye:
		w.byes++
	}
}

// give notes a turn given out: turns rise.
func (w *world) give(turns []Turn, turn Turn) []Turn {
	w.t.Helper()
	if turn <= w.turn {
		w.t.Errorf("turn %d after %d", turn, w.turn)
	}
	w.turn = turn
	return append(turns, turn)
}

func (w *world) authorize(c Authorize) {
	w.t.Helper()
	w.inquiries = append(w.inquiries, c.Turn)
	w.open++
	w.asked++
	if w.open > 1 {
		w.t.Error("the acquirer is asked while it is still being asked")
	}
	if w.asked > w.call.settings.CardAttempts || c.Attempt != w.asked {
		w.t.Errorf("attempt %d of %d is the %dth question", c.Attempt, w.call.settings.CardAttempts, w.asked)
	}
	if w.vault.Len(card.CardNumber) == 0 || w.vault.Len(card.Expiry) == 0 {
		w.t.Error("the acquirer is asked without a card")
	}
}

func (w *world) told(c Tell) {
	w.t.Helper()
	if c.Result != "" {
		w.codeIsGone(c)
	}
	if c.Point.Ends() && len(w.records) == 0 {
		w.t.Errorf("%s was told before it was recorded", c.Point)
	}
	if paid := c.Point == message.EndedOK || c.Point == message.TransferFailedOK; paid != (w.call.Outcome() == ivr.OutcomePaid) && c.Point.Ends() {
		w.t.Errorf("%s with outcome %q", c.Point, w.call.Outcome())
	}
}

func (w *world) codeIsGone(announcement Command) {
	w.t.Helper()
	code := w.memory[card.CardNumber.Capacity()+card.Expiry.Capacity():]
	if w.vault.Len(card.SecurityCode) != 0 || !slices.Equal(code, make([]byte, len(code))) {
		w.t.Errorf("%#v while the security code is in memory", announcement)
	}
}

// holds is what must be true between any two events.
func (w *world) holds(ev Event) {
	w.t.Helper()
	c := w.call
	fail := func(format string, args ...any) {
		w.t.Helper()
		w.t.Errorf("after %#v in state %s: %s", ev, c.State(), fmt.Sprintf(format, args...))
	}
	if f := c.Field(); f != "" {
		if got := w.vault.Len(f); got != c.Digits() {
			fail("%d digits are kept, %d counted", got, c.Digits())
		}
		if n := c.RetriesLeft(); n < 1 || n > c.settings.EntryRetries {
			fail("%d entries left of %d", n, c.settings.EntryRetries)
		}
		if c.prompt == 0 && c.timer == 0 && c.check == 0 {
			fail("the call waits for nothing")
		}
	}
	if c.Digits() < 0 || c.Digits() > card.CardNumber.Capacity()+1 {
		fail("%d digits", c.Digits())
	}
	if n := c.CardsLeft(); n < 0 || n > c.settings.CardAttempts {
		fail("%d cards left of %d", n, c.settings.CardAttempts)
	}
	if authorizing := c.State() == StateAuthorizing; authorizing != (w.open > 0) {
		fail("%d questions to the acquirer are open", w.open)
	}
	if c.Ended() != (len(w.records) == 1) || len(w.records) > 1 {
		fail("%d records", len(w.records))
	}
	if c.Ended() != (w.byes == 1) {
		fail("%d Byes", w.byes)
	}
	if c.Ended() && (w.playing || w.timing) {
		fail("something goes on: prompt %t, timer %t", w.playing, w.timing)
	}
	if c.CanAbort() && w.asked > 0 && w.open > 0 {
		fail("the question to the acquirer cannot be aborted")
	}
}

// last is the latest turn, 0 where there is none.
func last(turns []Turn) Turn {
	if len(turns) == 0 {
		return 0
	}
	return turns[len(turns)-1]
}

// stale is the turn before the latest, 0 where there is none.
func stale(turns []Turn) Turn {
	if len(turns) < 2 {
		return 0
	}
	return turns[len(turns)-2]
}
