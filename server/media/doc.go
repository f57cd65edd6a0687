// Package media is the RTP engine: it sends each call its prompts in packets of the
// agreed length, without a break, and turns what comes back into keys.
//
// It follows RFC 3550 (RTP, RTCP), RFC 3551 (G.711) and RFC 4733 (telephone-event). It is not
// for signalling (package sipua agrees on the stream with package sdp and says Start),
// nor for what is said when (package flow decides, package audio encodes).
//
// # One loop
//
// All calls share one goroutine on a thread of its own, [Engine]'s loop. Time is cut
// into ticks of 1 ms; a call with packets of 20 ms has every twentieth tick for its
// slot. A slot is filled with 256 calls before another is begun, because each time the loop
// wakes costs as much as some packets; beyond that the calls are spread evenly. At each
// tick the loop obeys the commands given since, sends one packet for each call of the slot,
// and reads what has come to all the sockets. It waits for nobody: commands wait for it.
//
// The loop owns all state of a [Session]. Its methods may be called from anywhere, also
// from a [Sink]; they take effect at the next tick, in the order of the calls. The
// engine starts the loop in [New] and [Engine.Close] returns when it is gone. Without
// calls the loop sleeps, and with few it sleeps over the ticks that no call sends at, at
// most 20 ms at once.
//
// A late loop sends what it missed at once, so that no sound is lost, up to 200 ms;
// beyond that it goes on with the present and the timestamps tell of the gap.
//
// RTCP has the odd port above each call's even one. Every five seconds on average a
// report goes out, as RFC 3550 section 6.2 has it, and with the last packet a BYE. What
// the peer reports is seen in [Stats] and has no other effect; it is a sign of life only
// where the peer has announced by comfort noise that it will be silent.
//
// Sound is copied from the clips into the one send buffer of the engine. In G.711 nothing
// is encoded, and nothing is allocated for a packet of RTP, in or out. G.722 is encoded as
// it is sent, because its codec remembers what went before; it carries the telephone's
// band alone, as clips, bridges and tones have no more.
//
// Where the machine has io_uring and allows it (Linux 5.18 and up), the packets of a slot
// leave with one system call: see outbox_linux.go. Else each has one of its own. On Linux the
// loop is told what has come by signals: see bell_linux.go. There a pair of ports also stays
// bound when its call ends, deaf until the next call has it: see pair.go.
//
// What nobody listens to is not even read, where the machine can help (Linux): see
// spare.go. A packet filter at the socket then drops seven in eight packets of sound of a
// peer that sends keys as events; they count as received, to the second, because the
// kernel tells how many it has dropped.
//
// # Bridges
//
// [Bridge] lets the peers of two sessions hear each other, for the return call to the
// operator where the PBX cannot join the two itself. Events never cross it. Where keys
// are muted, no tone of one does.
//
// # Encryption
//
// Where keys were agreed on, RTP and RTCP are SRTP and SRTCP (RFC 3711), by pion/srtp.
// Then nothing goes out plain, and what is not sealed with the peer's key, or is a
// recording of what was, is counted as forged and has no effect, not even on where we
// send to.
//
// # Whose packets count
//
// A packet is taken from the negotiated address and port at any time. A packet from
// another port of the negotiated address, or, where the peer is behind NAT, from
// anywhere, is taken if no source has been taken yet; from then on that source is
// latched, and another is only let in when the latched one has been silent for 200 ms
// and the newcomer has the negotiated or the latched address. Everything else is
// counted and ignored, so that nobody injects keys. Behind NAT we send to the latched
// source (symmetric RTP), else to the negotiated address. Where the machine can (Linux), it
// turns strangers away itself, uncounted, while the negotiated source sends: see tie.go.
//
// # Keys
//
// Keys come as telephone-events; as tones in the sound, where the peer sends no events
// or Params.Tones asks for it; and by the signalling, which hands them to
// [Session.KeyByInfo]. A press that comes in several ways is one key, by the rule of
// dtmf.Merger. What a key leads to is played once the key is up: see keydown.go. Sound is
// taken in each codec under its static payload type, whichever was chosen; comfort noise
// is not listened to.
//
// Timestamps count 8,000 a second, 8 to the tick, in G.722 too (RFC 3551 section 4.5.2);
// a payload byte is one of them.
package media
