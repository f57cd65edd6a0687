package sipua

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"

	"github.com/emiago/sipgo/sip"

	"tsunagi/server/media"
	"tsunagi/server/sdp"
)

// errNoAnswer: an ACK or 200 had to answer our offer and holds no description.
var errNoAnswer = errors.New("our offer was not answered")

// description is our side of the session as it was last told to the peer, and what
// was agreed on.
type description struct {
	sdp.Local
	body   []byte
	chosen sdp.Chosen
}

// resolveMedia finds the address that a session description names.
func resolveMedia(host string) (netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return a.Unmap(), nil
	}
	addrs, err := net.DefaultResolver.LookupNetIP(context.Background(), "ip", host)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("advertised host %s: %w", host, err)
	}
	for _, a := range addrs {
		if a = a.Unmap(); a.Is4() {
			return a, nil
		}
	}
	return addrs[0], nil
}

// open reserves a media port.
func (l *Leg) open(sink media.Sink) error {
	s, err := l.endpoint.media.Open(sink)
	if err != nil {
		return fmt.Errorf("open media: %w", err)
	}
	l.mu.Lock()
	l.session = s
	l.mu.Unlock()
	// RFC 4566 5.2 wants numbers that grow and stay below 2^63.
	l.local.Local = sdp.Local{Addr: l.endpoint.reachable(s.LocalAddr()), Session: rand.Uint64() >> 2, Version: 1}
	if l.local.Encryption = l.endpoint.cfg.Encryption; l.local.Encryption != sdp.EncryptionOff {
		_, _ = crand.Read(l.local.Key[:]) // it does not fail, or the program ends
	}
	return nil
}

// reachable is a media address as peers must be told it: an address that the
// administrator advertises hides the machine's own.
func (e *Endpoint) reachable(local netip.AddrPort) netip.AddrPort {
	if e.cfg.Advertised != "" || local.Addr().IsUnspecified() {
		return netip.AddrPortFrom(e.mediaAddr, local.Port())
	}
	return netip.AddrPortFrom(local.Addr().Unmap(), local.Port())
}

// describe makes the session description that answers offer, or an offer where there
// is none. If it fails nothing has changed.
func (l *Leg) describe(offer *sdp.Offer) ([]byte, error) {
	local, chosen := l.local.Local, l.local.chosen
	write := func() (body []byte, err error) {
		if offer == nil {
			return sdp.NewOffer(local)
		}
		body, chosen, err = sdp.Answer(*offer, local)
		return body, err
	}
	body, err := write()
	if err != nil {
		return nil, err
	}
	if l.local.body != nil && !bytes.Equal(body, l.local.body) {
		local.Version++ // RFC 3264 8
		if body, err = write(); err != nil {
			return nil, err
		}
	}
	l.local = description{Local: local, body: body, chosen: chosen}
	return body, nil
}

// takeAnswer reads the answer to our offer from an ACK or a 200 and starts the media.
func (l *Leg) takeAnswer(m sip.Message) error {
	body, f := sdpBody(m)
	switch {
	case f != nil:
		return fmt.Errorf("%w: %d %s", errNoAnswer, f.status, f.reason)
	case body == nil:
		return errNoAnswer
	}
	chosen, err := sdp.ParseAnswer(l.local.Local, body)
	if err != nil {
		return err
	}
	l.local.chosen = chosen
	l.startMedia()
	return nil
}

// startMedia starts the session as agreed on, or changes it where it runs.
func (l *Leg) startMedia() {
	s := l.media()
	if s == nil {
		return
	}
	p := media.ParamsOf(l.local.chosen)
	p.BehindNAT = behindNAT(l.peer, p.Remote.Addr())
	s.Update(p) // begins it where it has not begun
	l.noteHold()
}

// behindNAT tells that a peer has described an address at which only its own network
// reaches it. An address that is merely another one than that of the signalling is
// none: a PBX may let telephones send their media themselves.
func behindNAT(signalling, described netip.Addr) bool {
	return described.IsPrivate() && signalling.IsValid() && signalling != described &&
		!signalling.IsPrivate() && !signalling.IsLoopback()
}
