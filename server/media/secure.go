package media

import (
	"errors"
	"fmt"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"tsunagi/server/sdp"
)

// tagRoom is room for what SRTP and SRTCP put behind a packet.
const tagRoom = 16

// replayWindow is how many packets may overtake one that is still taken: more than come
// in a second at 10 ms. A key that came once is not taken again, RFC 3711 3.3.2.
const replayWindow = 128

// errNoKey: a packet was to be sealed and there is no key that can.
var errNoKey = errors.New("no SRTP key")

// secrets are the two directions of a session's SRTP, RFC 3711.
type secrets struct {
	send, receive *srtp.Context
	header        rtp.Header // what the library reads of each packet
}

// secure makes ready for what was agreed on. A direction whose key stays the same goes
// on as it is: its counters must, over any number of re-INVITEs.
func (s *Session) secure(before, now sdp.Crypto) error {
	if now.Suite != before.Suite {
		s.secrets = secrets{}
	}
	if now.Suite == "" {
		return nil
	}
	var err error
	if s.secrets.send == nil || now.Send != before.Send {
		if s.secrets.send, err = newContext(now.Suite, &now.Send); err != nil {
			return err
		}
	}
	if s.secrets.receive == nil || now.Receive != before.Receive {
		s.secrets.receive, err = newContext(now.Suite, &now.Receive,
			srtp.SRTPReplayProtection(replayWindow), srtp.SRTCPReplayProtection(replayWindow))
	}
	return err
}

// newContext returns the context of one direction.
func newContext(suite sdp.Suite, key *sdp.MasterKey, options ...srtp.ContextOption) (*srtp.Context, error) {
	var profile srtp.ProtectionProfile
	switch suite {
	case sdp.SuiteSHA1Tag80:
		profile = srtp.ProtectionProfileAes128CmHmacSha1_80
	case sdp.SuiteSHA1Tag32:
		profile = srtp.ProtectionProfileAes128CmHmacSha1_32
	default:
		return nil, fmt.Errorf("no such SRTP suite: %q", suite)
	}
	return srtp.CreateContext(key.Key(), key.Salt(), profile, options...)
}

// seal returns a packet as it is sent. It is overwritten by the next call.
func (s *Session) seal(packet []byte) ([]byte, error) {
	switch {
	case s.params.Crypto.Suite == "":
		return packet, nil
	case s.secrets.send == nil:
		return nil, errNoKey
	}
	return s.secrets.send.EncryptRTP(s.engine.sealed[:0], packet, &s.secrets.header)
}

// open returns a received packet as it was before it was sealed, and false for one that
// the peer did not seal or that came before.
func (s *Session) open(packet []byte) ([]byte, bool) {
	switch {
	case s.params.Crypto.Suite == "":
		return packet, true
	case s.secrets.receive == nil:
		return nil, false
	}
	opened, err := s.secrets.receive.DecryptRTP(s.engine.opened[:0], packet, &s.secrets.header)
	return opened, err == nil
}

// sealControl is seal for RTCP.
func (s *Session) sealControl(packet []byte) ([]byte, error) {
	switch {
	case s.params.Crypto.Suite == "":
		return packet, nil
	case s.secrets.send == nil:
		return nil, errNoKey
	}
	return s.secrets.send.EncryptRTCP(nil, packet, nil)
}

// openControl is open for RTCP.
func (s *Session) openControl(packet []byte) ([]byte, bool) {
	switch {
	case s.params.Crypto.Suite == "":
		return packet, true
	case s.secrets.receive == nil:
		return nil, false
	}
	opened, err := s.secrets.receive.DecryptRTCP(nil, packet, nil)
	return opened, err == nil
}
