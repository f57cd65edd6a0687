package phone

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"time"

	"tsunagi/server/prompt"
)

// Keying is when a person begins to key.
type Keying string

// The ways of keying.
const (
	AfterPrompt Keying = "after" // when a prompt has been heard and it is quiet again
	DuringIt    Keying = "early" // as soon as a prompt is recognised: it is cut off
	Ahead       Keying = "ahead" // the card number during the greeting, the rest early
)

// AtAnswer is a Script.HangUpAt: right when the IVR has answered.
const AtAnswer prompt.Name = "answer"

// Script says what the telephone does. Server, Numbers and Cards must be given; the
// zero values of the others are defaults.
type Script struct {
	Server  string   // host:port of the server's SIP address
	Numbers []string // IVR numbers; calls take them in turn, as an operator takes one call at a time
	Caller  string   // our number; "09000000000"

	// Cards are keyed in turn: call n begins with card n, and goes on to the next
	// where the IVR asks for another card; with one card it hangs up then.
	Cards []Card

	Keying     Keying        // AfterPrompt
	Pace       time.Duration // from one key to the next; 200 ms
	StartDelay time.Duration // between the starts of two calls
	HangUpAt   prompt.Name   // hang up when this prompt is met; empty: never
	Count      int           // calls in all; 1
	Parallel   int           // calls at once; 1
	Limit      time.Duration // the longest call; 3 min
	Patience   time.Duration // the longest time in which no prompt is met; 45 s

	// Talk is how long the operator speaks with a customer who is brought back; 0: the
	// operator's telephone refuses the call.
	Talk time.Duration

	Voice    *prompt.Voice // the server's voice; nil is the built-in one
	Local    string        // our address; empty is the one from which Server is reached
	PortMin  uint16        // of RTP; 40000
	PortMax  uint16        // of RTP; 49999
	Verbose  bool          // the timeline shows numerals and repeated prompts too
	Log      *slog.Logger  // of the SIP and RTP below; nil for no log
	quietFor time.Duration // how long a silence ends a prompt; shorter in tests
}

const (
	defaultPace     = 200 * time.Millisecond
	longestKey      = 100 * time.Millisecond
	defaultLimit    = 3 * time.Minute
	defaultPatience = 45 * time.Second
	// defaultQuiet is longer than a pause within a sentence and shorter than the one
	// between the repetitions of a guidance.
	defaultQuiet  = 600 * time.Millisecond
	defaultCaller = "09000000000"
)

// withDefaults is the script with every default filled in, or all that is wrong with it.
func (s Script) withDefaults() (Script, error) {
	var wrong []error
	check := func(ok bool, format string, values ...any) {
		if !ok {
			wrong = append(wrong, fmt.Errorf(format, values...))
		}
	}
	_, _, err := net.SplitHostPort(s.Server)
	check(err == nil, "server %q: want host:port", s.Server)
	check(len(s.Numbers) > 0, "no IVR number to call")
	for _, n := range s.Numbers {
		check(n != "" && allDigits([]byte(n)), "IVR number %q: want digits", n)
	}
	check(len(s.Cards) > 0 || s.HangUpAt != "", "no card to key")
	check(!slices.ContainsFunc(s.Cards, func(c Card) bool { return c.digits == nil }), "a card without digits")
	s.Keying = cmp.Or(s.Keying, AfterPrompt)
	check(slices.Contains([]Keying{AfterPrompt, DuringIt, Ahead}, s.Keying), "keying %q: want after, early or ahead", s.Keying)
	check(s.HangUpAt == "" || s.HangUpAt == AtAnswer || slices.Contains(prompt.Names(), s.HangUpAt),
		"hang up at %q: no prompt has this name", s.HangUpAt)
	check(s.Pace >= 0 && s.StartDelay >= 0 && s.Limit >= 0 && s.Patience >= 0 && s.Talk >= 0 && s.Count >= 0 && s.Parallel >= 0,
		"times and counts may not be negative")
	s.Caller = cmp.Or(s.Caller, defaultCaller)
	s.Pace = cmp.Or(s.Pace, defaultPace)
	s.Limit = cmp.Or(s.Limit, defaultLimit)
	s.Patience = cmp.Or(s.Patience, defaultPatience)
	s.Count, s.Parallel = max(s.Count, 1), max(s.Parallel, 1)
	s.quietFor = cmp.Or(s.quietFor, defaultQuiet)
	s.PortMin, s.PortMax = cmp.Or(s.PortMin, 40000), cmp.Or(s.PortMax, 49999)
	if s.Voice == nil {
		if s.Voice, err = prompt.Load(nil); err != nil {
			wrong = append(wrong, err)
		}
	}
	return s, errors.Join(wrong...)
}

// keyTimes are how long a key is down, and the pause to the next one.
func (s Script) keyTimes() (down, up time.Duration) {
	down = min(longestKey, s.Pace/2)
	return down, s.Pace - down
}
