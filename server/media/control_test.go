package media

import (
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"tsunagi/server/sdp"
)

// peerControl is where the peer of these tests has its RTCP.
var peerControl = netip.AddrPortFrom(peer.Addr(), peer.Port()+1)

// reports returns what was sent from the RTCP port of a session, taken apart.
func (r *rig) reports(s *Session) (all [][]rtcp.Packet, to []netip.AddrPort) {
	r.t.Helper()
	for _, sent := range r.network.sockets[controlOf(s.seat)].take() {
		packets, err := rtcp.Unmarshal(sent.raw)
		if err != nil {
			r.t.Fatal(err)
		}
		if err := rtcp.CompoundPacket(packets).Validate(); err != nil {
			r.t.Errorf("not a compound packet of RFC 3550 6.1: %v", err)
		}
		all, to = append(all, packets), append(to, sent.to)
	}
	return all, to
}

// compound returns packets as they are sent.
func compound(t testing.TB, packets ...rtcp.Packet) []byte {
	t.Helper()
	raw, err := rtcp.Marshal(packets)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestAReportIsSentEveryFiveSecondsOnAverage(t *testing.T) {
	r := newRig(t, Config{})
	s, _ := r.start(&recorder{}, agreed())
	r.pass(1250 * time.Millisecond)
	if all, _ := r.reports(s); len(all) != 0 {
		t.Error("a report before a quarter of the time")
	}
	r.pass(400 * time.Second)
	all, to := r.reports(s)
	if len(all) < 65 || len(all) > 100 {
		t.Errorf("%d reports in 400 s, want about 80", len(all))
	}
	for i, packets := range all {
		if _, ok := packets[0].(*rtcp.SenderReport); !ok || to[i] != peerControl {
			t.Fatalf("report %d = %T to %s, want a sender report to %s", i, packets[0], to[i], peerControl)
		}
	}
	if got := s.Stats().ReportsSent; got != uint64(len(all)) {
		t.Errorf("ReportsSent = %d of %d", got, len(all))
	}
}

// telephony.md 1, behaviour 14: RTCP sender and receiver reports.
func TestASenderReportSaysWhatWasSent(t *testing.T) {
	r := newRig(t, Config{})
	s, socket := r.start(&recorder{}, agreed())
	r.pass(12 * time.Second)
	all, _ := r.reports(s)
	first, last := all[0][0].(*rtcp.SenderReport), all[len(all)-1][0].(*rtcp.SenderReport)
	sent := socket.take()
	if first.SSRC != sent[0].ssrc || first.OctetCount != first.PacketCount*160 {
		t.Errorf("report = %+v", first)
	}
	// The two clocks of the report are those of one moment.
	at := r.engineTime(last.NTPTime) - r.engineTime(first.NTPTime)
	if units := time.Duration(last.RTPTime - first.RTPTime); (at+time.Millisecond/2)/time.Millisecond != units/unitsPerTick {
		t.Errorf("%s passed by the clock and %d units of sound", at, units)
	}
	if next := sent[first.PacketCount]; next.timestamp != first.RTPTime {
		t.Errorf("RTP time = %d, want %d of the packet sent next", first.RTPTime, next.timestamp)
	}
	if year := time.Unix(int64(first.NTPTime>>32)-2208988800, 0).Year(); year != time.Now().Year() {
		t.Errorf("the report is of the year %d", year)
	}
}

// telephony.md 1, behaviour 14: RTCP sender and receiver reports.
func TestAReceptionReportSaysWhatWasLost(t *testing.T) {
	r := newRig(t, Config{})
	held := agreed()
	held.Direction = sdp.RecvOnly
	s, _ := r.start(&recorder{}, held)
	r.pass(tickLength)
	for seq := uint16(65530); seq != 14; seq++ {
		if seq%4 != 0 {
			r.deliver(s, peer, packet(0, seq, uint32(seq)*160, 0xABCD, 1))
		}
	}
	r.deliverControl(s, peerControl, compound(t, &rtcp.SenderReport{SSRC: 0xABCD, NTPTime: 0x1111222233334444}))
	r.pass(12 * time.Second)
	all, _ := r.reports(s)
	report, ok := all[0][0].(*rtcp.ReceiverReport)
	if !ok || len(report.Reports) != 1 {
		t.Fatalf("report = %v, want that of a receiver, for we sent nothing", all[0][0])
	}
	got := report.Reports[0]
	// Of 65530 to 13, 65532, 0, 4, 8 and 12 did not come: 5 of 20.
	if got.SSRC != 0xABCD || got.TotalLost != 5 || got.FractionLost != 64 || got.LastSequenceNumber != 1<<16|13 {
		t.Errorf("block = %+v", got)
	}
	if got.LastSenderReport != 0x22223333 || got.Delay < 1<<16 || got.Delay > 4<<16 {
		t.Errorf("last report = %x, %d units ago, want the middle of the peer's and 1.2 to 3.8 s", got.LastSenderReport, got.Delay)
	}
	if again := all[1][0].(*rtcp.ReceiverReport).Reports[0]; again.FractionLost != 0 || again.TotalLost != 5 {
		t.Errorf("the next block = %+v, want nothing lost since", again)
	}
}

func TestTheRoundTripIsMeasured(t *testing.T) {
	r := newRig(t, Config{})
	s, _ := r.start(&recorder{}, agreed())
	r.pass(4 * time.Second)
	all, _ := r.reports(s)
	ours := all[len(all)-1][0].(*rtcp.SenderReport)
	gone := r.engineTime(ours.NTPTime)
	block := rtcp.ReceptionReport{
		SSRC: ours.SSRC, TotalLost: 7, Jitter: 80,
		LastSenderReport: middle(ours.NTPTime), Delay: uint32((r.clock.time - gone - 30*time.Millisecond) << 16 / time.Second),
	}
	r.deliverControl(s, peerControl, compound(t, &rtcp.ReceiverReport{SSRC: 5, Reports: []rtcp.ReceptionReport{{SSRC: 1, TotalLost: 99}, block}}))
	r.stall(0)
	got := s.Stats()
	if got.RoundTrip < 29*time.Millisecond || got.RoundTrip > 31*time.Millisecond {
		t.Errorf("round trip = %s, want 30 ms", got.RoundTrip)
	}
	if got.PeerLost != 7 || got.PeerJitter != 10*time.Millisecond || got.ReportsReceived != 1 {
		t.Errorf("stats = %+v, want what the block says", got)
	}
	block.LastSenderReport -= 60 << 16 // a minute ago
	block.TotalLost = 0xFFFFFF         // one packet came twice
	r.deliverControl(s, peerControl, compound(t, &rtcp.SenderReport{SSRC: 5, Reports: []rtcp.ReceptionReport{block}}))
	r.stall(0)
	if now := s.Stats(); now.RoundTrip != got.RoundTrip || now.PeerLost != 0 {
		t.Errorf("stats = %+v, want the absurd round trip left out and no loss", now)
	}
}

// engineTime is an NTP timestamp as a time of the engine.
func (r *rig) engineTime(ntp uint64) time.Duration {
	at := time.Unix(int64(ntp>>32)-2208988800, int64(ntp&0xFFFFFFFF*1e9>>32))
	return at.Sub(r.epoch)
}

func TestTheEndIsTold(t *testing.T) {
	r := newRig(t, Config{})
	s, _ := r.start(&recorder{}, agreed())
	r.pass(time.Second)
	s.Close()
	r.pass(tickLength)
	all, to := r.reports(s)
	if len(all) != 1 || to[0] != peerControl {
		t.Fatalf("sent %v, want one packet", all)
	}
	if bye, ok := all[0][len(all[0])-1].(*rtcp.Goodbye); !ok || bye.Sources[0] != s.out.ssrc {
		t.Errorf("the last packet = %v, want a BYE", all[0])
	}
	never, err := r.Open(&recorder{})
	if err != nil {
		t.Fatal(err)
	}
	never.Close()
	r.pass(tickLength)
	if all, _ := r.reports(never); len(all) != 0 {
		t.Error("a session that never started said goodbye")
	}
	listening := agreed()
	listening.Direction = sdp.RecvOnly
	silent, _ := r.start(&recorder{}, listening)
	r.pass(time.Second)
	silent.Close()
	r.pass(tickLength)
	if all, _ := r.reports(silent); len(all) != 0 {
		t.Errorf("a session that had sent nothing sent %v", all)
	}
}

func TestWhereReportsGo(t *testing.T) {
	at := netip.MustParseAddrPort
	public, publicControl := at("203.0.113.5:61000"), at("203.0.113.5:61017")
	cases := []struct {
		name   string
		change func(*Params)
		want   netip.AddrPort
	}{
		{"the port above", func(*Params) {}, peerControl},
		{"the port that was said", func(p *Params) { p.RemoteControl = at("198.51.100.7:53020") }, at("198.51.100.7:53020")},
		{"behind NAT where they come from", func(p *Params) { p.BehindNAT = true }, publicControl},
		{"held by 0.0.0.0 nowhere", func(p *Params) { p.Remote = netip.AddrPort{} }, netip.AddrPort{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, Config{})
			p := agreed()
			c.change(&p)
			s, _ := r.start(&recorder{}, p)
			r.pass(tickLength)
			r.deliver(s, public, packet(0, 1, 0, 9, 1))
			r.pass(tickLength)
			r.deliverControl(s, publicControl, compound(t, &rtcp.ReceiverReport{SSRC: 9}))
			r.pass(12 * time.Second)
			all, to := r.reports(s)
			if !c.want.IsValid() {
				if len(all) != 0 {
					t.Errorf("reports to %v", to)
				}
				return
			}
			if len(to) == 0 || to[0] != c.want {
				t.Errorf("reports to %v, want %s", to, c.want)
			}
		})
	}
}

