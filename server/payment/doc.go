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
//     hours. The request itself is never sent again.
//
// Desk is the door: Authorize, Inquire, Paid, Open. The states and what may follow
// what are a pure table (state.go), and so is the reading of an inquiry (judge.go)
// and its timetable (schedule.go).
//
// # Whom it talks to
//
// The Journal keeps the attempts (package store), the Acquirer answers (packages
// under acquirer). The card is opaque here: it goes from the call to the acquirer
// and no digit of it is read, kept or logged by this package.
//
// # Goroutines
//
// Authorize runs in the caller's goroutine, the acquirer's answer in one beside it,
// because an acquirer that never returns must not hold the call. Each Unknown
// attempt has one goroutine, its inquirer: the only one that asks about that order.
// All of them belong to the Desk and end with Stop.
//
// # What it is not for
//
// It does not decide whether the customer may try another card (package flow),
// keeps no card data and knows no acquirer's codes: an acquirer says what its code
// means (Class).
package payment
