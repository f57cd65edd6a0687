package flow

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/server/card"
)

// A call compares, and is made of nothing that could hide a digit: counts, marks and
// words from closed lists.
func TestCallIsAPlainValue(t *testing.T) {
	settings := Settings{SecurityCode: true, EntryRetries: 2}
	a, _ := Step(New(settings), Arrived{})
	b, _ := Step(New(settings), Arrived{})
	if a != b {
		t.Errorf("the same events make %+v and %+v", a, b)
	}
	if c, _ := Step(a, HungUp{}); c == a {
		t.Error("hanging up changed nothing")
	}
	var walk func(path string, typ reflect.Type)
	walk = func(path string, typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Struct:
			for i := range typ.NumField() {
				f := typ.Field(i)
				walk(path+"."+f.Name, f.Type)
			}
		case reflect.Bool, reflect.Int, reflect.Int64:
		case reflect.String:
			if typ.PkgPath() == "" {
				t.Errorf("%s is a string without a list of words", path)
			}
		default:
			t.Errorf("%s is a %s", path, typ)
		}
	}
	walk("Call", reflect.TypeFor[Call]())
}

func TestNewFillsSettings(t *testing.T) {
	want := Settings{
		SendWindow: 20 * time.Second, HandoverWait: 30 * time.Second, Ringback: 5 * time.Second,
		FirstDigit: 10 * time.Second, InterDigit: 5 * time.Second, ReturnWait: 30 * time.Second,
		EntryRetries: 3, CardAttempts: 3, Return: ivr.ReturnOff,
	}
	if got := New(Settings{}).settings; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := New(Settings{EntryRetries: -1, SendWindow: -time.Second}).settings; got != want {
		t.Errorf("from nonsense: got %+v, want %+v", got, want)
	}
	want.SendWindow, want.EntryRetries, want.Return = time.Minute, 5, ivr.ReturnBlind
	if got := New(want).settings; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestSettingsFor(t *testing.T) {
	m := ivr.DefaultMerchant("shop", "つなぎ商店")
	m.SendWindow, m.CardAttempts, m.ReturnCall = 25*time.Second, 2, ivr.ReturnJoin
	for _, row := range []struct {
		name      string
		extension string
		want      ivr.ReturnCall
	}{
		{"an operator with an extension is called back", "1024", ivr.ReturnJoin},
		{"one without cannot be", "", ivr.ReturnOff},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := SettingsFor(m, ivr.User{Extension: row.extension})
			if s.Return != row.want {
				t.Errorf("return call: got %s, want %s", s.Return, row.want)
			}
			if s.SendWindow != 25*time.Second || s.HandoverWait != 30*time.Second || s.Ringback != 5*time.Second ||
				s.CardAttempts != 2 || s.EntryRetries != 3 || !s.SecurityCode {
				t.Errorf("the merchant's settings became %+v", s)
			}
		})
	}
}

// No more is said of a key than the state needs.
func TestKeyOf(t *testing.T) {
	const keys = "0123456789*#ABCD"
	entry := "dddddddddd*#oooo"
	none := strings.Repeat("o", len(keys))
	want := map[State]string{
		StateHandover:     "o1oooooooooooooo",
		StateGreeting:     entry,
		StateCardNumber:   entry,
		StateExpiry:       entry,
		StateSecurityCode: entry,
	}
	letters := map[Class]byte{One: '1', Digit: 'd', Star: '*', Pound: '#', Other: 'o'}
	for _, s := range States() {
		got := make([]byte, 0, len(keys))
		for _, key := range []byte(keys) {
			got = append(got, letters[KeyOf(Call{state: s}, key).Class])
		}
		expected, listed := want[s]
		if !listed {
			expected = none
		}
		if string(got) != expected {
			t.Errorf("%s: the keys %s are told as %s, want %s", s, keys, got, expected)
		}
		for _, other := range []byte{0, ' ', 'x', 0xff} {
			if class := KeyOf(Call{state: s}, other).Class; class != Other {
				t.Errorf("%s: byte %#x is told as %s", s, other, class)
			}
		}
	}
}

