// Package wire is the WebSocket API between the desktop and the server: the
// messages, and nothing about how they travel (that is shared/link).
//
// # Shape
//
// Every message is one JSON text frame, a Frame: a kind, the number of the
// request it belongs to, and a body of the kind's own type. A client asks with a
// number of its choosing above zero and gets exactly one answer that bears it: the
// kind's answer, or KindError. The server pushes with number 0.
//
//	client                              server
//	login, resume              ──►
//	                           ◄──      session          (the answer)
//	                           ◄──      snapshot         (pushed next)
//	                           ◄──      change …         (pushed, Seq without a gap)
//	sendOrder                  ──►
//	                           ◄──      orderSent | error
//	heartbeat (every second)   ──►
//	                           ◄──      heartbeat        (the server's clock)
//
// A client that sees a gap in Change.Seq asks for a snapshot. All points in time
// are milliseconds since 1970 on the server's clock and end in Ms; the client
// measures its offset by heartbeats. Enumerations are spelled out and append-only.
//
// No message has a place for a card number, an expiry or a security code: at most
// the brand and the last four digits of an accepted card.
package wire
