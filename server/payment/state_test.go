package payment

import (
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"

	"tsunagi/server"
)

// arrow is a line of the drawing: from ──event──► to.
var arrow = regexp.MustCompile(`(?m)^//\s+(\S+)\s+──(.+?)─+►\s+(\S+)$`)

func TestTransitionsAreAsDrawn(t *testing.T) {
	source, err := os.ReadFile("state.go")
	if err != nil {
		t.Fatal(err)
	}
	drawn := make(map[string]bool)
	for _, m := range arrow.FindAllStringSubmatch(string(source), -1) {
		drawn[strings.TrimPrefix(m[1], "(none)")+" ─"+m[2]+"► "+m[3]] = true
	}
	table := make(map[string]bool)
	for from, events := range transitions {
		for e, to := range events {
			table[string(from)+" ─"+string(e)+"► "+string(to)] = true
		}
	}
	if !maps.Equal(drawn, table) {
		for row := range table {
			if !drawn[row] {
				t.Errorf("not drawn: %s", row)
			}
		}
		for row := range drawn {
			if !table[row] {
				t.Errorf("drawn, but not in the table: %s", row)
			}
		}
	}
}

// What the specification says can never happen.
func TestNextRefuses(t *testing.T) {
	tests := []struct {
		name string
		from ivr.AttemptState
		e    Event
	}{
		{"a request without a line in the journal", "", Approved},
		{"a late answer for an attempt already unknown", ivr.AttemptUnknown, Approved},
		{"a second answer after success", ivr.AttemptApproved, Declined},
		{"a second answer after a refusal", ivr.AttemptDeclined, Approved},
		{"crash of an attempt that had its answer", ivr.AttemptApproved, Died},
		{"an attempt back to be sent again", ivr.AttemptUnknown, Written},
		{"not sent, once something may have left", ivr.AttemptUnknown, NotSent},
		{"giving up what is being sent", ivr.AttemptSending, GivenUp},
		{"a success that is not confirmed by its cancel", ivr.AttemptVoiding, Approved},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if to, ok := Next(tt.from, tt.e); ok {
				t.Errorf("%s ─%s─► %s is possible", tt.from, tt.e, to)
			}
		})
	}
}

// From SENDING every state of the domain can be reached, and only those.
func TestEveryStateIsReached(t *testing.T) {
	all := []ivr.AttemptState{
		ivr.AttemptSending, ivr.AttemptApproved, ivr.AttemptCaptured, ivr.AttemptDeclined, ivr.AttemptNotSent,
		ivr.AttemptUnknown, ivr.AttemptNotCharged, ivr.AttemptVoiding, ivr.AttemptVoided, ivr.AttemptVoidFailed,
		ivr.AttemptManual,
	}
	reached := make(map[ivr.AttemptState]bool)
	var visit func(ivr.AttemptState)
	visit = func(from ivr.AttemptState) {
		for _, to := range transitions[from] {
			if !reached[to] {
				reached[to] = true
				visit(to)
			}
		}
	}
	visit("")
	for _, s := range all {
		if !reached[s] {
			t.Errorf("%s is not reached", s)
		}
		delete(reached, s)
	}
	if len(reached) > 0 {
		t.Errorf("states that the domain does not know: %v", reached)
	}
}
