// Package servertest is a tsunagid for tests of what stands on desktop/server: it
// speaks the API over TLS on the loopback, knows one user, and plays the changes it
// is given. It checks nothing that the real server checks but the password; what the
// real one does is tested with it, in server/e2e.
//
// A Desk's goroutines end with the test.
package servertest
