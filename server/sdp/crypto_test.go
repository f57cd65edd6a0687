package sdp_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"tsunagi/server/sdp"
)

// The keys of these tests, ours and the peer's.
var ourKey, peerKey = sdp.MasterKey(bytes.Repeat([]byte{0xA5}, 30)), sdp.MasterKey([]byte("peer key 16 byte14 bytes salt!"))

// inline is a key as it stands in a crypto attribute.
func inline(k sdp.MasterKey) string { return "inline:" + base64.StdEncoding.EncodeToString(k[:]) }

// encrypting is our side with a wish for encryption.
func encrypting(wish sdp.Encryption) sdp.Local {
	l := local
	l.Encryption, l.Key = wish, ourKey
	return l
}

func TestWhatIsAnsweredToKeys(t *testing.T) {
	const off, optional, required = sdp.EncryptionOff, sdp.EncryptionOptional, sdp.EncryptionRequired
	crypto := func(rest string) string { return "a=crypto:7 " + rest }
	good := crypto("AES_CM_128_HMAC_SHA1_80 " + inline(peerKey))
	short := crypto("AES_CM_128_HMAC_SHA1_32 " + inline(peerKey))
	const avp, savp = "m=audio 4000 RTP/AVP 0", "m=audio 4000 RTP/SAVP 0"
	cases := []struct {
		name  string
		wish  sdp.Encryption
		offer []string
		suite sdp.Suite
		err   error
		media string
	}{
		{"plain, off", off, []string{avp}, "", nil, "m=audio 20000 RTP/AVP 0"},
		{"plain, optional", optional, []string{avp}, "", nil, "m=audio 20000 RTP/AVP 0"},
		{"plain, required", required, []string{avp}, "", sdp.ErrNotEncrypted, ""},
		{"secured, off", off, []string{savp, good}, "", sdp.ErrNoCommonCodec, ""},
		{"secured, optional", optional, []string{savp, good}, sdp.SuiteSHA1Tag80, nil, "m=audio 20000 RTP/SAVP 0"},
		{"secured, required", required, []string{savp, good}, sdp.SuiteSHA1Tag80, nil, "m=audio 20000 RTP/SAVP 0"},
		{"a tag of 32 bits", required, []string{savp, short}, sdp.SuiteSHA1Tag32, nil, "m=audio 20000 RTP/SAVP 0"},
		{"the first of two that we know", required, []string{savp, crypto("AES_256_CM_HMAC_SHA1_80 inline:x"), short, good}, sdp.SuiteSHA1Tag32, nil, "m=audio 20000 RTP/SAVP 0"},
		{"keys on a plain stream, off", off, []string{avp, good}, "", nil, "m=audio 20000 RTP/AVP 0"},
		{"keys on a plain stream, optional", optional, []string{avp, good}, sdp.SuiteSHA1Tag80, nil, "m=audio 20000 RTP/AVP 0"},
		{"keys on a plain stream, required", required, []string{avp, good}, sdp.SuiteSHA1Tag80, nil, "m=audio 20000 RTP/AVP 0"},
		{"a plain and a secured stream, optional", optional, []string{avp, "m=audio 4002 RTP/SAVP 0", good}, sdp.SuiteSHA1Tag80, nil, "m=audio 0 RTP/AVP 0|m=audio 20000 RTP/SAVP 0"},
		{"a plain and a secured stream, off", off, []string{"m=audio 4002 RTP/SAVP 0", good, avp}, "", nil, "m=audio 0 RTP/SAVP 0|m=audio 20000 RTP/AVP 0"},
		{"secured without a key", optional, []string{savp}, "", sdp.ErrNoCommonCodec, ""},
		{"a lifetime", required, []string{savp, good + "|2^20"}, sdp.SuiteSHA1Tag80, nil, "m=audio 20000 RTP/SAVP 0"},
		{"a key identifier", required, []string{savp, good + "|2^20|1:4"}, "", sdp.ErrNoCommonCodec, ""},
		{"a key identifier alone", required, []string{savp, good + "|1:4"}, "", sdp.ErrNoCommonCodec, ""},
		{"two keys", required, []string{savp, good + ";" + inline(peerKey)}, "", sdp.ErrNoCommonCodec, ""},
		{"a window size", required, []string{savp, good + " WSH=64 -FEC"}, sdp.SuiteSHA1Tag80, nil, "m=audio 20000 RTP/SAVP 0"},
		{"encryption switched off by the keys", required, []string{savp, good + " UNENCRYPTED_SRTP"}, "", sdp.ErrNoCommonCodec, ""},
		{"authentication switched off by the keys", optional, []string{savp, good + " UNAUTHENTICATED_SRTP"}, "", sdp.ErrNoCommonCodec, ""},
		{"a key too short", required, []string{savp, crypto("AES_CM_128_HMAC_SHA1_80 inline:AAAA")}, "", sdp.ErrNoCommonCodec, ""},
		{"a key that is no base64", required, []string{savp, crypto("AES_CM_128_HMAC_SHA1_80 inline:!!!!")}, "", sdp.ErrNoCommonCodec, ""},
		{"DTLS", optional, []string{"m=audio 4000 UDP/TLS/RTP/SAVP 0", good}, "", sdp.ErrNoCommonCodec, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			offer, err := sdp.ParseOffer(minimal(c.offer...))
			if err != nil {
				t.Fatal(err)
			}
			body, chosen, err := sdp.Answer(offer, encrypting(c.wish))
			if !errors.Is(err, c.err) || chosen.Crypto.Suite != c.suite {
				t.Fatalf("chosen %+v, %v, want %q, %v", chosen.Crypto, err, c.suite, c.err)
			}
			if got := strings.Join(mediaLines(body), "|"); got != c.media {
				t.Errorf("streams = %q, want %q", got, c.media)
			}
			if c.suite == "" {
				if bytes.Contains(body, []byte("crypto")) {
					t.Errorf("a key in a plain answer:\n%s", body)
				}
				return
			}
			if chosen.Crypto.Receive != peerKey || chosen.Crypto.Send != ourKey {
				t.Error("the keys are not ours to send and the peer's to receive")
			}
			want := fmt.Sprintf("a=crypto:7 %s %s\r\n", c.suite, inline(ourKey))
			if got := string(body); strings.Count(got, "a=crypto") != 1 || !strings.Contains(got, want) {
				t.Errorf("answer:\n%s\nwant one key, %s", got, want)
			}
		})
	}
}

