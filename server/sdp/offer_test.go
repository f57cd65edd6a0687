package sdp_test

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	pion "github.com/pion/sdp/v3"

	"tsunagi/server/sdp"
)

// local is our side in these tests.
var local = sdp.Local{Addr: netip.MustParseAddrPort("192.0.2.10:20000"), Session: 7, Version: 1}

// offered reads the body of a real telephone from testdata.
func offered(t *testing.T, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", name+".sdp"))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// minimal is an offer whose m= line and what follows it are given.
func minimal(lines ...string) []byte {
	all := append([]string{"v=0", "o=- 1 1 IN IP4 198.51.100.1", "s=-", "c=IN IP4 198.51.100.1", "t=0 0"}, lines...)
	return []byte(strings.Join(all, "\r\n") + "\r\n")
}

// mediaLines returns the m= lines of body.
func mediaLines(body []byte) (lines []string) {
	for line := range strings.SplitSeq(string(body), "\r\n") {
		if strings.HasPrefix(line, "m=") {
			lines = append(lines, line)
		}
	}
	return lines
}

func TestOffersOfRealTelephones(t *testing.T) {
	const ms = time.Millisecond
	cases := []struct {
		file  string
		want  sdp.Chosen
		media string
	}{
		{"asterisk", sdp.Chosen{Codec: sdp.PCMU, PayloadType: 0, EventPayloadType: 101, Ptime: 20 * ms,
			Remote: netip.MustParseAddrPort("192.0.2.20:14312"), Direction: sdp.SendRecv},
			"m=audio 20000 RTP/AVP 0 101"},
		{"asterisk-hold", sdp.Chosen{Codec: sdp.PCMA, PayloadType: 8, EventPayloadType: 101, Ptime: 20 * ms,
			Remote: netip.MustParseAddrPort("192.0.2.20:14312"), Direction: sdp.RecvOnly},
			"m=audio 20000 RTP/AVP 8 101"},
		{"asterisk-t38", sdp.Chosen{Codec: sdp.PCMU, PayloadType: 0, EventPayloadType: 101, Ptime: 20 * ms,
			Remote: netip.MustParseAddrPort("192.0.2.20:14312"), Direction: sdp.SendRecv},
			"m=audio 20000 RTP/AVP 0 101|m=image 0 udptl t38"},
		{"linphone", sdp.Chosen{Codec: sdp.PCMU, PayloadType: 0, EventPayloadType: 97, Ptime: 20 * ms,
			Remote: netip.MustParseAddrPort("203.0.113.5:7078"), Direction: sdp.SendRecv},
			"m=audio 20000 RTP/AVP 0 97|m=video 0 RTP/AVP 96"},
		{"zoiper", sdp.Chosen{Codec: sdp.G722, PayloadType: 9, EventPayloadType: 101, Ptime: 20 * ms,
			Remote: netip.MustParseAddrPort("10.1.2.3:8000"), Direction: sdp.SendRecv},
			"m=audio 20000 RTP/AVP 9 101"},
		{"cisco", sdp.Chosen{Codec: sdp.PCMU, PayloadType: 0, EventPayloadType: 101, Ptime: 20 * ms,
			Remote: netip.MustParseAddrPort("198.51.100.30:16444"), Direction: sdp.SendRecv},
			"m=audio 20000 RTP/AVP 0 101"},
		{"cisco-out-of-order", sdp.Chosen{Codec: sdp.PCMU, PayloadType: 0, EventPayloadType: 0, Ptime: 30 * ms,
			Remote: netip.MustParseAddrPort("198.51.100.31:16444"), Direction: sdp.SendRecv},
			"m=audio 20000 RTP/AVP 0"},
		{"ipv6", sdp.Chosen{Codec: sdp.PCMA, PayloadType: 8, EventPayloadType: 96, Ptime: 20 * ms,
			Remote: netip.MustParseAddrPort("[2001:db8::5]:4000"), Direction: sdp.SendRecv},
			"m=audio 20000 RTP/AVP 8 96"},
		{"hold-rfc2543", sdp.Chosen{Codec: sdp.PCMU, PayloadType: 0, EventPayloadType: 101, Ptime: 20 * ms,
			Direction: sdp.RecvOnly},
			"m=audio 20000 RTP/AVP 0 101"},
		{"two-audio", sdp.Chosen{Codec: sdp.PCMU, PayloadType: 0, EventPayloadType: 101, Ptime: 20 * ms,
			Remote: netip.MustParseAddrPort("192.0.2.21:30002"), Direction: sdp.SendRecv},
			"m=audio 0 RTP/SAVP 0 101|m=audio 20000 RTP/AVP 0 101|m=audio 0 RTP/AVP 8"},
	}
	for _, c := range cases {
		t.Run(c.file, func(t *testing.T) {
			offer, err := sdp.ParseOffer(offered(t, c.file))
			if err != nil {
				t.Fatal(err)
			}
			body, got, err := sdp.Answer(offer, local)
			if err != nil {
				t.Fatal(err)
			}
			if got != c.want {
				t.Errorf("chosen = %+v, want %+v", got, c.want)
			}
			if chosen, err := offer.Choose(sdp.Local{}); err != nil || chosen != got {
				t.Errorf("Choose = %+v, %v, but the answer says %+v", chosen, err, got)
			}
			if media := strings.Join(mediaLines(body), "|"); media != c.media {
				t.Errorf("m= lines = %s, want %s", media, c.media)
			}
			if want := "a=" + string(c.want.Direction) + "\r\n"; !strings.Contains(string(body), want) {
				t.Errorf("the answer lacks %q:\n%s", want, body)
			}
		})
	}
}

func TestDirectionIsAnswered(t *testing.T) {
	cases := []struct {
		name           string
		session, media string
		wish           sdp.Direction
		want           sdp.Direction
	}{
		{"nothing said means both ways", "", "", "", sdp.SendRecv},
		{"sendonly is a hold and is listened to", "", "a=sendonly", "", sdp.RecvOnly},
		{"recvonly is spoken to", "", "a=recvonly", "", sdp.SendOnly},
		{"inactive stays inactive", "", "a=inactive", "", sdp.Inactive},
		{"the session's direction holds", "a=inactive", "", "", sdp.Inactive},
		{"the stream's direction goes before the session's", "a=inactive", "a=sendonly", "", sdp.RecvOnly},
		{"we hold", "", "a=sendrecv", sdp.SendOnly, sdp.SendOnly},
		{"both hold", "", "a=sendonly", sdp.SendOnly, sdp.Inactive},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			offer, err := sdp.ParseOffer(minimal(c.session, "m=audio 4000 RTP/AVP 0", c.media))
			if err != nil {
				t.Fatal(err)
			}
			ours := local
			ours.Direction = c.wish
			body, got, err := sdp.Answer(offer, ours)
			if err != nil {
				t.Fatal(err)
			}
			if got.Direction != c.want {
				t.Errorf("direction = %s, want %s", got.Direction, c.want)
			}
			if want := "a=" + string(c.want) + "\r\n"; !strings.HasSuffix(string(body), want) {
				t.Errorf("the answer does not end with %q:\n%s", want, body)
			}
		})
	}
}

