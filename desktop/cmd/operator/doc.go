// Command operator is a scripted operator for demonstrations and end-to-end tests:
// it logs in, waits for a send window, sends the order of its flags and prints what
// becomes of the call. It has no window and stands on desktop/server, the client
// that the desktop itself uses.
//
// The last line it prints is the row that ends the call, 「【決済OK】…」 or
// 「【決済NG】…」. The exit status is 0 for the first, 1 for the second, and 2 when
// there was no such row: an error, a refusal, or the time-out.
//
// A merchant may ask operators for one-time codes: --one-time-code brings the one that
// the authenticator shows. A code is good for one login.
//
// It keeps nothing: the pin comes by --trust, the session ends with the program.
package main
