package sdp_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
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
	f.Add([]byte("v=0\nm= audio 1 RTP/AVP 0\nc=IN IP4 0.0.0.0")) // blanks where none belong
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
			a, s := strings.Fields(asked[i][2:]), strings.Fields(said[i][2:]) // kind, port, transport, formats
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

// FuzzParseAnswer takes any body for the answer to our own offer, with encryption or
// without. Facts: an error is one of those that are documented and brings nothing;
// else the codec is one we know, the packet is one we can send, the stream goes where
// the body names and is encrypted exactly as was asked for.
func FuzzParseAnswer(f *testing.F) {
	files, err := filepath.Glob("testdata/*.sdp")
	if err != nil || len(files) == 0 {
		f.Fatalf("no descriptions in testdata: %v", err)
	}
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body, uint8(0))
		f.Add(body, uint8(1))
		f.Add(body, uint8(2))
	}
	encryptions := []sdp.Encryption{sdp.EncryptionOff, sdp.EncryptionOptional, sdp.EncryptionRequired}
	f.Fuzz(func(t *testing.T, body []byte, mode uint8) {
		ours := local
		ours.Encryption = encryptions[int(mode)%len(encryptions)]
		chosen, err := sdp.ParseAnswer(ours, body)
		if err != nil {
			if !errors.Is(err, sdp.ErrMalformed) && !errors.Is(err, sdp.ErrNoAudio) && !errors.Is(err, sdp.ErrNoCommonCodec) && !errors.Is(err, sdp.ErrNotEncrypted) {
				t.Errorf("an error of its own kind: %v", err)
			}
			if chosen != (sdp.Chosen{}) {
				t.Error("an error came with something chosen")
			}
			return
		}
		if !slices.Contains(sdp.Codecs(), chosen.Codec) {
			t.Errorf("codec %v was never offered", chosen.Codec)
		}
		if ms := chosen.Ptime.Milliseconds(); ms < 10 || ms > 60 || ms%10 != 0 {
			t.Errorf("packets of %v cannot be sent", chosen.Ptime)
		}
		if chosen.PayloadType > 127 || chosen.EventPayloadType > 127 {
			t.Errorf("payload types %d and %d do not fit into RTP", chosen.PayloadType, chosen.EventPayloadType)
		}
		if chosen.EventPayloadType != 0 && chosen.EventPayloadType == chosen.PayloadType {
			t.Errorf("sound and events both are %d", chosen.PayloadType)
		}
		if chosen.Remote.IsValid() && (chosen.Remote.Port() == 0 || !strings.Contains(string(body), strconv.Itoa(int(chosen.Remote.Port())))) {
			t.Errorf("sound goes to %s, which the body does not name", chosen.Remote)
		}
		switch encrypted := chosen.Crypto.Suite != ""; {
		case encrypted && ours.Encryption == sdp.EncryptionOff:
			t.Error("encrypted, which was not offered")
		case !encrypted && ours.Encryption == sdp.EncryptionRequired:
			t.Error("plain, where encryption is required")
		}
	})
}
