// Package linktest is a network in memory for tests: a net.Listener whose
// connections are the ends of net.Pipe. Unlike a socket it works inside a
// testing/synctest bubble, where time is the test's own. It is not for programs.
//
// A pipe has no buffer: a write waits until it is read. What works over it works
// over the narrowest line. The package starts no goroutine.
package linktest