func TestReportsOfStrangersAndRubbishAreCountedAndIgnored(t *testing.T) {
	r := newRig(t, Config{})
	s, _ := r.start(&recorder{}, agreed())
	r.pass(tickLength)
	block := rtcp.ReceptionReport{SSRC: s.out.ssrc, TotalLost: 1000}
	report := compound(t, &rtcp.ReceiverReport{SSRC: 9, Reports: []rtcp.ReceptionReport{block}})
	r.deliverControl(s, netip.MustParseAddrPort("203.0.113.66:4001"), report)
	r.deliverControl(s, peerControl, nil, report[:len(report)-1], []byte("rubbish"), packet(0, 1, 0, 9, make([]byte, 160)...))
	r.pass(tickLength)
	if got := s.Stats(); got.Foreign != 1 || got.Unexpected != 4 || got.PeerLost != 0 || got.ReportsReceived != 0 {
		t.Errorf("stats = %+v, want 1 foreign, 4 unexpected", got)
	}
}

// A peer whose call is dead behind it goes on reporting; only where it has announced
// silence do its reports stand for its sound.
func TestReportsAreASignOfLifeOnlyInAnnouncedSilence(t *testing.T) {
	for _, announced := range []bool{false, true} {
		r := newRig(t, Config{MediaTimeout: 300 * time.Millisecond})
		sink := &recorder{}
		s, _ := r.start(sink, agreed())
		r.pass(tickLength)
		r.deliver(s, peer, packet(0, 1, 0, 9, 1))
		if announced {
			r.deliver(s, peer, packet(comfortNoise, 2, 160, 9, 60))
		}
		for range 10 {
			r.pass(100 * time.Millisecond)
			r.deliverControl(s, peerControl, compound(t, &rtcp.ReceiverReport{SSRC: 9}))
		}
		if lost := sink.lost == 1; lost == announced {
			t.Errorf("silence announced %v: media lost %d times", announced, sink.lost)
		}
	}
}

