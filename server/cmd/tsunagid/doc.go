// Command tsunagid is the server of Tsunagi: the IVR that stands beside a PBX, takes
// the customer's card by telephone keys, asks the acquirer and tells the desktops.
//
// The program is a table of commands (commands.go), a file each. serve joins all
// packages of the server in the order in which they need each other and takes them
// down in the opposite one: the journal is settled before the SIP port opens, and
// stays open until the last call has ended.
//
// Exit status: 0 done, 1 it could not be done (the message says what to do), 2 the
// command line is wrong; phone has its own, see 'tsunagid phone --help'.
package main
