package phone

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"tsunagi/server/prompt"
)

// script is one call that keys quickly.
func script(t *testing.T, server string) Script {
	t.Helper()
	return Script{
		Server: server, Numbers: []string{"0501"}, Voice: voice(t),
		Cards:  []Card{cardOf(t, "4111111111111111", "1230", "123")},
		Keying: DuringIt, Pace: 40 * time.Millisecond, PortMin: 44000, PortMax: 44999,
		Patience: 5 * time.Second, quietFor: 200 * time.Millisecond,
	}
}

func run(t *testing.T, s Script) (Result, string) {
	t.Helper()
	var out bytes.Buffer
	result, err := Run(t.Context(), s, &out)
	if err != nil {
		t.Fatal(err)
	}
	said := regexp.MustCompile(`\d+ ms\b`).ReplaceAllString(out.String(), "") // a time may look like an expiry
	for _, digits := range []string{"4111", "1230", "5555"} {
		if strings.Contains(said, digits) {
			t.Errorf("the timeline holds digits of a card:\n%s", out.String())
		}
	}
	return result, out.String()
}

func TestPhonePays(t *testing.T) {
	for _, keying := range []Keying{AfterPrompt, DuringIt} {
		t.Run(string(keying), func(t *testing.T) {
			t.Parallel()
			s := script(t, (&ivr{t: t, voice: voice(t), line: pay(prompt.Approved)}).serve(t))
			s.Keying = keying
			result, timeline := run(t, s)
			call := result.Calls[0]
			if call.Outcome != Paid || result.ExitStatus() != 0 || call.Keys != 1+17+4+3 {
				t.Errorf("got %s, %d keys, status %d\n%s", call.Outcome, call.Keys, result.ExitStatus(), timeline)
			}
			want := []string{
				"dialled 0501", "answered", "heard press-send", "heard order-received", "pressing 1 key for the transfer",
				"heard ringback", "heard greeting", "heard amount-is", "heard amount-end",
				"heard card-number", "pressing 17 keys for card number", "heard expiry", "pressing 4 keys for expiry",
				"heard security-code-3", "pressing 3 keys for security code", "heard please-wait", "heard approved",
				"heard goodbye", "hung up by the IVR", "paid: heard approved",
			}
			rest := timeline
			for _, line := range want {
				var ok bool
				if _, rest, ok = strings.Cut(rest, " ms  "+line+"\n"); !ok {
					t.Fatalf("no %q in its place in\n%s", line, timeline)
				}
			}
		})
	}
}

func TestPhoneIsDeclinedAndKeysAnotherCard(t *testing.T) {
	t.Parallel()
	server := (&ivr{t: t, voice: voice(t), line: pay(prompt.DeclinedAnotherCard, prompt.Approved)}).serve(t)
	s := script(t, server)
	result, timeline := run(t, s)
	if got := result.Calls[0]; got.Outcome != Declined || result.ExitStatus() != 2 {
		t.Errorf("one card: got %s\n%s", got.Outcome, timeline)
	}
	s.Cards = append(s.Cards, s.Cards[0])
	result, timeline = run(t, s)
	if got := result.Calls[0]; got.Outcome != Paid {
		t.Errorf("two cards: got %s\n%s", got.Outcome, timeline)
	}
}

