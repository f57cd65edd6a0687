// Package site runs a whole site for tests: the real tsunagid in a process of its own,
// a real SQLite file, and an operator at the WebSocket over TLS.
//
// It is for test packages that drive the server from outside (e2e, e2e/pbx, faults) and knows
// nothing of telephones. Everything fails the test it was given where it does not
// succeed; what was started is stopped by the test's cleanup. A Server's process and an
// Operator's reader are the goroutines, each owned and waited for by its maker.
package site
