package flow

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tsunagi/server"
	"tsunagi/server/card"
)

var update = flag.Bool("update", false, "rewrite the transcripts and the table of doc.go")

// TestTranscripts plays testdata/*.txt. The head of each file cites the sentence it
// is about; "with" lines change the merchant's settings; every other line is an
// event, and after the arrow the state it leads to and the commands in order. Commit
// a transcript that has changed only if you can say why.
//
// telephony.md 1, behaviour 4: digits during a prompt stop the prompt and count (barge-
// in); digits keyed early for the next field are kept or flushed by a stated rule, never
// half (early-*).
//
// telephony.md 1, behaviour 6: separate first-digit and inter-digit timers (first-digit-
// timeout, inter-digit-timeout); no total timer cuts off somebody who is keying (slow-
// caller).
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 40 {
		t.Fatalf("list the transcripts: %d files, %v", len(files), err)
	}
	heard := map[Guidance]bool{}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(want), heard)
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != string(want) {
				t.Errorf("the call goes\n%s\nand should go\n%s", got, want)
			}
			if t.Failed() {
				t.Log(got)
			}
		})
	}
	for _, g := range Guidances() {
		if !heard[g] {
			t.Errorf("no transcript plays %s", g)
		}
	}
}

// play runs a transcript and writes it anew. It notes what is heard.
func play(t *testing.T, text string, heard map[Guidance]bool) string {
	settings := Settings{SecurityCode: true}
	var w *world
	var out strings.Builder
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if !strings.HasPrefix(lines[0], "# ") || !strings.Contains(lines[0], ".md ") {
		t.Errorf("the head does not say which sentence this is about: %s", lines[0])
	}
	for _, line := range lines {
		line, _, _ = strings.Cut(line, "->")
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
			fmt.Fprintln(&out, line)
		case strings.HasPrefix(line, "with "):
			configure(t, &settings, strings.TrimPrefix(line, "with "))
			fmt.Fprintln(&out, line)
		default:
			if w == nil {
				w = newWorld(t, settings)
				w.heard = heard
			}
			fmt.Fprintf(&out, "%-30s -> %s\n", line, w.follow(line))
		}
	}
	if w == nil || !w.call.Ended() {
		t.Error("the transcript stops before the call ends")
	}
	return out.String()
}

// configure reads "return join", "retries 1", "cards 2", "no security code".
func configure(t *testing.T, s *Settings, words string) {
	var n int
	switch {
	case words == "no security code":
		s.SecurityCode = false
	case strings.HasPrefix(words, "return "):
		s.Return = ivr.ReturnCall(strings.TrimPrefix(words, "return "))
	case scan(words, "retries %d", &n):
		s.EntryRetries = n
	case scan(words, "cards %d", &n):
		s.CardAttempts = n
	default:
		t.Fatalf("with %s: there is no such setting", words)
	}
}

func scan(words, format string, n *int) bool {
	_, err := fmt.Sscanf(words, format, n)
	return err == nil
}

// follow feeds one line of a transcript and tells what followed.
func (w *world) follow(line string) string {
	if keys, ok := strings.CutPrefix(line, "keys "); ok {
		var parts []string
		for _, key := range []byte(strings.ReplaceAll(keys, " ", "")) {
			parts = append(parts, told(w.press(key)))
		}
		outcome := repeated(parts)
		return standing(w.call) + ": " + outcome
	}
	ev, ok := w.event(line)
	if !ok {
		w.t.Fatalf("%q is no event", line)
	}
	outcome := told(w.feed(ev))
	return standing(w.call) + ": " + outcome
}