// telephony.md 1, behaviour 13: ptime 10, 20, 30, 40; a payload type other than 101; PCMU,
// PCMA, G.722.
func TestCodecAndPacketAreChosen(t *testing.T) {
	const ms = time.Millisecond
	cases := []struct {
		name   string
		lines  []string
		codecs []sdp.Codec
		codec  sdp.Codec
		pt, ev uint8
		ptime  time.Duration
	}{
		{"static payload types need no rtpmap", []string{"m=audio 4000 RTP/AVP 18 8 0"}, nil, sdp.PCMA, 8, 0, 20 * ms},
		{"a dynamic payload type by its rtpmap", []string{"m=audio 4000 RTP/AVP 110", "a=rtpmap:110 pcma/8000"}, nil, sdp.PCMA, 110, 0, 20 * ms},
		{"one channel may be said", []string{"m=audio 4000 RTP/AVP 110", "a=rtpmap:110 PCMU/8000/1"}, nil, sdp.PCMU, 110, 0, 20 * ms},
		{"two channels are another codec", []string{"m=audio 4000 RTP/AVP 110 8", "a=rtpmap:110 PCMU/8000/2"}, nil, sdp.PCMA, 8, 0, 20 * ms},
		{"another rate is another codec", []string{"m=audio 4000 RTP/AVP 110 8", "a=rtpmap:110 PCMU/16000"}, nil, sdp.PCMA, 8, 0, 20 * ms},
		{"an rtpmap overrules the static meaning", []string{"m=audio 4000 RTP/AVP 0 8", "a=rtpmap:0 X-RAW/8000"}, nil, sdp.PCMA, 8, 0, 20 * ms},
		{"G.722 by its static type", []string{"m=audio 4000 RTP/AVP 9 0"}, nil, sdp.G722, 9, 0, 20 * ms},
		{"G.722 has a clock of 8,000 though it has 16,000 samples", []string{"m=audio 4000 RTP/AVP 112 9 101", "a=rtpmap:112 G722/16000", "a=rtpmap:9 G722/8000", "a=rtpmap:101 telephone-event/8000"}, nil, sdp.G722, 9, 101, 20 * ms},
		{"the peer's order of codecs holds", []string{"m=audio 4000 RTP/AVP 8 9 0"}, nil, sdp.PCMA, 8, 0, 20 * ms},
		{"the configured codecs alone", []string{"m=audio 4000 RTP/AVP 0 8"}, []sdp.Codec{sdp.PCMA}, sdp.PCMA, 8, 0, 20 * ms},
		{"telephone-event under another number", []string{"m=audio 4000 RTP/AVP 0 96", "a=rtpmap:96 telephone-event/8000"}, nil, sdp.PCMU, 0, 96, 20 * ms},
		{"telephone-event of our rate among two", []string{"m=audio 4000 RTP/AVP 0 96 97", "a=rtpmap:96 telephone-event/48000", "a=rtpmap:97 telephone-event/8000"}, nil, sdp.PCMU, 0, 97, 20 * ms},
		{"101 without rtpmap is not an offer of events", []string{"m=audio 4000 RTP/AVP 0 101"}, nil, sdp.PCMU, 0, 0, 20 * ms},
		{"an rtpmap of a format not listed is nothing", []string{"m=audio 4000 RTP/AVP 0", "a=rtpmap:101 telephone-event/8000"}, nil, sdp.PCMU, 0, 0, 20 * ms},
		{"ptime 10", []string{"m=audio 4000 RTP/AVP 0", "a=ptime:10"}, nil, sdp.PCMU, 0, 0, 10 * ms},
		{"ptime 30", []string{"m=audio 4000 RTP/AVP 0", "a=ptime:30"}, nil, sdp.PCMU, 0, 0, 30 * ms},
		{"ptime 40", []string{"m=audio 4000 RTP/AVP 0", "a=ptime:40"}, nil, sdp.PCMU, 0, 0, 40 * ms},
		{"ptime between two", []string{"m=audio 4000 RTP/AVP 0", "a=ptime:50"}, nil, sdp.PCMU, 0, 0, 40 * ms},
		{"a shorter ptime than any", []string{"m=audio 4000 RTP/AVP 0", "a=ptime:5"}, nil, sdp.PCMU, 0, 0, 10 * ms},
		{"ptime beyond maxptime", []string{"m=audio 4000 RTP/AVP 0", "a=ptime:40", "a=maxptime:20"}, nil, sdp.PCMU, 0, 0, 20 * ms},
		{"a ptime that is no number", []string{"m=audio 4000 RTP/AVP 0", "a=ptime:-3x"}, nil, sdp.PCMU, 0, 0, 20 * ms},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			offer, err := sdp.ParseOffer(minimal(c.lines...))
			if err != nil {
				t.Fatal(err)
			}
			got, err := offer.Choose(sdp.Local{Codecs: c.codecs})
			if err != nil {
				t.Fatal(err)
			}
			want := sdp.Chosen{Codec: c.codec, PayloadType: c.pt, EventPayloadType: c.ev, Ptime: c.ptime,
				Remote: netip.MustParseAddrPort("198.51.100.1:4000"), Direction: sdp.SendRecv}
			if got != want {
				t.Errorf("chosen = %+v, want %+v", got, want)
			}
		})
	}
}

