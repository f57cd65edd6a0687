// Package e2e tests the server as a whole: the real program in a process of its own,
// a real SQLite file, real SIP and RTP from the scripted telephone, a real WebSocket
// over TLS. Nothing inside the server is replaced, so what holds here holds for an
// operator. It has tests only.
//
// Package site runs the program and is the operator at the WebSocket; package pbx is
// the same behind a real PBX. The files here are named for what they prove;
// sentences_test.go lists the sentences of the specification about a call, each with
// what shows that it holds, wherever in the repository that is.
package e2e
