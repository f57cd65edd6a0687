package sdp

import (
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Encryption says whether a stream is to be SRTP with keys in the description (SDES,
// RFC 4568). Who can read the signalling can then listen, so it wants TLS.
type Encryption string

// The wishes for encryption.
const (
	// EncryptionOff: plain RTP. A secured offer is refused.
	EncryptionOff Encryption = ""

	// EncryptionOptional: secured where the peer can, plain otherwise. We offer RTP/AVP
	// with keys (RFC 8643) and take the same, RTP/SAVP, and plain RTP.
	EncryptionOptional Encryption = "optional"

	// EncryptionRequired: secured or not at all. We offer RTP/SAVP.
	EncryptionRequired Encryption = "required"
)

// Suite is how SRTP packets are encrypted and authenticated, by its name in RFC 4568
// section 6.2. The empty Suite is plain RTP.
type Suite string

// The suites we speak: AES in counter mode with a tag of 80 or 32 bits.
const (
	SuiteSHA1Tag80 Suite = "AES_CM_128_HMAC_SHA1_80"
	SuiteSHA1Tag32 Suite = "AES_CM_128_HMAC_SHA1_32"
)

// suites are the suites we speak as we offer them, the first one under tag 1.
var suites = []Suite{SuiteSHA1Tag80, SuiteSHA1Tag32}

// Key and salt of both suites, in bytes.
const (
	keyBytes  = 16
	saltBytes = 14
)

// MasterKey is the key and the salt with which one side sends. Fill it with random
// bytes, another one for each leg. It never prints what it is.
type MasterKey [keyBytes + saltBytes]byte

// Key returns the key, Salt the salt.
func (k *MasterKey) Key() []byte  { return k[:keyBytes] }
func (k *MasterKey) Salt() []byte { return k[keyBytes:] }

// Format writes "SRTP key" for every verb.
func (k MasterKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "SRTP key") }

// MarshalText returns "SRTP key", for log handlers that marshal instead of printing.
func (k MasterKey) MarshalText() ([]byte, error) { return []byte("SRTP key"), nil }

// Crypto is what was agreed on for encryption. The zero value is plain RTP.
type Crypto struct {
	Suite   Suite
	Send    MasterKey // ours, of the packets we send
	Receive MasterKey // the peer's
	tag     uint32    // of the peer's attribute, or of ours that it answers
}

// The transports of a stream.
const (
	plainProto   = "RTP/AVP"
	securedProto = "RTP/SAVP"
)

// crypto returns what s and our wish make of encryption.
func (s stream) crypto(local Local) (Crypto, error) {
	var agreed Crypto
	found := false
	if local.Encryption != EncryptionOff {
		agreed, found = s.keys(local.Key)
	}
	switch {
	case s.proto != plainProto && s.proto != securedProto:
		return Crypto{}, fmt.Errorf("%w: audio over %s", ErrNoCommonCodec, s.proto)
	case found:
		return agreed, nil
	case s.proto == securedProto:
		return Crypto{}, fmt.Errorf("%w: audio over %s without a key that we can use", ErrNoCommonCodec, s.proto)
	case local.Encryption == EncryptionRequired:
		return Crypto{}, fmt.Errorf("%w: audio is not encrypted", ErrNotEncrypted)
	}
	return Crypto{}, nil
}

// keys returns the first key of s that we can use. RFC 4568 5.1.2: those of an offer are
// in the order of preference, and the answer has one.
func (s stream) keys(ours MasterKey) (Crypto, bool) {
	for _, a := range s.attributes {
		if a.name != "crypto" {
			continue
		}
		if c, ok := parseCrypto(a.value); ok {
			c.Send = ours
			return c, true
		}
	}
	return Crypto{}, false
}

// parseCrypto reads the value of a crypto attribute: tag, suite, key and parameters. It
// refuses what would change the packets: key identifiers, several keys, and session
// parameters that we must understand (RFC 4568 6.3).
func parseCrypto(value string) (Crypto, bool) {
	words := strings.Fields(value)
	if len(words) < 3 {
		return Crypto{}, false
	}
	tag, err := strconv.ParseUint(words[0], 10, 32)
	c := Crypto{Suite: Suite(words[1]), tag: uint32(tag)}
	inline, isInline := strings.CutPrefix(words[2], "inline:")
	if err != nil || c.Suite != SuiteSHA1Tag80 && c.Suite != SuiteSHA1Tag32 || !isInline || strings.Contains(inline, ";") {
		return Crypto{}, false
	}
	for _, parameter := range words[3:] {
		// A window size is advice, and what begins with a minus may be ignored.
		if !strings.HasPrefix(parameter, "WSH=") && !strings.HasPrefix(parameter, "-") {
			return Crypto{}, false
		}
	}
	encoded, more, _ := strings.Cut(inline, "|")
	if strings.Contains(more, ":") {
		return Crypto{}, false // a key identifier; a lifetime alone may stand there
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(key) != len(c.Receive) {
		return Crypto{}, false
	}
	copy(c.Receive[:], key)
	return c, true
}

// crypto writes the attribute of our key.
func (b *body) crypto(tag uint32, suite Suite, key MasterKey) {
	b.line("a=crypto:%d %s inline:%s", tag, suite, base64.StdEncoding.EncodeToString(key[:]))
}