func TestWhereThePeerHasItsRTCP(t *testing.T) {
	at := netip.MustParseAddrPort
	cases := []struct {
		attribute string
		want      netip.AddrPort
	}{
		{"a=sendrecv", netip.AddrPort{}},
		{"a=rtcp:53020", at("198.51.100.1:53020")},
		{"a=rtcp:53020 IN IP4 203.0.113.66", at("198.51.100.1:53020")}, // not to a third party
		{"a=rtcp:0", netip.AddrPort{}},
		{"a=rtcp:65536", netip.AddrPort{}},
		{"a=rtcp:", netip.AddrPort{}},
		{"a=rtcp-mux", netip.AddrPort{}},
	}
	for _, c := range cases {
		offer, err := sdp.ParseOffer(minimal("m=audio 4000 RTP/AVP 0", c.attribute))
		if err != nil {
			t.Fatal(err)
		}
		chosen, err := offer.Choose(local)
		if err != nil || chosen.RemoteControl != c.want {
			t.Errorf("%s: RTCP at %s, %v, want %s", c.attribute, chosen.RemoteControl, err, c.want)
		}
	}
}

func TestOffersThatAreRefused(t *testing.T) {
	cases := []struct {
		name string
		body []byte
		want error
	}{
		{"an empty body", nil, sdp.ErrMalformed},
		{"no description", []byte("hello"), sdp.ErrMalformed},
		{"another version", []byte("v=1\r\n"), sdp.ErrMalformed},
		{"no stream", minimal(), sdp.ErrNoAudio},
		{"video alone", minimal("m=video 4000 RTP/AVP 96"), sdp.ErrNoAudio},
		{"audio with port 0", minimal("m=audio 0 RTP/AVP 0"), sdp.ErrNoAudio},
		{"a codec we do not speak", minimal("m=audio 4000 RTP/AVP 18", "a=rtpmap:18 G729/8000"), sdp.ErrNoCommonCodec},
		{"telephone-event alone", minimal("m=audio 4000 RTP/AVP 101", "a=rtpmap:101 telephone-event/8000"), sdp.ErrNoCommonCodec},
		{"a secured transport alone", minimal("m=audio 4000 RTP/SAVP 0"), sdp.ErrNoCommonCodec},
		{"a port beyond 65535", minimal("m=audio 70000 RTP/AVP 0"), sdp.ErrMalformed},
		{"a stream without formats", minimal("m=audio 4000 RTP/AVP"), sdp.ErrMalformed},
		{"a line without a value", minimal("m=audio 4000 RTP/AVP 0", "ptime"), sdp.ErrMalformed},
		{"unprintable m=", minimal("m=audio 4000 RTP/AVP 0\x00"), sdp.ErrMalformed},
		{"a host name for an address", minimal("m=audio 4000 RTP/AVP 0", "c=IN IP4 pbx.example"), sdp.ErrMalformed},
		{"a multicast address", minimal("m=audio 4000 RTP/AVP 0", "c=IN IP4 224.2.1.1/127"), sdp.ErrMalformed},
		{"an address of the other family", minimal("m=audio 4000 RTP/AVP 0", "c=IN IP4 2001:db8::1"), sdp.ErrMalformed},
		{"no address at all", []byte("v=0\r\nm=audio 4000 RTP/AVP 0\r\n"), sdp.ErrMalformed},
		{"more streams than a call has", minimal(strings.Repeat("m=audio 4000 RTP/AVP 0\r\n", 40)), sdp.ErrMalformed},
		{"a body of a megabyte", minimal(strings.Repeat("a=x\r\n", 200000)), sdp.ErrMalformed},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			offer, err := sdp.ParseOffer(c.body)
			if err == nil {
				_, _, err = sdp.Answer(offer, local)
			}
			if !errors.Is(err, c.want) {
				t.Errorf("error = %v, want %v", err, c.want)
			}
		})
	}
}

