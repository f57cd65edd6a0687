package sdp

import (
	"errors"
	"fmt"
)

// Offer is an offer that was read.
type Offer struct{ description }

// ParseOffer reads an offer. Its errors are ErrMalformed and ErrNoAudio.
func ParseOffer(body []byte) (Offer, error) {
	d, err := parse(body)
	if err != nil {
		return Offer{}, fmt.Errorf("read offer: %w", err)
	}
	o := Offer{d}
	if !o.hasAudio() {
		return Offer{}, fmt.Errorf("read offer: %w", ErrNoAudio)
	}
	return o, nil
}

// hasAudio reports whether there is an audio stream that is not refused.
func (d description) hasAudio() bool {
	for _, s := range d.streams {
		if s.kind == "audio" && s.port != 0 {
			return true
		}
	}
	return false
}

// Choose returns what the answer to o will agree on. It needs no address in local, so
// that a call can be refused before a port is opened for it. Its errors are those of
// Answer.
func (o Offer) Choose(local Local) (Chosen, error) {
	_, chosen, err := o.pick(local)
	return chosen, err
}

// pick returns the index of the first audio stream we can take, an encrypted one before
// plain ones.
func (o Offer) pick(local Local) (taken int, agreed Chosen, err error) {
	err = ErrNoAudio
	for i, s := range o.streams {
		if s.kind != "audio" || s.port == 0 {
			continue
		}
		chosen, refused := o.choose(s, local)
		switch {
		case refused == nil && (err != nil || agreed.Crypto.Suite == "" && chosen.Crypto.Suite != ""):
			taken, agreed, err = i, chosen, nil
		case errors.Is(err, ErrNoAudio):
			err = refused
		}
	}
	if err != nil {
		return 0, Chosen{}, fmt.Errorf("answer offer: %w", err)
	}
	return taken, agreed, nil
}

// Answer returns the body that answers offer and what it agrees on. Every stream but
// the first audio stream that we can take is refused with port 0. Its errors are
// ErrNoCommonCodec, ErrNotEncrypted, ErrMalformed where the stream has no usable
// address, and ErrNoAudio for the zero Offer.
func Answer(offer Offer, local Local) ([]byte, Chosen, error) {
	taken, chosen, err := offer.pick(local)
	if err != nil {
		return nil, Chosen{}, err
	}
	b, err := begin(local)
	if err != nil {
		return nil, Chosen{}, err
	}
	for i, s := range offer.streams {
		if i != taken {
			// RFC 3264 6: as many m= lines as offered, the refused ones with port 0.
			b.refuse(s)
			continue
		}
		b.audio(local.Addr.Port(), s.proto, []format{{chosen.PayloadType, chosen.Codec}}, chosen.EventPayloadType)
		if c := chosen.Crypto; c.Suite != "" {
			b.crypto(c.tag, c.Suite, c.Send)
		}
		b.line("a=ptime:%d", chosen.Ptime.Milliseconds())
		b.line("a=%s", chosen.Direction)
	}
	return b.Bytes(), chosen, nil
}

// NewOffer returns the body that offers the audio stream local, with telephone-event.
func NewOffer(local Local) ([]byte, error) {
	b, err := begin(local)
	if err != nil {
		return nil, err
	}
	var formats []format
	for _, c := range local.codecs() {
		formats = append(formats, format{c.payloadType(), c})
	}
	proto := plainProto
	if local.Encryption == EncryptionRequired {
		proto = securedProto
	}
	b.audio(local.Addr.Port(), proto, formats, DefaultEventPayloadType)
	if local.Encryption != EncryptionOff {
		for i, suite := range suites {
			b.crypto(uint32(i+1), suite, local.Key)
		}
	}
	b.line("a=ptime:%d", defaultPtime.Milliseconds())
	b.line("a=%s", directionOf(local.Direction.Sends(), local.Direction.Receives()))
	return b.Bytes(), nil
}

// ParseAnswer reads the answer to the offer that NewOffer made of local. Its errors are
// ErrMalformed, ErrNoAudio where the stream was refused, ErrNoCommonCodec, and
// ErrNotEncrypted.
func ParseAnswer(local Local, body []byte) (Chosen, error) {
	d, err := parse(body)
	if err != nil {
		return Chosen{}, fmt.Errorf("read answer: %w", err)
	}
	// One stream was offered, so the first m= line answers it.
	if len(d.streams) == 0 || d.streams[0].kind != "audio" || d.streams[0].port == 0 {
		return Chosen{}, fmt.Errorf("read answer: %w", ErrNoAudio)
	}
	chosen, err := d.choose(d.streams[0], local)
	if err != nil {
		return Chosen{}, fmt.Errorf("read answer: %w", err)
	}
	// RFC 4568 5.1.3: the answer repeats the tag and the suite that it takes.
	if c := chosen.Crypto; c.Suite != "" && (c.tag < 1 || int(c.tag) > len(suites) || suites[c.tag-1] != c.Suite) {
		return Chosen{}, fmt.Errorf("read answer: %w: a key that was not offered", ErrNotEncrypted)
	}
	return chosen, nil
}
