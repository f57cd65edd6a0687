// Package control lets the commands of tsunagid reach the running server: a table of
// named operations, and a local socket over which they are asked. It knows none of the
// operations; each package or command registers its own.
//
//	command                         server
//	Dial(folder)          ──►       Serve(listener, table)
//	Call(op, request)     ──►       the function registered for op
//	answer or error       ◄──
//
// An Operation names its request's and its answer's type once, for both ends. The same
// table also serves a command alone, over a pipe (Alone), where no server runs: what a
// command does is then written once.
//
// # Who may ask
//
// Whoever may open the socket: on Unix "control.sock" in the server's folder, mode 0600
// in a folder of 0700; on Windows a named pipe whose list admits the server's own user,
// the system and the administrators. Nothing is asked beyond that, and nothing is open to
// a network. By is what the command says of its user, for the audit log.
//
// # On the line
//
// JSON, one value a line: {"op","by","request"} and {"answer"} or {"error","code"}. One
// request after the other; a request longer than MaxRequestBytes ends the connection.
// An error crosses as its text, since who asks is an administrator; an *ivr.Error keeps
// its code. When the command goes away, the context of its operation ends.
//
// # Goroutines
//
// Server has one that accepts and two for each connection; Close waits for them.
package control