// What the screen may offer is what the machine would do.
func TestCanMatchesStep(t *testing.T) {
	for _, c := range conditions(t) {
		for _, row := range []struct {
			name string
			can  bool
			ev   Event
		}{
			{"take an order", c.call.CanTakeOrder(), OrderSent{}},
			{"ask again", c.call.CanAskAgain(), Asked{Again}},
			{"abort", c.call.CanAbort(), Asked{Abort}},
		} {
			after, commands := Step(c.call, row.ev)
			if did := after != c.call || len(commands) > 0; did != row.can {
				t.Errorf("%s: can %s: said %t, did %t", c.name, row.name, row.can, did)
			}
		}
	}
}

// The picture of a call on its way, as the operator's screen shows it.
func TestPicture(t *testing.T) {
	type picture struct {
		deadline, accepted, reached bool
		digits, retries, cards      int
		outcome                     ivr.Outcome
	}
	w := newWorld(t, Settings{SecurityCode: true})
	for _, row := range []struct {
		line string
		want picture
	}{
		{"arrives", picture{deadline: true, cards: 3}},
		{"order sent", picture{deadline: true, cards: 3}},
		{"keys 1", picture{cards: 3}},
		{"timer", picture{reached: true, cards: 3}},
		{"played out", picture{reached: true, retries: 3, cards: 3}},
		{"keys 411111", picture{reached: true, digits: 6, retries: 3, cards: 3}},
		{"keys #", picture{reached: true, retries: 2, cards: 3}},
		{"keys 4111111111111111", picture{reached: true, accepted: true, retries: 3, cards: 3}},
		{"keys 1230", picture{reached: true, accepted: true, retries: 3, cards: 3}},
		{"keys 12", picture{reached: true, accepted: true, digits: 2, retries: 3, cards: 3}},
		{"keys 3", picture{reached: true, accepted: true, cards: 3}},
		{"acquirer ng, other card may do", picture{reached: true, retries: 3, cards: 2}},
		{"keys 4111111111111111", picture{reached: true, accepted: true, retries: 3, cards: 2}},
		{"keys 1230123", picture{reached: true, accepted: true, cards: 2}},
		{"acquirer ok", picture{reached: true, accepted: true, cards: 2, outcome: ivr.OutcomePaid}},
		{"played out", picture{reached: true, accepted: true, cards: 2, outcome: ivr.OutcomePaid}},
	} {
		w.follow(row.line)
		c := w.call
		got := picture{c.Deadline(), c.CardAccepted(), c.CustomerReached(), c.Digits(), c.RetriesLeft(), c.CardsLeft(), c.Outcome()}
		if got != row.want {
			t.Errorf("after %q: got %+v, want %+v", row.line, got, row.want)
		}
	}
}

// A check that was asked about an entry since emptied says nothing about the new one.
func TestCheckOfAnEmptiedEntry(t *testing.T) {
	c := conditionNamed(t, "cardNumber")
	c, _ = Step(c, Key{Digit})
	c, _ = Step(c, Key{Pound})
	asked := c.check
	c, _ = Step(c, Key{Star})
	if after, commands := Step(c, Checked{asked, card.Valid, card.VISA}); after != c || len(commands) > 0 {
		t.Errorf("got %+v and %v, want nothing", after, commands)
	}
}

// Whatever a check says, the field waits for something afterwards.
func TestIncompleteEntryKeepsATimer(t *testing.T) {
	c := conditionNamed(t, "cardNumber")
	c, _ = Step(c, Key{Digit})
	c, _ = Step(c, TimerFired{c.timer})
	c, commands := Step(c, Checked{c.check, card.Incomplete, ""})
	if c.timer == 0 || len(commands) != 1 || commands[0] != (StartTimer{c.timer, 5 * time.Second}) {
		t.Errorf("got %v, want the time-out between digits", commands)
	}
}

func conditionNamed(t *testing.T, name string) Call {
	for _, c := range conditions(t) {
		if c.name == name {
			return c.call
		}
	}
	t.Fatalf("there is no condition %s", name)
	return Call{}
}
