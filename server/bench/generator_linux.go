package bench

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"tsunagi/server/audio"
)

// mode is what the calls are for.
type mode uint8

const (
	modeIVR   mode = iota // the whole call
	modeGreet             // answered, and hung up at once
)

// Target is a server under test as the generator sees it.
type Target struct {
	SIP         netip.AddrPort
	Operators   *Operators // nil where the server has none
	NeverSilent bool       // it sends without a pause, so that every gap counts

	number func(operator int, m mode) string // what is dialled
	// succeeded tells whether a call that the server has ended went well.
	succeeded func(s *seat) bool
}

// counts is what has become of calls and packets.
type counts struct {
	begun, answered, refused, failed, wrong, succeeded, greeted uint64
	repeated, noOperator, received, lost, sent                  uint64
	callPackets, callTime, callsHeard                           uint64 // packets and nanoseconds of finished calls
}

// Generator makes calls. NewGenerator makes one; Close ends it.
type Generator struct {
	target Target
	script *script
	speech [][]byte
	nonce  string

	sip, rtp, rtcp *socket
	commands       chan func()
	quit, done     chan struct{}

	// The rest belongs to the loop.
	seats    []*seat
	active   int // seats that make calls
	byPort   [1 << 16]*seat
	mode     mode
	redial   time.Duration // after a refusal
	loss     float64       // share of our packets that is lost
	dice     *rand.Rand
	tick     int64
	count    counts
	gaps     *gaps
	answers  []time.Duration // INVITE to 200
	late     gaps            // how late the generator itself was, by ticks
	reasons  map[string]int  // why calls failed
	maxSeats int
}

// NewGenerator opens a generator's sockets on an address of this machine. It may have
// seats calls at once.
func NewGenerator(local netip.Addr, seats int, c *script, t Target) (*Generator, error) {
	g := &Generator{
		target: t, script: c, nonce: strconv.FormatInt(now()&0xFFFFFFFF, 36),
		commands: make(chan func(), 16), quit: make(chan struct{}), done: make(chan struct{}),
		gaps: new(gaps), reasons: map[string]int{}, maxSeats: seats, redial: time.Second,
		dice: rand.New(rand.NewPCG(1, 2)),
	}
	// A murmur: sound that no codec's silence is, and no tone.
	for range 50 {
		pcm := make([]int16, audio.FrameSamples)
		for i := range pcm {
			pcm[i] = int16(g.dice.IntN(1200) - 600)
		}
		g.speech = append(g.speech, audio.EncodePCMU(pcm))
	}
	var err error
	if g.sip, err = newSocket(netip.AddrPortFrom(local, 0), 4096); err != nil {
		return nil, err
	}
	for range 100 {
		if g.rtp, err = newSocket(netip.AddrPortFrom(local, uint16(10000+2*g.dice.IntN(5000))), 512); err != nil {
			continue
		}
		if g.rtcp, err = newSocket(netip.AddrPortFrom(local, g.rtp.local.Port()+1), 2048); err == nil {
			break
		}
		g.rtp.close()
	}
	if err != nil {
		g.sip.close()
		return nil, fmt.Errorf("open a pair of ports: %w", err)
	}
	for i := range seats {
		g.seats = append(g.seats, &seat{index: i, operator: -1})
	}
	go g.run()
	return g, nil
}

// Close ends the generator; calls in progress are left alone.
func (g *Generator) Close() {
	close(g.quit)
	<-g.done
	g.sip.close()
	g.rtp.close()
	g.rtcp.close()
}

// do has the loop do something and waits for it.
func (g *Generator) do(f func()) {
	ready := make(chan struct{})
	g.commands <- func() { f(); close(ready) }
	<-ready
}

// run is the loop.
func (g *Generator) run() {
	runtime.LockOSThread()
	defer close(g.done)
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, -10) // before the operators, who share the processor
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1000, 0, 0, 0)
	origin := monotonic()
	for {
		select {
		case <-g.quit:
			return
		case f := <-g.commands:
			f()
		default:
		}
		due := int64(monotonic()-origin) / int64(time.Millisecond)
		g.late.add(time.Duration(due-g.tick) * time.Millisecond)
		g.takeIn()
		for ; g.tick <= due; g.tick++ {
			g.serve(g.tick)
			g.rtp.flush() // a seat has one header, so each tick goes out by itself
		}
		g.sip.flush()
		until := unix.NsecToTimespec(int64(origin) + g.tick*int64(time.Millisecond))
		for unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &until, nil) == unix.EINTR {
		}
	}
}

func monotonic() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t)
	return time.Duration(t.Nano())
}

// takeIn takes what has come to the sockets.
func (g *Generator) takeIn() {
	g.rtp.drain(func(packet []byte, from uint16, at int64) {
		if s := g.byPort[from]; s != nil {
			s.hear(g, packet, at)
		}
	})
	g.sip.drain(g.takeSIP)
	g.rtcp.drain(func([]byte, uint16, int64) {})
}

// ticks is how many ticks make a packet.
const ticks = int64(packetTime / time.Millisecond)

// serve does what the seats of a tick have to do.
func (g *Generator) serve(tick int64) {
	at := now()
	for i := int(tick % ticks); i < len(g.seats); i += int(ticks) {
		s := g.seats[i]
		switch s.state {
		case stateIdle, stateRefused:
			if i < g.active && !s.stopping && s.startAt != 0 && at >= s.startAt {
				s.begin(g, at)
			}
		case stateCalling:
			if at-s.sentAt > int64(answerWait) {
				g.fail(s, at, "no answer to INVITE")
				continue
			}
			s.repeat(g, at)
		case stateUp:
			g.speak(s, at)
		case stateLeaving:
			if at-s.sentAt > int64(byeWait) {
				s.over(g, at, 0)
				continue
			}
			s.repeat(g, at)
		case stateJudging:
			if at >= s.startAt {
				g.judge(s, at)
			}
		}
	}
}

