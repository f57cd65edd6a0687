package sdp_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	pion "github.com/pion/sdp/v3"

	"tsunagi/server/sdp"
)

func TestOurOfferIsAnsweredByOurself(t *testing.T) {
	phone := sdp.Local{Addr: netip.MustParseAddrPort("[2001:db8::9]:40000"), Session: 1, Version: 3}
	cases := []struct {
		name                string
		phone, server       []sdp.Codec
		wish                sdp.Direction
		codec               sdp.Codec
		payloadType         uint8
		phoneWay, serverWay sdp.Direction
	}{
		{"all codecs", nil, nil, "", sdp.PCMU, 0, sdp.SendRecv, sdp.SendRecv},
		{"A-law first", []sdp.Codec{sdp.PCMA, sdp.PCMU}, nil, "", sdp.PCMA, 8, sdp.SendRecv, sdp.SendRecv},
		{"A-law at the server", nil, []sdp.Codec{sdp.PCMA}, "", sdp.PCMA, 8, sdp.SendRecv, sdp.SendRecv},
		{"the phone holds", nil, nil, sdp.SendOnly, sdp.PCMU, 0, sdp.SendOnly, sdp.RecvOnly},
		{"the phone is away", nil, nil, sdp.Inactive, sdp.PCMU, 0, sdp.Inactive, sdp.Inactive},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			ours, theirs := phone, local
			ours.Codecs, theirs.Codecs, ours.Direction = c.phone, c.server, c.wish
			body, err := sdp.NewOffer(ours)
			if err != nil {
				t.Fatal(err)
			}
			var d pion.SessionDescription
			if err := d.Unmarshal(body); err != nil {
				t.Errorf("pion/sdp refuses the offer: %v", err)
			}
			offer, err := sdp.ParseOffer(body)
			if err != nil {
				t.Fatal(err)
			}
			answer, serverSays, err := sdp.Answer(offer, theirs)
			if err != nil {
				t.Fatal(err)
			}
			phoneSays, err := sdp.ParseAnswer(ours, answer)
			if err != nil {
				t.Fatal(err)
			}
			want := sdp.Chosen{Codec: c.codec, PayloadType: c.payloadType, EventPayloadType: sdp.DefaultEventPayloadType,
				Ptime: 20 * time.Millisecond, Remote: phone.Addr, Direction: c.serverWay}
			if serverSays != want {
				t.Errorf("the server chose %+v, want %+v", serverSays, want)
			}
			want.Remote, want.Direction = local.Addr, c.phoneWay
			if phoneSays != want {
				t.Errorf("the phone understood %+v, want %+v", phoneSays, want)
			}
		})
	}
}

func TestAnswersThatAreRefused(t *testing.T) {
	cases := []struct {
		name string
		body []byte
		want error
	}{
		{"nothing", nil, sdp.ErrMalformed},
		{"no stream", minimal(), sdp.ErrNoAudio},
		{"our stream refused", minimal("m=audio 0 RTP/AVP 0"), sdp.ErrNoAudio},
		{"another stream than ours", minimal("m=video 4000 RTP/AVP 96"), sdp.ErrNoAudio},
		{"a codec that was not offered", minimal("m=audio 4000 RTP/AVP 18"), sdp.ErrNoCommonCodec},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got, err := sdp.ParseAnswer(local, c.body); !errors.Is(err, c.want) {
				t.Errorf("ParseAnswer = %+v, %v, want %v", got, err, c.want)
			}
		})
	}
}

func TestAnAnswerMayNumberEventsDifferently(t *testing.T) {
	got, err := sdp.ParseAnswer(local, minimal("m=audio 4000 RTP/AVP 0 96", "a=rtpmap:96 telephone-event/8000"))
	if err != nil || got.EventPayloadType != 96 {
		t.Errorf("ParseAnswer = %+v, %v, want events sent as 96", got, err)
	}
}
