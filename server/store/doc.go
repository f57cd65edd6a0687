// Package store keeps what must survive in one SQLite file: merchants and their
// settings, users, sessions, calls, the points they passed, orders, and the
// journal of authorization attempts, and the audit log. It decides nothing; which attempt may follow
// which is package payment's, who may log in is package identity's.
//
// # Promises
//
// A method that changes something has committed it, on disk, when it returns nil:
// the journal mode is WAL and synchronous is FULL, so each commit is one fsync of
// the log. A method that returns an error has changed nothing. Whatever does not
// exist is ivr.ErrNotFound.
//
// The database itself keeps an order from having two open or two paid attempts
// (unique partial indexes), keeps the event rows append-only (triggers) and knows
// every enumeration (CHECK).
//
// # Connections
//
// Changes go through one connection, one transaction at a time, begun IMMEDIATE:
// no change is ever refused because of another one, it waits. What calls write at about
// the same time shares a transaction (together.go), and what they write and ask is kept
// compiled (conn.go). Reads have a small pool of their own and see the last commit. All
// methods may be called together. One goroutine commits for all; it and those of
// database/sql end with Close.
//
// # The file
//
// The folder is made with mode 0700, the file with 0600 (security requirement N7).
// Open migrates an older file, and refuses a damaged one (ErrDamaged) and one that
// a newer version has written (ErrNewer) before anything is changed in it.
//
// A server takes the lock beside it (TakeLock) before it opens it; commands do not. A
// small mark beside it says how far its chains have come, so that a database from an
// old backup is recognised (Restored), and lines cut off from the audit log are.
//
// # Units and secrets
//
// Times are milliseconds since 1970 UTC; amounts are whole yen. There is no column
// for a card number, an expiry, a security code or anything computed from them but
// brand and last four digits. A test holds the list of columns that may exist.
package store
