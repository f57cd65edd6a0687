// Package scrub masks what looks like a card number in text on its way out of the
// program: 13 to 19 digits that pass Luhn, also in groups with single spaces, hyphens,
// dots or underscores between them (spec/security.md C9). The log and everything that
// a command says go through it.
//
// It is the last net and not the plan: nothing in this program hands digits of a card to
// a log. But errors of libraries may quote what a network sent, and people type card
// numbers into fields that are not for them. A number that is masked by chance (one in
// ten of that length passes Luhn) costs a reader little. UUIDs are let through: with them
// calls and attempts are found again.
//
// What it cannot see: a number that is split over two writes, encoded, or spelled out;
// and what Go's runtime writes when it dies of a panic, which are addresses and lengths.
// It is pure but for Writer, which hands on to the writer it was given.
package scrub
