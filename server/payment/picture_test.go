package payment

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"tsunagi/server"
)

var update = flag.Bool("update", false, "draw the states anew in the docs")

// The picture in the docs is drawn from the table, between these lines.
const (
	picture      = "../docs/payments.md"
	pictureBegin = "<!-- states: drawn by go test ./server/payment -run TestPicture -update -->\n"
	pictureEnd   = "<!-- end of states -->\n"
)

// draw is the table as a Mermaid state diagram.
func draw() string {
	type arrow struct{ from, to, event string }
	var arrows []arrow
	leaves := make(map[ivr.AttemptState]bool)
	for from, events := range transitions {
		for e, to := range events {
			arrows = append(arrows, arrow{string(from), string(to), string(e)})
			if len(transitions[to]) == 0 {
				leaves[to] = true
			}
		}
	}
	for to := range leaves {
		arrows = append(arrows, arrow{from: string(to)})
	}
	order := strings.Fields("SENDING UNKNOWN APPROVED CAPTURED VOIDING VOID_FAILED MANUAL NOT_CHARGED")
	place := func(state string) int {
		if state == "" {
			return -2
		}
		if n := slices.Index(order, state); n >= 0 {
			return n
		}
		return len(order)
	}
	slices.SortFunc(arrows, func(a, b arrow) int {
		return cmp.Or(cmp.Compare(place(a.from), place(b.from)), cmp.Compare(a.from, b.from),
			cmp.Compare(a.to, b.to), cmp.Compare(a.event, b.event))
	})
	var b strings.Builder
	b.WriteString("```mermaid\nstateDiagram-v2\n")
	for _, a := range arrows {
		from, to := cmp.Or(a.from, "[*]"), cmp.Or(a.to, "[*]")
		if a.event == "" {
			fmt.Fprintf(&b, "    %s --> %s\n", from, to)
		} else {
			fmt.Fprintf(&b, "    %s --> %s: %s\n", from, to, a.event)
		}
	}
	b.WriteString("```\n")
	return b.String()
}

// The picture in the docs is the one of the code.
func TestPicture(t *testing.T) {
	text, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), pictureBegin)
	got, after, ended := strings.Cut(rest, pictureEnd)
	if !found || !ended {
		t.Fatalf("%s has no place for the picture:\n%s%s", picture, pictureBegin, pictureEnd)
	}
	want := draw()
	if got == want {
		return
	}
	if !*update {
		t.Fatalf("the picture is an old one (-update draws it anew); got\n%s\nwant\n%s", got, want)
	}
	if err := os.WriteFile(picture, []byte(before+pictureBegin+want+pictureEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