// speak sends the next packet of a call.
func (g *Generator) speak(s *seat, at int64) {
	if g.mode == modeGreet {
		return
	}
	if s.packet >= g.script.released {
		s.release(g)
	}
	if s.packet >= g.script.longest {
		g.fail(s, at, "the call did not end")
		return
	}
	head, body := s.fill(g)
	g.count.sent++
	if g.loss > 0 && g.dice.Float64() < g.loss {
		return
	}
	g.rtp.queue(s.to, head, body)
}

// fail gives a call up.
func (g *Generator) fail(s *seat, at int64, why string) {
	g.count.failed++
	g.reasons[why]++
	if s.state == stateUp {
		g.leave(s, at)
		return
	}
	s.over(g, at, time.Second)
}

// leave hangs up.
func (g *Generator) leave(s *seat, at int64) {
	if g.byPort[s.to.Port()] == s {
		g.byPort[s.to.Port()] = nil
	}
	s.state = stateLeaving
	s.repeatedly(g, g.within(s, "BYE", 2), at)
}

// judge tells whether a call that the server has ended went well.
func (g *Generator) judge(s *seat, at int64) {
	if g.target.succeeded(s) {
		g.count.succeeded++
	} else {
		g.count.wrong++
		g.reasons[fmt.Sprintf("wrong, after packet %d of %d, cause %d", s.packet/250*250, len(g.script.steps), s.cause)]++
	}
	s.over(g, at, 0)
}

// takeSIP takes a SIP message.
func (g *Generator) takeSIP(m []byte, _ uint16, at int64) {
	s := g.seatOf(header(m, "Call-ID"))
	status := statusOf(m)
	if status == 0 {
		if !bytes.HasPrefix(m, []byte("ACK ")) {
			g.sip.queue(g.target.SIP, okTo(m), nil)
		}
		if s != nil && bytes.HasPrefix(m, []byte("BYE ")) {
			g.hungUp(s, m, at)
		}
		return
	}
	if s == nil || status < 200 {
		if s != nil && s.state == stateCalling {
			s.repeatAt = at + int64(answerWait) // RFC 3261 17.1.1.2: a provisional response ends the repetitions
		}
		return
	}
	invite := bytes.HasSuffix(header(m, "CSeq"), []byte("INVITE"))
	switch {
	case !invite && s.state == stateLeaving:
		if g.mode == modeGreet {
			g.count.greeted++
		}
		s.over(g, at, 0)
		if g.mode == modeGreet && s.index < g.active {
			s.begin(g, at)
		}
	case invite && status < 300 && s.state == stateCalling:
		g.answered(s, m, at)
	case invite && status < 300 && s.toTag != "":
		g.sip.queue(g.target.SIP, g.within(s, "ACK", 1), nil) // the first one was lost
	case invite && status >= 300:
		tag := tagOf(header(m, "To"))
		if s.state == stateCalling {
			g.count.refused++
			g.reasons["refused: "+strconv.Itoa(status)]++
			s.release(g)
			s.state = stateRefused
			s.startAt = at + int64(g.redial/2) + g.dice.Int64N(int64(g.redial))
		}
		g.sip.queue(g.target.SIP, g.ackOfRefusal(s, tag), nil)
	}
}

// answered takes the 200 to an INVITE.
func (g *Generator) answered(s *seat, m []byte, at int64) {
	to, ok := mediaOf(m)
	if !ok {
		g.fail(s, at, "no media in the answer")
		return
	}
	g.count.answered++
	g.answers = append(g.answers, time.Duration(at-s.sentAt))
	s.toTag, s.contact, s.to = tagOf(header(m, "To")), addressIn(header(m, "Contact")), to
	s.state = stateUp
	g.byPort[to.Port()] = s
	g.sip.queue(g.target.SIP, g.within(s, "ACK", 1), nil)
	if g.mode == modeGreet {
		g.leave(s, at)
	}
}

// hungUp takes the server's BYE.
func (g *Generator) hungUp(s *seat, m []byte, at int64) {
	if s.state != stateUp {
		return
	}
	if g.byPort[s.to.Port()] == s {
		g.byPort[s.to.Port()] = nil
	}
	if _, after, ok := bytes.Cut(header(m, "Reason"), []byte("cause=")); ok {
		digits, _, _ := bytes.Cut(after, []byte(";"))
		s.cause, _ = strconv.Atoi(string(bytes.TrimSpace(digits)))
	}
	g.count.callPackets += uint64(s.received)
	g.count.callTime += uint64(s.heardAt - s.first)
	g.count.callsHeard++
	s.state, s.startAt = stateJudging, at
	if !g.target.succeeded(s) {
		s.startAt = at + int64(verdictWait)
	}
}

// seatOf finds the seat whose present call has that Call-ID.
func (g *Generator) seatOf(callID []byte) *seat {
	digits, _, _ := bytes.Cut(callID, []byte("-"))
	i, err := strconv.Atoi(string(digits))
	if err != nil || i < 0 || i >= len(g.seats) || g.seats[i].callID != string(callID) {
		return nil
	}
	return g.seats[i]
}
