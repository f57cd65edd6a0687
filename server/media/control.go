package media

import (
	"crypto/rand"
	"math"
	randv2 "math/rand/v2"
	"net/netip"
	"time"

	"github.com/pion/rtcp"
)

// reportInterval is the average time between two of our reports, RFC 3550 section 6.2:
// the least that is allowed, which a call of two never exceeds.
const reportInterval = 5 * time.Second

// control is the RTCP side of a session, RFC 3550 section 6.
type control struct {
	socket  socket
	name    string         // CNAME, RFC 7022: another one in each session
	latched netip.AddrPort // where the peer's reports come from
	due     time.Duration  // of our next report; 0 before Start
	packets uint32         // sent so far
	octets  uint32         // of payload in them

	peer       uint32        // SSRC of the peer's last sender report
	lastReport uint32        // the middle of the time in it, 0 for none
	reportedAt time.Duration // when it came
}

// begin makes ready for the first report, which comes after half the time.
func (c *control) begin(now time.Duration) {
	c.name, c.due = rand.Text(), now+spread(reportInterval/2)
}

// spread returns a time from half to one and a half of d, so that no two calls keep
// step, RFC 3550 section 6.3.1.
func spread(d time.Duration) time.Duration { return d/2 + randv2.N(d) }

// ntp returns a time of the engine as an NTP timestamp, RFC 3550 section 4.
func (e *Engine) ntp(t time.Duration) uint64 {
	const from1900To1970 = 2208988800
	at := e.epoch.Add(t)
	return uint64(at.Unix()+from1900To1970)<<32 | uint64(at.Nanosecond())<<32/uint64(time.Second)
}

// middle returns the 32 bits in the middle of an NTP timestamp.
func middle(ntp uint64) uint32 { return uint32(ntp >> 16) }

// reportWhenDue sends a report if it is time.
func (s *Session) reportWhenDue() {
	if now := s.engine.arrival; now >= s.control.due {
		s.control.due = now + spread(reportInterval)
		s.sendControl(s.report())
	}
}

// report returns our report: of what we send, if we have sent, and of what we receive.
func (s *Session) report() rtcp.Packet {
	blocks := s.receptionReports()
	if s.control.packets == 0 {
		return &rtcp.ReceiverReport{SSRC: s.out.ssrc, Reports: blocks}
	}
	// The sound's clock at this moment: out.timestamp is that of the tick being served.
	behind := s.engine.arrival - time.Duration(s.engine.tick)*tickLength
	return &rtcp.SenderReport{
		SSRC: s.out.ssrc, NTPTime: s.engine.ntp(s.engine.arrival),
		RTPTime:     s.out.timestamp + uint32(behind*unitsPerTick/tickLength),
		PacketCount: s.control.packets, OctetCount: s.control.octets, Reports: blocks,
	}
}

// receptionReports returns what we tell the peer of its stream.
func (s *Session) receptionReports() []rtcp.ReceptionReport {
	r := &s.reception
	if !r.begun {
		return nil
	}
	s.settle()
	block := rtcp.ReceptionReport{
		SSRC: r.ssrc, FractionLost: r.fractionLost(),
		TotalLost:          uint32(min(max(r.expected()-r.received, 0), 1<<23-1)),
		LastSequenceNumber: r.cycles<<16 | uint32(r.highest),
		Jitter:             r.jitter >> 4,
	}
	if s.control.lastReport != 0 && s.control.peer == r.ssrc {
		block.LastSenderReport = s.control.lastReport
		since := s.engine.arrival - s.control.reportedAt
		block.Delay = uint32(min(since<<16/time.Second, math.MaxUint32))
	}
	return []rtcp.ReceptionReport{block}
}

// sendControl sends a report with what has to go with it.
func (s *Session) sendControl(packets ...rtcp.Packet) {
	to := s.controlDestination()
	if !to.IsValid() {
		return
	}
	// RFC 3550 6.1: a report comes first, and the CNAME is in every compound.
	compound := append(packets[:1:1], rtcp.NewCNAMESourceDescription(s.out.ssrc, s.control.name))
	raw, err := rtcp.Marshal(append(compound, packets[1:]...))
	if err == nil {
		raw, err = s.sealControl(raw)
	}
	if err == nil {
		err = s.control.socket.send(raw, to)
	}
	if err != nil {
		s.counters.unsent.Add(1)
		return
	}
	s.counters.reportsSent.Add(1)
}