func TestAPairOfPortsIsTakenWhole(t *testing.T) {
	onEach(t, Config{Addr: loopback, PortMin: 11320, PortMax: 11323}, func(t *testing.T, e *Engine) {
		odd := netip.AddrPortFrom(loopback, 11321)
		taken := listenUDP(t, odd)
		s, err := e.Open(newTold())
		if err != nil {
			t.Fatal(err)
		}
		if got := s.LocalAddr().Port(); got != 11322 {
			t.Errorf("port = %d, want 11322 where the odd one is free too", got)
		}
		taken.Close()
		listenUDP(t, netip.AddrPortFrom(loopback, 11320)).Close() // not kept by the pair that failed
	})
}

// FuzzControl brings any bytes to the RTCP port. Facts: each packet is counted exactly
// once; no key comes of it, and the stream goes on to the same address.
func FuzzControl(f *testing.F) {
	f.Add(compound(f, &rtcp.SenderReport{SSRC: 9, NTPTime: 1 << 40, Reports: []rtcp.ReceptionReport{{SSRC: 1}}}))
	f.Add(compound(f, &rtcp.ReceiverReport{SSRC: 9}, rtcp.NewCNAMESourceDescription(9, "name"), &rtcp.Goodbye{Sources: []uint32{9}}))
	f.Add([]byte{0x80, 205, 0, 1, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, input []byte) {
		r := newRig(t, Config{})
		sink := &recorder{}
		s, socket := r.start(sink, agreed())
		r.pass(20 * time.Millisecond)
		r.deliverControl(s, peerControl, input)
		r.pass(tickLength)
		if got := s.Stats(); got.ReportsReceived+got.Unexpected != 1 || got.RoundTrip < 0 || len(sink.keys) != 0 {
			t.Errorf("stats = %+v", got)
		}
		socket.take()
		r.pass(20 * time.Millisecond)
		if sent := socket.take(); len(sent) != 1 || sent[0].to != peer {
			t.Errorf("sent %v", sent)
		}
	})
}