func TestAnAnswerIsWellFormed(t *testing.T) {
	offer, err := sdp.ParseOffer(offered(t, "asterisk"))
	if err != nil {
		t.Fatal(err)
	}
	body, _, err := sdp.Answer(offer, local)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"v=0", "o=tsunagi 7 1 IN IP4 192.0.2.10", "s=-", "c=IN IP4 192.0.2.10", "t=0 0",
		"m=audio 20000 RTP/AVP 0 101",
		"a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15",
		"a=ptime:20", "a=sendrecv", ""}, "\r\n")
	if string(body) != want {
		t.Errorf("answer:\n%s\nwant:\n%s", body, want)
	}
	var d pion.SessionDescription
	if err := d.Unmarshal(body); err != nil {
		t.Errorf("pion/sdp refuses the answer: %v", err)
	}
}

func TestOurSideMustHaveAnAddress(t *testing.T) {
	offer, err := sdp.ParseOffer(offered(t, "asterisk"))
	if err != nil {
		t.Fatal(err)
	}
	for _, addr := range []netip.AddrPort{{}, netip.MustParseAddrPort("0.0.0.0:20000"), netip.MustParseAddrPort("192.0.2.10:0")} {
		if body, _, err := sdp.Answer(offer, sdp.Local{Addr: addr}); err == nil {
			t.Errorf("Answer with %v = %s, want an error", addr, body)
		}
		if body, err := sdp.NewOffer(sdp.Local{Addr: addr}); err == nil {
			t.Errorf("NewOffer with %v = %s, want an error", addr, body)
		}
	}
}
