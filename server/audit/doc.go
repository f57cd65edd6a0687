// Package audit writes down who did what (spec/security.md, section 5): logins,
// locks, passwords, roles, orders, calls, authorizations, cancels, settings, exports,
// views of logs, the clock, starts and stops. Each deed is an Event of a known Kind;
// the book behind it (package store) appends it, sealed with the hash of the line
// before, and refuses changes. 'tsunagid audit verify' finds a line that was changed
// or taken out.
//
// # What it holds to
//
// A line is on disk when Write returns nil; what happens in calls goes through a Scribe
// and is on disk a moment later. A log that cannot be written makes Ready
// an error, so that calls are refused (L5) until it can be written again, which is a
// line of its own. No line has a card's digits: a run of twelve digits or more, typed
// into whatever field, is masked but for its length, and text is cut to a length.
//
// # What it is not for
//
// It is not the program's log, and not the journal of attempts, whose transitions
// have a chain of their own (store.VerifyAttemptEvents): of an attempt it has one line,
// the result. It decides nothing; a Scribe has one goroutine, a Log none. Times are UTC to the
// millisecond; who shows them adds Japan's.
package audit
