// Package handset is a telephone for tests: a SIP endpoint with media that rings until a
// test answers it, or refuses. What is said and keyed is the test's.
//
// Everything fails the test that a handset was given where it does not succeed. Its
// goroutine serves the endpoint and is waited for by the test's cleanup.
package handset