func TestPhoneOutcomes(t *testing.T) {
	silent := func(a *answerer) { a.ask(1) }
	for name, row := range map[string]struct {
		line   func(*answerer)
		change func(*Script)
		want   Outcome
		status int
		why    string
	}{
		"declined": {pay(prompt.DeclinedEnd), nil, Declined, 2, "heard declined-end"},
		"unknown":  {pay(prompt.OutcomeUnknown), nil, Unknown, 3, "heard outcome-unknown"},
		"refused":  {nil, func(s *Script) { s.Numbers = []string{"0509"} }, Refused, 4, "486 Busy Here"},
		"no order": {func(a *answerer) { a.say(prompt.PressSend); a.say(prompt.SendWindowExpired) }, nil, Failed, 5, "heard send-window-expired"},
		"cut off":  {func(a *answerer) { a.say(prompt.PressSend) }, nil, Failed, 5, "hung up by the IVR after press-send"},
		"hears nothing": {silent, func(s *Script) { s.Patience = 300 * time.Millisecond }, Failed, 5,
			"nothing new was heard for 300ms after no prompt at all"},
		"too long":               {silent, func(s *Script) { s.Limit = 300 * time.Millisecond }, Failed, 5, "broken off: context deadline exceeded"},
		"hangs up at once":       {silent, func(s *Script) { s.HangUpAt = AtAnswer }, HungUp, 0, "as told, at the answer"},
		"hangs up in the fields": {pay(prompt.Approved), func(s *Script) { s.HangUpAt = prompt.Expiry }, HungUp, 0, "as told, at expiry"},
		"nobody there":           {nil, func(s *Script) { s.Server, s.Limit = "127.0.0.1:9", 200*time.Millisecond }, Failed, 5, "context deadline exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := script(t, (&ivr{t: t, voice: voice(t), line: row.line}).serve(t))
			if row.change != nil {
				row.change(&s)
			}
			result, timeline := run(t, s)
			got := result.Calls[0]
			if got.Outcome != row.want || result.ExitStatus() != row.status || !strings.Contains(got.Why, row.why) {
				t.Errorf("got %s, status %d, %q, want %s, %d, %q\n%s",
					got.Outcome, result.ExitStatus(), got.Why, row.want, row.status, row.why, timeline)
			}
			if row.want == Refused && got.Status != 486 {
				t.Errorf("got SIP status %d, want 486", got.Status)
			}
		})
	}
}

func TestPhoneMakesManyCalls(t *testing.T) {
	s := script(t, (&ivr{t: t, voice: voice(t), line: pay(prompt.Approved)}).serve(t))
	s.Numbers, s.Count, s.Parallel, s.StartDelay = []string{"0501", "0502", "0509"}, 12, 6, 10*time.Millisecond
	result, timeline := run(t, s)
	if len(result.Calls) != 12 || result.Count(Paid) != 8 || result.Count(Refused) != 4 {
		t.Errorf("got %d calls, %d paid, %d refused\n%s", len(result.Calls), result.Count(Paid), result.Count(Refused), timeline)
	}
	if !strings.HasSuffix(timeline, "12 calls: 8 paid 4 refused\n") {
		t.Errorf("no summary in\n%s", timeline)
	}
	for n := range 12 {
		if !strings.Contains(timeline, fmt.Sprintf("call %4d ", n+1)) {
			t.Errorf("no line of call %d", n+1)
		}
		if want := s.Numbers[n%3]; result.Calls[n].Number != want {
			t.Errorf("call %d to %s, want %s", n+1, result.Calls[n].Number, want)
		}
	}
}

func TestPhoneIsBrokenOff(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := script(t, (&ivr{t: t, voice: voice(t), line: func(a *answerer) { cancel(); a.ask(1) }}).serve(t))
	s.Count = 3
	result, err := Run(ctx, s, &bytes.Buffer{})
	if err != nil || result.Outcome() != Failed {
		t.Errorf("got %s, %v", result.Outcome(), err)
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

func TestScriptsThatCannotBeCarriedOut(t *testing.T) {
	good := script(t, (&ivr{t: t, voice: voice(t), line: pay(prompt.Approved)}).serve(t))
	for name, row := range map[string]struct {
		change func(*Script)
		want   string
	}{
		"server":    {func(s *Script) { s.Server = "127.0.0.1" }, "want host:port"},
		"numbers":   {func(s *Script) { s.Numbers = nil }, "no IVR number"},
		"number":    {func(s *Script) { s.Numbers = []string{"050-1"} }, "want digits"},
		"cards":     {func(s *Script) { s.Cards = nil }, "no card"},
		"card":      {func(s *Script) { s.Cards = []Card{{}} }, "without digits"},
		"keying":    {func(s *Script) { s.Keying = "slow" }, "want after, early or ahead"},
		"hang up":   {func(s *Script) { s.HangUpAt = "lunch" }, "no prompt has this name"},
		"pace":      {func(s *Script) { s.Pace = -1 }, "negative"},
		"address":   {func(s *Script) { s.Local = "here" }, "our address"},
		"ports":     {func(s *Script) { s.PortMin, s.PortMax = 9, 9 }, "RTP ports"},
		"elsewhere": {func(s *Script) { s.Local = "192.0.2.1" }, "192.0.2.1"},
	} {
		s := good
		row.change(&s)
		if _, err := Run(t.Context(), s, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want one with %q", name, err, row.want)
		}
	}
	full := errors.New("disk full")
	good.HangUpAt = AtAnswer
	if _, err := Run(t.Context(), good, brokenWriter{full}); !errors.Is(err, full) {
		t.Errorf("got %v, want %v", err, full)
	}
}
