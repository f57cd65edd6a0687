package sdp

import "errors"

// Why an offer or an answer cannot be used. Each is wrapped with the particulars.
var (
	// ErrMalformed: it is no session description. An INVITE with it is refused by 400.
	ErrMalformed = errors.New("malformed session description")

	// ErrNoAudio: it has no audio stream, or only refused ones. Refused by 488.
	ErrNoAudio = errors.New("no audio stream")

	// ErrNoCommonCodec: no audio stream has a codec and a transport that we speak.
	// Refused by 488.
	ErrNoCommonCodec = errors.New("no common codec")

	// ErrNotEncrypted: encryption is required and the peer has none. Refused by 488.
	ErrNotEncrypted = errors.New("encryption required")
)
