package sdp_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tsunagi/server/sdp"
)

// FuzzAnswer takes any body for an offer. Facts: an answer has as many m= lines as the
// offer, each of the same kind and transport; exactly one has a port; its formats were
// offered in that line; it reads as a description that agrees on the same codec.
func FuzzAnswer(f *testing.F) {
	files, err := filepath.Glob("testdata/*.sdp")
	if err != nil || len(files) == 0 {
		f.Fatalf("no offers in testdata: %v", err)
	}
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		offer, err := sdp.ParseOffer(body)
		if err != nil {
			return
		}
		answer, chosen, err := sdp.Answer(offer, local)
		if err != nil {
			return
		}
		var asked []string
		for line := range strings.SplitSeq(string(body), "\n") {
			if strings.HasPrefix(line, "m=") {
				asked = append(asked, line)
			}
		}
		said := mediaLines(answer)
		if len(said) != len(asked) {
			t.Fatalf("%d m= lines answer %d", len(said), len(asked))
		}
		taken := 0
		for i := range said {
			a, s := strings.Fields(asked[i]), strings.Fields(said[i])
			if a[0] != s[0] || a[2] != s[2] {
				t.Errorf("%q answers %q", said[i], asked[i])
			}
			if s[1] == "0" {
				continue
			}
			taken++
			for _, format := range s[3:] {
				if !slices.ContainsFunc(a[3:], func(offered string) bool {
					return format == strings.TrimLeft(offered, "0") || format == "0" && strings.Trim(offered, "0") == ""
				}) {
					t.Errorf("format %s was not offered in %q", format, asked[i])
				}
			}
		}
		if taken != 1 {
			t.Errorf("%d streams taken, want 1", taken)
		}
		back, err := sdp.ParseOffer(answer)
		if err != nil {
			t.Fatalf("our own answer: %v", err)
		}
		again, err := back.Choose(local)
		if err != nil || again.Codec != chosen.Codec || again.EventPayloadType != chosen.EventPayloadType {
			t.Errorf("the answer reads as %+v, %v, want %+v", again, err, chosen)
		}
	})
}
