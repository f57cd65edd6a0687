package sdp

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// The limits of a description that we read. A body of a telephone call has two or
// three streams and less than 4 kB.
const (
	maxBytes   = 32 << 10
	maxStreams = 32
)

// description is a session description reduced to what offer and answer look at.
type description struct {
	connection string // the value of c= at session level, empty where absent
	attributes []attribute
	streams    []stream
}

// stream is an m= line with what belongs to it.
type stream struct {
	kind       string // "audio", "video", "image", …
	port       uint16
	proto      string
	formats    []string
	connection string // the value of its own c=, empty where absent
	attributes []attribute
}

type attribute struct{ name, value string }

// parse reads a session description.
func parse(body []byte) (description, error) {
	var d description
	if len(body) > maxBytes {
		return d, fmt.Errorf("%w: %d bytes", ErrMalformed, len(body))
	}
	version := false
	for number, line := range strings.Split(string(body), "\n") {
		line = strings.TrimRight(line, "\r \t")
		if line == "" {
			continue
		}
		kind, value, ok := strings.Cut(line, "=")
		if !ok || len(kind) != 1 {
			return d, fmt.Errorf("%w: line %d is not of the form x=value", ErrMalformed, number+1)
		}
		if !version && line != "v=0" {
			return d, fmt.Errorf("%w: it does not begin with v=0", ErrMalformed)
		}
		version = true
		if err := d.add(kind[0], value); err != nil {
			return d, fmt.Errorf("%w in line %d", err, number+1)
		}
	}
	if !version {
		return d, fmt.Errorf("%w: it is empty", ErrMalformed)
	}
	return d, nil
}

// add takes one line into d: into the session before the first m=, into the last
// stream after it.
func (d *description) add(kind byte, value string) error {
	if kind == 'm' {
		s, err := parseStream(value)
		if err != nil {
			return err
		}
		if len(d.streams) == maxStreams {
			return fmt.Errorf("%w: more than %d streams", ErrMalformed, maxStreams)
		}
		d.streams = append(d.streams, s)
		return nil
	}
	connection, attributes := &d.connection, &d.attributes
	if len(d.streams) > 0 {
		last := &d.streams[len(d.streams)-1]
		connection, attributes = &last.connection, &last.attributes
	}
	switch kind {
	case 'c':
		*connection = value
	case 'a':
		name, v, _ := strings.Cut(value, ":")
		*attributes = append(*attributes, attribute{name, strings.TrimSpace(v)})
	}
	return nil
}

// parseStream reads the value of an m= line: kind, port, transport and formats. It is
// echoed when the stream is refused, so it must be made of printable words.
func parseStream(value string) (stream, error) {
	for i := range len(value) {
		if value[i] < ' ' || value[i] > '~' {
			return stream{}, fmt.Errorf("%w: m= is not printable", ErrMalformed)
		}
	}
	words := strings.Fields(value)
	if len(words) < 4 {
		return stream{}, fmt.Errorf("%w: m= needs kind, port, transport and a format", ErrMalformed)
	}
	first, _, _ := strings.Cut(words[1], "/") // port/number of ports
	port, err := strconv.ParseUint(first, 10, 16)
	if err != nil {
		return stream{}, fmt.Errorf("%w: port %q", ErrMalformed, words[1])
	}
	return stream{kind: words[0], port: uint16(port), proto: words[2], formats: words[3:]}, nil
}

// address returns where s is received. RFC 4566 5.7: its own c= replaces the session's.
func (d description) address(s stream) (netip.Addr, error) {
	value := s.connection
	if value == "" {
		value = d.connection
	}
	words := strings.Fields(value)
	if len(words) < 3 || words[0] != "IN" {
		return netip.Addr{}, fmt.Errorf("%w: no address in c=%s", ErrMalformed, value)
	}
	literal, _, _ := strings.Cut(words[2], "/")
	addr, err := netip.ParseAddr(literal)
	switch {
	case err != nil:
		return netip.Addr{}, fmt.Errorf("%w: %q in c= is not an IP address", ErrMalformed, words[2])
	case addr.Zone() != "" || addr.IsMulticast():
		return netip.Addr{}, fmt.Errorf("%w: a telephone call cannot go to %s", ErrMalformed, addr)
	case addr.Is4() != (words[1] == "IP4"):
		return netip.Addr{}, fmt.Errorf("%w: %s is not %s", ErrMalformed, addr, words[1])
	}
	return addr.Unmap(), nil
}

// control returns where s has its RTCP by its rtcp attribute, RFC 3605, and the zero
// value where it has none or none to be used. An address of its own is not followed:
// reports go where the sound goes.
func (s stream) control(addr netip.Addr) netip.AddrPort {
	for _, a := range s.attributes {
		if a.name == "rtcp" {
			word, _, _ := strings.Cut(a.value, " ")
			if port, err := strconv.ParseUint(word, 10, 16); err == nil && port != 0 {
				return netip.AddrPortFrom(addr, uint16(port))
			}
		}
	}
	return netip.AddrPort{}
}

// direction returns which way the peer wants s to flow, the session's wish where the
// stream has none.
func (d description) direction(s stream) Direction {
	for _, list := range [][]attribute{s.attributes, d.attributes} {
		for _, a := range list {
			switch direction := Direction(a.name); direction {
			case SendRecv, SendOnly, RecvOnly, Inactive:
				return direction
			}
		}
	}
	return SendRecv
}

// rtpmap returns the encoding of a format of s, as "name/rate", and false where the
// format is no payload type or has no rtpmap.
func (s stream) rtpmap(format string) (payloadType uint8, encoding string, mapped bool) {
	number, err := strconv.ParseUint(format, 10, 7)
	if err != nil {
		return 0, "", false
	}
	for _, a := range s.attributes {
		if a.name != "rtpmap" {
			continue
		}
		of, value, _ := strings.Cut(a.value, " ")
		if n, err := strconv.ParseUint(of, 10, 7); err == nil && n == number {
			return uint8(number), strings.TrimSpace(value), true
		}
	}
	if c, ok := static[uint8(number)]; ok {
		return uint8(number), string(c) + "/" + clockRateHz, true
	}
	return uint8(number), "", false
}

// milliseconds returns the time in the attribute called name, and 0 where there is none
// or it is not a whole number of at most a minute.
func (s stream) milliseconds(name string) time.Duration {
	for _, a := range s.attributes {
		if a.name == name {
			n, err := strconv.ParseUint(a.value, 10, 16)
			if err != nil || n > 60_000 {
				return 0
			}
			return time.Duration(n) * time.Millisecond
		}
	}
	return 0
}
