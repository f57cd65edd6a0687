// Package soak holds one test: thousands of short calls over real SIP and RTP on
// loopback, after which the program holds what it held before. 'make soak' makes 20,000
// of them; 'make test' 500.
//
// It is a package of its own because it shortens sipgo's timers, which belong to the
// whole program: a finished transaction is kept for 32 s otherwise, and what is kept
// could not be told from what is leaked.
package soak
