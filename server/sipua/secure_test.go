package sipua

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"tsunagi/server/dtmf"
	"tsunagi/server/sdp"
)

// telephony.md 1, behaviour 16: SRTP by SDES where offered, required where configured.
func TestMediaIsEncrypted(t *testing.T) {
	for name, row := range map[string]struct {
		caller, callee sdp.Encryption
		status         int // of the refusal; 0 is none
		encrypted      bool
	}{
		"both require it":  {sdp.EncryptionRequired, sdp.EncryptionRequired, 0, true},
		"offered":          {sdp.EncryptionOptional, sdp.EncryptionRequired, 0, true},
		"taken":            {sdp.EncryptionRequired, sdp.EncryptionOptional, 0, true},
		"neither has it":   {sdp.EncryptionOff, sdp.EncryptionOff, 0, false},
		"caller has none":  {sdp.EncryptionOff, sdp.EncryptionRequired, 488, false},
		"callee has none":  {sdp.EncryptionRequired, sdp.EncryptionOff, 488, false},
		"plain where free": {sdp.EncryptionOff, sdp.EncryptionOptional, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			ls := make(legs, 1)
			answerer := serve(t, Config{Encryption: row.callee}, ls)
			dialler := serve(t, Config{Encryption: row.caller}, nil)
			result := goDial(t.Context(), dialler, DialParams{To: "101", Proxy: answerer.Addr().String()})
			if row.status != 0 {
				var rejected *Rejected
				if err := (<-result).err; !errors.As(err, &rejected) || rejected.Status != row.status {
					t.Errorf("got %v, want %d", err, row.status)
				}
				return
			}
			in := ls.next(t)
			if err := in.Answer(); err != nil {
				t.Fatal(err)
			}
			got := <-result
			if got.err != nil {
				t.Fatal(got.err)
			}
			var chosen sdp.Chosen
			if err := in.ask(func() error { chosen = in.local.chosen; return nil }); err != nil {
				t.Fatal(err)
			}
			if encrypted := chosen.Crypto.Suite != ""; encrypted != row.encrypted {
				t.Errorf("encrypted: got %v, want %v", encrypted, row.encrypted)
			}
			got.leg.SendKey(dtmf.Star, 40*time.Millisecond, 20*time.Millisecond)
			if got := keys(t, in, 1); got != "*" {
				t.Errorf("got %s, want *", got)
			}
			got.leg.Bye()
			until(t, in, Ended)
		})
	}
}

// telephony.md 1, behaviour 14: symmetric RTP behind NAT is for a peer that describes an address of its
// own network, and for nobody else: then anybody could send the first packet.
func TestBehindNAT(t *testing.T) {
	for _, row := range []struct {
		signalling, described string
		want                  bool
	}{
		{"203.0.113.7", "192.168.0.10", true},
		{"203.0.113.7", "203.0.113.8", false}, // direct media of a PBX
		{"203.0.113.7", "203.0.113.7", false},
		{"10.0.0.1", "192.168.0.10", false}, // one site's networks
		{"127.0.0.1", "10.0.0.1", false},
	} {
		if got := behindNAT(netip.MustParseAddr(row.signalling), netip.MustParseAddr(row.described)); got != row.want {
			t.Errorf("%s describes %s: got %v, want %v", row.signalling, row.described, got, row.want)
		}
	}
	if behindNAT(netip.Addr{}, netip.MustParseAddr("10.0.0.1")) {
		t.Error("an unknown peer is behind NAT")
	}
}
