// Package bench measures the server against Asterisk: the same calls, from the same
// generator, in the same run on the same machine.
//
// The server under test is the real program with its database, its operators at the
// WebSocket and an order for each call. It is held on one processor and the generator
// on another. What is measured, how, and what the figures mean stands in
// server/docs/performance.md; build/bench.sh runs it and 'make bench' is its target.
//
// # The generator
//
// A generator is one goroutine on a thread of its own with three sockets: SIP, RTP and
// RTCP of all calls. Each millisecond it sends what is due in one system call (sendmmsg)
// and takes in what has come (recvmmsg). Packets are a header in front of a shared
// payload; nothing is allocated for one. When a packet arrived is the kernel's word
// (SO_TIMESTAMPNS), so that a late generator does not look like a late server; how late
// it was itself, and how busy, is measured too.
//
// # A call
//
//	INVITE ─ 200 ─ ACK ─ order ─ 「1」 ─ ringback ─ greeting ─ 16 digits ─ 4 ─ 3 ─ result ─ BYE
//
// Keys are RFC 4733, 100 ms each with 100 ms to the next. They come at fixed times after
// the answer, the same for both servers. A call has succeeded when the server has ended
// it and its digits were right: tsunagid's operator was told that the card's payment is
// OK, or Asterisk found what it had read to be what was keyed.
//
// It runs on Linux only. Times are time.Duration or nanoseconds of the kernel's real-time
// clock; sound is G.711 µ-law in packets of 20 ms.
package bench
