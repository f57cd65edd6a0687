package media

import (
	"log/slog"
	"sync/atomic"
	"time"

	"tsunagi/server/dtmf"
)

// Stats is what has become of a session's packets.
type Stats struct {
	Sent       uint64        // packets sent
	Unsent     uint64        // packets that the machine did not take
	Late       uint64        // slots that were served more than 2 ms after their time
	Received   uint64        // packets taken, with doubled ones
	Lost       uint64        // packets that did not come
	Foreign    uint64        // packets from a source that is not the peer's
	Unexpected uint64        // packets that were no RTP or of no agreed payload type
	Forged     uint64        // packets that are not of the peer's SRTP key, or came before
	Jitter     time.Duration // of the peer's sound as it arrives, RFC 3550
	Keys       KeyStats

	// What RTCP tells. The peer's figures are zero while it has sent no report.
	ReportsSent     uint64
	ReportsReceived uint64
	RoundTrip       time.Duration // to the peer and back, without its own delay
	PeerLost        uint64        // of our packets, as the peer counts them
	PeerJitter      time.Duration // of our packets, as they arrive at the peer
}

// KeyStats is how a session's keys came.
type KeyStats struct {
	Events   uint64 // by telephone-event
	Tones    uint64 // by tones in the sound
	Infos    uint64 // by SIP INFO
	Repeated uint64 // presses that had come by another way already, not counted above
}

// LogValue groups s for a log line. What seldom happens is told where it did.
func (s Stats) LogValue() slog.Value {
	attrs := make([]slog.Attr, 0, 16)
	attrs = append(attrs,
		slog.Uint64("sent", s.Sent), slog.Uint64("received", s.Received), slog.Uint64("lost", s.Lost),
		slog.Duration("jitter", s.Jitter), slog.Duration("round_trip", s.RoundTrip), slog.Uint64("peer_lost", s.PeerLost),
		slog.Duration("peer_jitter", s.PeerJitter), slog.Uint64("keys.events", s.Keys.Events))
	for _, seldom := range []struct {
		name  string
		count uint64
	}{
		{"unsent", s.Unsent}, {"late", s.Late}, {"foreign", s.Foreign}, {"unexpected", s.Unexpected}, {"forged", s.Forged},
		{"keys.tones", s.Keys.Tones}, {"keys.infos", s.Keys.Infos}, {"keys.repeated", s.Keys.Repeated},
	} {
		if seldom.count > 0 {
			attrs = append(attrs, slog.Uint64(seldom.name, seldom.count))
		}
	}
	return slog.GroupValue(attrs...)
}

// counters are a session's Stats as the loop writes them and anybody reads them.
type counters struct {
	sent, unsent, late, received, foreign, unexpected, forged atomic.Uint64

	keys     [dtmf.Sources]atomic.Uint64
	repeated atomic.Uint64

	reportsSent, reportsReceived, peerLost, peerJitterUnits atomic.Uint64

	roundTrip atomic.Int64 // in nanoseconds

	lost, jitterUnits atomic.Uint64 // copied from the reception after each packet
}

func (c *counters) stats() Stats {
	return Stats{
		Sent: c.sent.Load(), Unsent: c.unsent.Load(), Late: c.late.Load(),
		Received: c.received.Load(), Lost: c.lost.Load(),
		Foreign: c.foreign.Load(), Unexpected: c.unexpected.Load(), Forged: c.forged.Load(),
		Jitter:      inTime(c.jitterUnits.Load()),
		ReportsSent: c.reportsSent.Load(), ReportsReceived: c.reportsReceived.Load(),
		RoundTrip: time.Duration(c.roundTrip.Load()),
		PeerLost:  c.peerLost.Load(), PeerJitter: inTime(c.peerJitterUnits.Load()),
		Keys: KeyStats{
			Events: c.keys[dtmf.FromEvent].Load(), Tones: c.keys[dtmf.FromTone].Load(),
			Infos: c.keys[dtmf.FromInfo].Load(), Repeated: c.repeated.Load(),
		},
	}
}

// inTime returns how long RTP timestamp units last.
func inTime(units uint64) time.Duration {
	return time.Duration(units) * time.Millisecond / unitsPerTick
}

// EngineStats is how the loop itself is doing.
type EngineStats struct {
	Sessions int    // open now
	Ports    int    // sessions that the range can hold
	Late     uint64 // packets sent more than 2 ms after their time
	Skipped  uint64 // ticks that were given up because the loop was far behind
}
