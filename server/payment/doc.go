// Package payment asks the acquirer for authorizations so that no order is charged
// twice and no outcome is lost. It owns the life of an attempt (spec/payments.md):
//
//  1. The attempt is written down and on disk before a byte of its request leaves.
//  2. The acquirer is asked once, under a deadline of its own; hanging up does not
//     cancel it.
//  3. What became of it is on disk before anybody is told. Where it cannot be
//     written down, the answer is Unknown, never Paid.
//  4. An attempt without an answer to rely on is Unknown, keeps its order locked
//     and is settled by inquiry: 3, 6, 12, 20 seconds after, while the customer
//     waits at most 30; then after 1, 2, 5, 10, 30 minutes and hourly up to 48
//     hours. The request itself is never sent again; only one of which it is certain
//     that not a byte left is made once more, as an attempt of its own.
//  5. What an inquiry has found paid is asked about once more an hour and a day later:
//     the acquirer may cancel what it did not know itself.
//  6. A cancel is VOIDING on disk before it is asked for; its outcome is looked up
//     before it is asked for again. A capture is asked for only where the books show
//     that it was not made.
//
// Desk is the door: Ready, Authorize, Inquire, Paid, Open; Cancel, Capture, Resolve
// for what comes afterwards, and Reconcile. Every night, and after a restore before
// anything is authorized, the journal is compared with the acquirer's books; what a
// restored journal has lost is written down again from them. The states and what may follow
// what are a pure table (state.go), and so is the reading of an inquiry (judge.go)
// and its timetable (schedule.go), and the comparison of a journal with books
// (compare.go).
//
// # Whom it talks to
//
// The Journal keeps the attempts (package store), the Acquirer answers (packages
// under acquirer); one that captures, cancels or shows its books is a Settler or a
// Bookkeeper as well. The card is opaque here: it goes from the call to the acquirer
// and no digit of it is read, kept or logged by this package.
//
// # Goroutines
//
// Authorize runs in the caller's goroutine, the acquirer's answer in one beside it,
// because an acquirer that never returns must not hold the call. Each Unknown
// attempt has one goroutine, its inquirer: the only one that asks about that order;
// each VOIDING one its voider; one found paid by inquiry its rechecker.
// All of them belong to the Desk and end with Stop.
//
// # What it is not for
//
// It does not decide whether the customer may try another card (package flow),
// keeps no card data and knows no acquirer's codes: an acquirer says what its code
// means (Class).
package payment
