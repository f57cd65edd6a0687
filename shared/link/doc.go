// Package link carries frames of shared/wire over a WebSocket; both ends use it.
// It knows how messages travel (size, order, pace, silence) and nothing of what
// they mean: sessions, requests and snapshots belong to its callers.
//
//	desktop                                    server
//	conn, err := link.Dial(ctx, url, tls)      conn, err := link.Accept(w, r, link.ServerLimits())
//	conn.Send(wire.KindLogin, 1, login)        frame, err := conn.Receive()
//	                                           login, err := link.Decode[wire.Login](frame)
//	frame, err := conn.Receive()               conn.Send(wire.KindSession, frame.ID, session)
//	conn.Close(link.CloseGoingAway, "quit")    conn.Close(link.CloseNormal, "logged out")
//
// # What holds
//
// Frames arrive in the order in which they were sent. Send never waits: it puts
// the frame into a bounded queue, and where that is full the connection ends with
// ErrSlow, so that one slow reader holds up no one. What waits in a server's queue
// leaves together, and until Limits.GatherFor after the last write it waits for more.
// These leave at once: the first frame after a quiet time; one with an ID, for which
// somebody waits, with all before it; a queue that is half full; pings and pongs;
// and, when the connection is closed, what still waits.
//
// A frame above Limits.MaxFrameBytes ends the connection with close code 1009; a
// frame that is no wire.Frame is reported by Receive as *BadFrame and the connection
// lives on, so that the caller may answer it. A peer that is silent for
// Limits.PingEvery is pinged, one that speaks is not; one that is silent for
// Limits.DeadAfter, answers to pings included, is dead: the connection ends with
// ErrDead.
//
// Nothing of a frame's content is ever part of an error: it may be a password, or
// a card number typed where none belongs.
//
// # Transport
//
// RFC 6455 over TLS 1.2 or later; Dial refuses an address that is not wss
// (security requirement N1). Both sides name wire.Subprotocol; a peer without it
// is of another version, ErrVersion. Accept refuses every handshake with an
// Origin header: the desktop sends none, and no web page has business here.
// Messages are single uncompressed text frames.
//
// # Goroutines
//
// A Conn owns two, one that reads and one that writes. They end when the
// connection does, and Close comes back only when both are gone: whoever holds a
// Conn must Close it, also one that has ended by itself. The reading goroutine
// answers pings as long as Receive is called often enough to keep its small
// buffer from filling; the methods of a Conn may be called from any goroutine.
package link