// event reads a line of a transcript. "late" answers bear the turn before the latest.
func (w *world) event(line string) (Event, bool) {
	turn := last
	if words, ok := strings.CutPrefix(line, "late "); ok {
		line, turn = words, stale
	}
	var n int
	switch {
	case scan(line, "arrives, returned %d times", &n):
		return Arrived{Returns: n}, true
	case scan(line, "order sent, returned %d times", &n):
		return OrderSent{Returns: n}, true
	case strings.HasPrefix(line, "acquirer "):
		return w.answer(strings.TrimPrefix(line, "acquirer "), turn(w.inquiries))
	}
	events := map[string]Event{
		"arrives":                Arrived{},
		"arrives, channels full": Arrived{ChannelsFull: true},
		"order sent":             OrderSent{},
		"played out":             PlayedOut{turn(w.plays)},
		"timer":                  TimerFired{turn(w.timers)},
		"checked valid":          Checked{turn(w.checks), card.Valid, card.VISA},
		"operator answers":       OperatorAnswered{turn(w.dials)},
		"operator hangs up":      OperatorHungUp{},
		"joined":                 Joined{turn(w.dials)},
		"transfer fails":         TransferFailed{turn(w.dials)},
		"operator asks again":    Asked{Again},
		"operator aborts":        Asked{Abort},
		"held too long":          HeldTooLong{},
		"hangs up":               HungUp{},
		"server stops":           Stopped{},
		"server breaks":          Broken{},
	}
	ev, ok := events[line]
	return ev, ok
}

// answer reads what the acquirer says.
func (w *world) answer(words string, turn Turn) (Event, bool) {
	switch words {
	case "ok":
		return Answered{turn, ivr.OutcomePaid, false, "A001", "処理が成功しました。"}, true
	case "ng":
		return Answered{turn, ivr.OutcomeNotPaid, false, "NH18", "既に成功していました"}, true
	case "ng, other card may do":
		return Answered{turn, ivr.OutcomeNotPaid, true, "AG48", "無効カード"}, true
	case "unknown":
		return Answered{turn, ivr.OutcomeUnknown, false, "", "決済結果を確認中です"}, true
	case "unknown, other card may do":
		return Answered{turn, ivr.OutcomeUnknown, true, "", "決済結果を確認中です"}, true
	}
	return nil, false
}

// standing is the call's state and what of it a screen would show.
func standing(c Call) string {
	s := string(c.State())
	if c.Field() != "" {
		s += fmt.Sprintf(", digits %d", c.Digits())
		if c.invalid > 0 {
			s += fmt.Sprintf(", entries left %d", c.RetriesLeft())
		}
		if c.CardsLeft() < c.settings.CardAttempts {
			s += fmt.Sprintf(", cards left %d", c.CardsLeft())
		}
	}
	return s
}

// told is the commands of one event as prose.
func told(h happening) string {
	var words []string
	for _, command := range h.commands {
		if check, ok := command.(Check); ok {
			if check.Ended {
				words = append(words, "check ended entry: "+string(h.findings[0]))
			} else {
				words = append(words, "check: "+string(h.findings[0]))
			}
			h.findings = h.findings[1:]
			continue
		}
		words = append(words, phrase(command))
	}
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, ", ")
}

// phrase is one command as prose.
func phrase(command Command) string {
	switch c := command.(type) {
	case Answer:
		return "answer"
	case Play:
		words := "play " + string(c.Guidance)
		if c.Loop {
			words = "repeat " + string(c.Guidance)
		}
		if c.Again {
			words += " (again)"
		}
		if c.Retry > 0 {
			words += fmt.Sprintf(" (retry %d)", c.Retry)
		}
		return words
	case Stop:
		return "stop"
	case Keep:
		return "keep"
	case Clear:
		return "clear " + string(c.Field)
	case Wipe:
		return "wipe"
	case StartTimer:
		return "timer " + c.After.String()
	case StopTimer:
		return "stop timer"
	case Authorize:
		return fmt.Sprintf("AUTHORIZE %d", c.Attempt)
	case DialOperator:
		return "dial operator (" + string(c.Mode) + ")"
	case Join:
		return "join (" + string(c.Mode) + ")"
	case DropOperator:
		return "drop operator"
	case Record:
		return strings.TrimSpace(fmt.Sprintf("record %s %s", c.End, c.Outcome))
	case Tell:
		return strings.TrimSpace(fmt.Sprintf("tell %s %s %s", c.Point, c.Result, c.Code))
	case Notify:
		return "notify " + string(c.ID)
	case Bye:
		return "bye"
	}
	return fmt.Sprintf("%#v", command)
}

// repeated joins what followed each key, equal neighbours told once.
func repeated(parts []string) string {
	var out []string
	for i := 0; i < len(parts); {
		n := 1
		for i+n < len(parts) && parts[i+n] == parts[i] {
			n++
		}
		part := parts[i]
		if n > 1 {
			part = fmt.Sprintf("(%s) x%d", part, n)
		}
		out = append(out, part)
		i += n
	}
	return strings.Join(out, "; ")
}
