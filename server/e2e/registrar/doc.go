// Package registrar is a PBX as far as accounts go, for tests: it takes REGISTER with
// digest (RFC 3261 10.3 and 22), keeps the bindings, answers OPTIONS, and can refuse, be
// silent or let registrations run out. It speaks UDP and TLS, and its view of the
// protocol is its own: nothing of package sipua is used.
//
// It is not a PBX: it has no calls. build/pbx.sh has one.
package registrar
