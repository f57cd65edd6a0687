package flow

import (
	"testing"

	"tsunagi/server"
	"tsunagi/server/card"
)

// FuzzStep plays any events in any order, then hangs up and lets the acquirer
// answer. The world holds the call to its rules at every step (world_test.go); here
// it is held to having ended.
func FuzzStep(f *testing.F) {
	toNumber := []byte{'A', 'O', '1', 'T', 'P'}
	f.Add([]byte{}, byte(0))
	f.Add(append(toNumber, 'V', 'E', 'C', 'P', 'y', 'P'), byte(0))
	f.Add(append(toNumber, 'V', 'E', 'C', 'm', 'V', 'E', 'C', 'm', 'V', 'E', 'C', 'm', 'P'), byte(1))
	f.Add(append(toNumber, 'V', 'E', 'C', 'y', 'P', 'a', 'F', 'F', 'P'), byte(7))
	f.Add(append(toNumber, '0', '#', 'a', 'J'), byte(5))
	f.Add(append(toNumber, 'V', 'E', 'C', 'H', 'y'), byte(2))
	f.Add(append(toNumber, 'V', 'E', 'C', 'S', 'm', 'S'), byte(3))
	f.Add([]byte{'A', 'O', '1', 'T', '4', '1', '#', 'P', 'T', 't', '*', 'p', 'k', 'R', 'X'}, byte(0))
	f.Fuzz(func(t *testing.T, events []byte, settings byte) {
		w := newWorld(t, fuzzSettings(settings))
		for _, b := range events {
			w.fuzzed(b)
		}
		w.feed(HungUp{})
		if w.open > 0 {
			w.feed(Answered{Turn: last(w.inquiries), Outcome: ivr.OutcomePaid})
		}
		if !w.call.Ended() {
			t.Fatalf("the call goes on: %+v", w.call)
		}
		if !w.vault.Wiped() || *w.memory != [card.Size]byte{} {
			t.Fatal("something of the card is left")
		}
	})
}

// fuzzSettings spreads a byte over what a merchant may set.
func fuzzSettings(b byte) Settings {
	modes := []ivr.ReturnCall{ivr.ReturnOff, ivr.ReturnJoin, ivr.ReturnBridge, ivr.ReturnBlind}
	return Settings{
		SecurityCode: b&1 != 0,
		Return:       modes[b>>1&3],
		EntryRetries: 1 + int(b>>3&3),
		CardAttempts: 1 + int(b>>5&3),
	}
}

// fuzzed feeds the event that a byte stands for. Capitals and small letters of the
// answers differ in their turn or in what they say; other bytes are keys.
func (w *world) fuzzed(b byte) {
	answer := func(o ivr.Outcome, mendable bool, turns func([]Turn) Turn) Event {
		return Answered{Turn: turns(w.inquiries), Outcome: o, Mendable: mendable}
	}
	switch b {
	case 'A':
		w.feed(Arrived{})
	case 'f':
		w.feed(Arrived{ChannelsFull: true})
	case 'r':
		w.feed(Arrived{Returns: 2})
	case 'O':
		w.feed(OrderSent{})
	case 'P':
		w.feed(PlayedOut{last(w.plays)})
	case 'p':
		w.feed(PlayedOut{stale(w.plays)})
	case 'T':
		w.feed(TimerFired{last(w.timers)})
	case 't':
		w.feed(TimerFired{stale(w.timers)})
	case 'k':
		w.feed(Checked{last(w.checks), card.Valid, card.VISA})
	case 'V':
		w.keys("4111111111111111")
	case 'E':
		w.keys("1230")
	case 'C':
		w.keys("123")
	case 'y':
		w.feed(answer(ivr.OutcomePaid, true, last))
	case 'Y':
		w.feed(answer(ivr.OutcomePaid, false, stale))
	case 'n':
		w.feed(answer(ivr.OutcomeNotPaid, false, last))
	case 'm':
		w.feed(answer(ivr.OutcomeNotPaid, true, last))
	case 'u':
		w.feed(answer(ivr.OutcomeUnknown, true, last))
	case 'N':
		w.feed(answer(ivr.OutcomeNone, true, last))
	case 'a':
		w.feed(OperatorAnswered{last(w.dials)})
	case 'q':
		w.feed(OperatorAnswered{stale(w.dials)})
	case 'J':
		w.feed(Joined{last(w.dials)})
	case 'F':
		w.feed(TransferFailed{last(w.dials)})
	case 'g':
		w.feed(OperatorHungUp{})
	case 'R':
		w.feed(Asked{Again})
	case 'X':
		w.feed(Asked{Abort})
	case 'L':
		w.feed(HeldTooLong{})
	case 'H':
		w.feed(HungUp{})
	case 'S':
		w.feed(Stopped{})
	case 'B':
		w.feed(Broken{})
	default:
		w.press(b)
	}
}

func (w *world) keys(keys string) {
	for _, key := range []byte(keys) {
		w.press(key)
	}
}
