// Package faults breaks the real server on purpose and counts the money afterwards
// (spec/payments.md, "Fault-injection test"). It has tests only.
//
// A site is a tsunagid in a process of its own, with real SQLite, real SIP and RTP and
// a WebSocket for each of its operators. It lives many lives: in each, all operators
// take a call at once, the customers key cards, the acquirer fails in the way that
// each order's amount asks for, and the process ends by kill -9 at one of the points
// of the specification, or its database is locked there first. Then the next life
// begins on what the last one left.
//
// After each life, and at the end when everything has been settled, the acquirer's
// books are compared with the journal and with what the customers heard: invariants
// I1 to I5, and I6 for the plain forms of the card (package e2e has the other forms).
//
// # Points and faults
//
// The server asks a simulated gateway (package gatewaysim) through the real adapter. The
// gateway lives in the test's process and so outlives the server; each order may meet any
// of its faults: a reset, a black hole or a 502 before or after the booking, an answer or
// a booking after the deadline, an answer that is cut off, truncated, doubled, in another
// encoding, 10 MB long, of another order or amount, contradicts itself, or has the card in
// every field. "After dial" and "mid body" are a request that has left and is not booked
// yet (fault slow); "mid response" is the time between the booking and the answer. The
// full disk is a database that takes no writes: the program sees the same error of the
// same statement.
//
// # Running
//
//	go test ./server/faults                          a few lives
//	make faults                                      300 calls and more, and 10,000 pure days
//	go test ./server/faults -seed 7 -sites 1         replays what a failing site has printed
//
// A seed fixes what each life does and when; the scheduler does the rest, so a replay
// is the same plan and not the same interleaving.
//
// # Goroutines
//
// Each operator and each telephone of a life has one, joined before the life ends.
package faults
