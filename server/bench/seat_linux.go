package bench

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"
)

// state is what a seat is about.
type state uint8

const (
	stateIdle    state = iota // waits for startAt
	stateCalling              // INVITE sent
	stateUp                   // answered
	stateLeaving              // BYE sent
	stateRefused              // waits for startAt after a refusal
	stateJudging              // the server has hung up; waits for the verdict
)

// Times of RFC 3261, and how long a caller waits.
const (
	t1          = 500 * time.Millisecond
	t2          = 4 * time.Second
	answerWait  = 8 * time.Second        // for any final response
	byeWait     = 4 * time.Second        // for the answer to BYE
	verdictWait = 500 * time.Millisecond // for the operator's screen to have told the result
	headerBytes = 12
)

// seat makes one call after another.
type seat struct {
	index    int
	state    state
	startAt  int64
	stopping bool // no further call

	// Of the present call.
	calls     int
	callID    string
	number    string
	operator  int // -1: none
	released  bool
	toTag     string
	contact   string
	request   []byte // the one that is being repeated
	sentAt    int64  // its first time
	repeatAt  int64
	pause     time.Duration
	to        netip.AddrPort
	packet    int // the next to be sent
	sequence  uint16
	timestamp uint32
	keyAt     uint32 // timestamp of the key that is down
	head      [headerBytes + 4]byte

	heardAny bool
	heardAt  int64
	heardSeq uint16
	heardTS  uint32
	first    int64
	received int
	cause    int // Q.850 cause in the server's BYE, 0: none
}

// fill puts the next packet's header, and the report of a key, in front of sound. It
// returns how much of head is to be sent, and what follows it.
func (s *seat) fill(g *Generator) (head, body []byte) {
	at := g.script.at(s.packet)
	h := &s.head
	h[0] = 0x80
	binary.BigEndian.PutUint16(h[2:], s.sequence)
	binary.BigEndian.PutUint32(h[8:], uint32(s.index)<<8|uint32(s.calls&0xFF))
	s.sequence++
	stamp := s.timestamp
	s.timestamp += samplesPerPacket
	packet := s.packet
	s.packet++
	if at.key == 0 {
		h[1] = 0
		binary.BigEndian.PutUint32(h[4:], stamp)
		return h[:headerBytes], g.speech[packet%len(g.speech)]
	}
	h[1] = eventType
	if at.part == 0 {
		s.keyAt = stamp
		h[1] |= 0x80
	}
	binary.BigEndian.PutUint32(h[4:], s.keyAt)
	h[headerBytes] = eventOf(keyed[at.key-1])
	h[headerBytes+1] = 10 // -10 dBm0
	if at.part >= keyDown {
		h[headerBytes+1] |= 0x80
	}
	binary.BigEndian.PutUint16(h[headerBytes+2:], min(uint16(at.part)+1, keyDown)*samplesPerPacket)
	return h[:], nil
}

const (
	samplesPerPacket = 160
	eventType        = 101
)

// eventOf is the RFC 4733 event of a digit.
func eventOf(digit byte) byte { return digit - '0' }

// begin starts the next call of a seat.
func (s *seat) begin(g *Generator, at int64) {
	s.operator = -1
	if g.target.Operators != nil {
		if s.operator = g.target.Operators.take(s.index, s.calls+1, g.mode == modeIVR); s.operator < 0 {
			g.count.noOperator++
			s.startAt = at + int64(100*time.Millisecond)
			return
		}
	}
	s.calls++
	s.number = g.target.number(s.operator, g.mode)
	s.callID = fmt.Sprintf("%d-%d-%s", s.index, s.calls, g.nonce)
	s.released, s.heardAny, s.received, s.packet, s.cause = false, false, 0, 0, 0
	s.toTag, s.contact = "", ""
	s.timestamp, s.sequence = uint32(s.index)*7919, uint16(s.index*31+s.calls)
	s.state = stateCalling
	g.count.begun++
	s.repeatedly(g, g.inviteOf(s), at)
}

// repeatedly sends a request and arms its repetition.
func (s *seat) repeatedly(g *Generator, request []byte, at int64) {
	s.request, s.sentAt, s.pause = request, at, t1
	s.repeatAt = at + int64(t1)
	g.sip.queue(g.target.SIP, request, nil)
	g.sip.flush()
	s.sentAt = now()
}

// repeat sends the request once more where it is due.
func (s *seat) repeat(g *Generator, at int64) {
	if at < s.repeatAt {
		return
	}
	s.pause = min(2*s.pause, t2)
	s.repeatAt = at + int64(s.pause)
	g.count.repeated++
	g.sip.queue(g.target.SIP, s.request, nil)
}

// release gives the operator back.
func (s *seat) release(g *Generator) {
	if s.operator >= 0 && !s.released {
		g.target.Operators.give(s.operator)
	}
	s.released = true
}

// over ends the call and lets the next one begin after a pause.
func (s *seat) over(g *Generator, at int64, pause time.Duration) {
	s.release(g)
	s.state, s.startAt = stateIdle, at+int64(pause)
}

// hear takes a packet of sound.
func (s *seat) hear(g *Generator, packet []byte, at int64) {
	if s.state != stateUp || len(packet) < headerBytes {
		return
	}
	sequence, stamp := binary.BigEndian.Uint16(packet[2:]), binary.BigEndian.Uint32(packet[4:])
	s.received++
	g.count.received++
	if !s.heardAny {
		s.heardAny, s.first = true, at
	} else {
		missing := sequence - s.heardSeq - 1
		if missing < 1000 {
			g.count.lost += uint64(missing)
		}
		steady := packet[1]&0x80 == 0 && stamp-s.heardTS == samplesPerPacket*uint32(sequence-s.heardSeq)
		if steady || g.target.NeverSilent {
			g.gaps.add(time.Duration(at - s.heardAt))
		}
	}
	s.heardAt, s.heardSeq, s.heardTS = at, sequence, stamp
}
