// Package ivr is the domain of the server: merchants, users, calls, attempts and
// the errors that cross a boundary. It imports the standard library and the order
// that both programs share (shared/order), does no input or output and has no
// goroutines. Amounts are whole yen, points in time are time.Time.
//
// # The house
//
// A pure core decides, adapters do:
//
//	flow  card  dtmf  sdp  audio        pure: no net, os, clock, goroutine or logger
//	prompt                              the voice, loaded once
//	media ◄── sipua                     RTP and SIP: a telephone line becomes a call.Leg
//	call                                one goroutine per call joins flow, card, leg, payment and board
//	payment ◄── acquirer/sim            the attempt's journal and whom it asks
//	identity  board  store  ws          users, the live picture, SQLite, the desktop's API
//	config  cmd/tsunagid                one TOML file; the program that joins everything
//	phone  e2e                          a scripted telephone; whole-system tests
//
// An interface is declared by the package that calls it. Adapters never import a
// sibling; cmd/tsunagid knows them all.
package ivr