func TestOurOfferOfKeysIsAnswered(t *testing.T) {
	const off, optional, required = sdp.EncryptionOff, sdp.EncryptionOptional, sdp.EncryptionRequired
	for _, c := range []struct {
		ours, theirs sdp.Encryption
		secured      bool
		refused      error
	}{
		{off, off, false, nil}, {off, optional, false, nil}, {off, required, false, sdp.ErrNotEncrypted},
		{optional, off, false, nil}, {optional, optional, true, nil}, {optional, required, true, nil},
		{required, off, false, sdp.ErrNoCommonCodec}, {required, optional, true, nil}, {required, required, true, nil},
	} {
		t.Run(fmt.Sprintf("%q to %q", c.ours, c.theirs), func(t *testing.T) {
			body, err := sdp.NewOffer(encrypting(c.ours))
			if err != nil {
				t.Fatal(err)
			}
			offer, err := sdp.ParseOffer(body)
			if err != nil {
				t.Fatal(err)
			}
			peer := encrypting(c.theirs)
			peer.Key = peerKey
			answer, theirs, err := sdp.Answer(offer, peer)
			if !errors.Is(err, c.refused) {
				t.Fatalf("answer: %v, want %v", err, c.refused)
			}
			if c.refused != nil {
				return
			}
			ours, err := sdp.ParseAnswer(encrypting(c.ours), answer)
			if err != nil {
				t.Fatal(err)
			}
			if secured := ours.Crypto.Suite != ""; secured != c.secured || ours.Crypto.Suite != theirs.Crypto.Suite {
				t.Fatalf("we use %q and the peer %q", ours.Crypto.Suite, theirs.Crypto.Suite)
			}
			if c.secured && (ours.Crypto.Send != theirs.Crypto.Receive || ours.Crypto.Receive != theirs.Crypto.Send) {
				t.Error("the two sides have different keys")
			}
		})
	}
}

func TestAnswersThatLeaveEncryption(t *testing.T) {
	good := "AES_CM_128_HMAC_SHA1_80 " + inline(peerKey)
	for name, lines := range map[string][]string{
		"plain":                        {"m=audio 4000 RTP/AVP 0"},
		"plain under the secured name": {"m=audio 4000 RTP/SAVP 0"},
		"a key under another tag":      {"m=audio 4000 RTP/SAVP 0", "a=crypto:3 " + good},
		"a suite under another's tag":  {"m=audio 4000 RTP/SAVP 0", "a=crypto:2 " + good},
	} {
		if chosen, err := sdp.ParseAnswer(encrypting(sdp.EncryptionRequired), minimal(lines...)); err == nil {
			t.Errorf("%s: chosen %+v, want it refused", name, chosen)
		}
	}
}

func TestEncryptionNeedsAKey(t *testing.T) {
	l := encrypting(sdp.EncryptionOptional)
	l.Key = sdp.MasterKey{}
	if body, err := sdp.NewOffer(l); err == nil {
		t.Errorf("offered without a key:\n%s", body)
	}
}

func TestAKeyNeverPrints(t *testing.T) {
	chosen := sdp.Chosen{Crypto: sdp.Crypto{Suite: sdp.SuiteSHA1Tag80, Send: ourKey, Receive: peerKey}}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		fmt.Fprintf(&out, verb+verb+verb, chosen, ourKey, encrypting(sdp.EncryptionRequired))
	}
	_ = json.NewEncoder(&out).Encode(chosen)
	slog.New(slog.NewTextHandler(&out, nil)).Info("agreed", "chosen", chosen, "key", peerKey)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("agreed", "chosen", chosen, "key", peerKey)
	for _, secret := range []string{"peer key", "a5a5", "A5A5", "165 165", "165,165", "0xa5", "¥", inline(ourKey)[7:]} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q was printed:\n%s", secret, out.String())
		}
	}
}
