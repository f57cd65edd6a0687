// Package call runs calls: one goroutine per call owns its machine (flow.Call), its
// card (card.Vault) and its line (Leg), turns everything that happens into events of
// the machine and carries out the commands that follow, in order.
//
// It decides nothing about a call's course (flow does), knows no SIP, no RTP, no
// WebSocket and no SQL: those come in through the interfaces in desk.go.
//
// # Rules it keeps
//
//   - Record, then tell: a row, an order or a result is written down before the board
//     and so any screen learns of it.
//   - The acquirer's question cannot be unasked: an authorization runs on when the
//     call has ended, under a deadline of its own (package payment), and the call's
//     goroutine waits for it.
//   - A card stays in memory for at most cardLife after its last key, on hold or not:
//     the life of a card is a hard limit (security.md C4), the other times are not.
//   - On hold the times of the machine stand still and go on where they were, as the
//     prompts do (telephony.md, behaviour 8). The deadline that the operator watches
//     moves along, once a second.
//   - Admission is checked twice: Admit answers an INVITE without allocating anything,
//     Run takes the place. Between the two another call may have taken it.
//
// # Return calls and channels
//
// Whoever reaches operators stands behind Operators; a desk without one has no return
// calls. A call holds its channel from its arrival to its end. Joined by the PBX, it
// has ended; relayed here, it has not, so a customer who is transferred again takes a
// second channel, as the operator guide says (4-8).
//
// That it is the same customer can be told in two ways (returned.go). While the former
// call is relayed, the operator's next call is that customer's: this is certain, and
// it is the case in which channels pile up. After a join nothing is left on the line;
// then the order tells: one with the transaction ID of a call that was returned in the
// last half hour. A customer who comes with another order after a join counts as new.
//
// A customer who is transferred again while relayed reaches the new call through the
// operator's leg of the former one, to which no key is passed on. The keys go from the
// former call to the new one here in the desk, from the moment when the customer is the
// one who listens there; what the operator's leg hears of them is silence all the while.
//
// # Goroutines
//
// Run is called on a goroutine of the caller and returns when the call has ended and
// all it started is gone. What happens on the lines (Key, PlayedOut, Held, Resumed,
// HungUp, OperatorAnswered and its like) may be told from any goroutine; the methods
// wait for nothing, so that whoever serves the lines can call them. A call posts to a
// later call of the same customer, never to an earlier one. Desk may be used from
// anywhere; Drain returns when the last call has ended.
package call