// goodbye tells the peer that the stream ends, RFC 3550 section 6.6, unless nothing was
// ever said to it, section 6.3.7.
func (s *Session) goodbye() {
	if s.control.packets > 0 || s.counters.reportsSent.Load() > 0 {
		s.sendControl(s.report(), &rtcp.Goodbye{Sources: []uint32{s.out.ssrc}})
	}
}

// controlDestination returns where our reports go: behind NAT to where the peer's come
// from, and nowhere before, as the port is not known.
func (s *Session) controlDestination() netip.AddrPort {
	switch p := &s.params; {
	case !p.Remote.IsValid():
		return netip.AddrPort{}
	case p.BehindNAT:
		return s.control.latched
	case p.RemoteControl.IsValid():
		return p.RemoteControl
	default:
		// RFC 3550 section 11: the odd port above.
		return netip.AddrPortFrom(p.Remote.Addr(), p.Remote.Port()+1)
	}
}

// receiveControl takes a packet that came to the session's RTCP port.
func (s *Session) receiveControl(packet []byte, from netip.AddrPort) {
	if s.period == 0 || s.closed.Load() {
		return
	}
	if from.Addr() != s.source.destination(&s.params).Addr() && from != s.params.RemoteControl {
		s.counters.foreign.Add(1)
		return
	}
	packet, ok := s.openControl(packet)
	if !ok {
		s.counters.forged.Add(1)
		return
	}
	if !s.takeCompound(packet) {
		s.counters.unexpected.Add(1)
		return
	}
	s.control.latched = from
	s.counters.reportsReceived.Add(1)
	if s.quiet {
		s.heard, s.missed = s.engine.arrival, false
	}
}

// takeCompound takes the reports of a compound packet and reports whether it is one.
// Packets of other types are passed over. It is taken apart here because the library
// reads all types, some of which unfold to thousands of times their size.
func (s *Session) takeCompound(packet []byte) bool {
	if len(packet) == 0 {
		return false
	}
	for len(packet) > 0 {
		var h rtcp.Header
		if h.Unmarshal(packet) != nil {
			return false
		}
		size := 4 * (int(h.Length) + 1)
		if size > len(packet) {
			return false
		}
		switch one := packet[:size]; h.Type {
		case rtcp.TypeSenderReport:
			var report rtcp.SenderReport
			if report.Unmarshal(one) != nil {
				return false
			}
			s.control.peer, s.control.reportedAt = report.SSRC, s.engine.arrival
			s.control.lastReport = middle(report.NTPTime)
			s.takeBlocks(report.Reports)
		case rtcp.TypeReceiverReport:
			var report rtcp.ReceiverReport
			if report.Unmarshal(one) != nil {
				return false
			}
			s.takeBlocks(report.Reports)
		}
		packet = packet[size:]
	}
	return true
}

// takeBlocks takes what the peer tells of our stream.
func (s *Session) takeBlocks(blocks []rtcp.ReceptionReport) {
	for _, b := range blocks {
		if b.SSRC != s.out.ssrc {
			continue
		}
		lost := int32(b.TotalLost<<8) >> 8 // 24 bits with a sign: doubled packets count against it
		s.counters.peerLost.Store(uint64(max(lost, 0)))
		s.counters.peerJitterUnits.Store(uint64(b.Jitter))
		if b.LastSenderReport == 0 {
			continue
		}
		// RFC 3550 6.4.1: now, less when we sent, less how long the peer kept it.
		units := int32(middle(s.engine.ntp(s.engine.arrival)) - b.LastSenderReport - b.Delay)
		trip := time.Duration(units) * time.Second >> 16
		if trip > -10*time.Millisecond && trip < maxRoundTrip {
			s.counters.roundTrip.Store(int64(max(trip, 0)))
		}
	}
}

// maxRoundTrip is the longest round trip that is believed.
const maxRoundTrip = 30 * time.Second
