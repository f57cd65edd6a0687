// Package gatewaysim is a payment gateway that speaks the protocol of VeriTrans4G in
// dummy mode, for demonstrations and for tests of the adapter and of the whole
// server. No money moves, and no card but the test cards is accepted.
//
// It is a reading of spec/gateway-veritrans4g.md of its own. Nothing of package
// veritrans4g is used here, nor the other way round, so that a mistake in one of
// them shows in the other. Where the specification names no code (a wrong signature,
// a malformed request) the codes of the family ZZ are ours: no client can take them
// for an issuer's refusal.
//
// # What it does
//
// Authorize, Capture, Cancel, ReAuthorize and Search, both body forms, the signature,
// members, the test cards and the expiries that force a refusal (section 6), NH18 for
// an order that has succeeded before, and books (Ledger), in memory or in a file that
// survives a restart. The control endpoint, on a loopback address only, tells what is
// in the books and takes faults:
//
//	GET    /ledger           every order       GET /ledger?order=ID  one
//	GET    /faults           what is left to go wrong
//	POST   /faults           {"kind":"reset_after","order":"ivr-*","times":1}
//	DELETE /faults           nothing goes wrong any more
//
// Fault lists what can go wrong. Config.Magic, for demonstrations, lets the amount
// ask for it: amounts ending in
//
//	9901  pending (AE10), found paid after 8 s
//	9902  pending (AE10), found refused after 8 s
//	9903  booked, and no answer
//	9904  not booked, and no answer
//	9905  reset before it is booked
//	9906  status 502 before it is booked
//
// # Card data
//
// Digits are compared and forgotten: neither books nor log hold any. The faults echo
// and echo_all send them back to the one who sent them, which is what they are for.
//
// # Goroutines
//
// Start serves in goroutines of its own, which Close ends and waits for.
package gatewaysim
