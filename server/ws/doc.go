// Package ws is the API of the desktops, operators' and supervisors' alike: it
// serves shared/wire over shared/link. It joins a connection with a session of
// package identity, a view of package board and the calls; it decides nothing
// about any of them, and knows neither SIP nor the acquirer.
//
// # A connection
//
//	            login, resume                 first password set
//	waiting ───────────────────► seated ──────────────────────────► live
//	   ▲                           │    (at once where it is set)     │
//	   └───────── logout ──────────┴──────────────────────────────────┘
//
//	waiting   login, resume, heartbeat; all else is answered with session_lost
//	seated    a password must be set, then an authenticator enrolled: setPassword,
//	          enrolOneTimeCode, confirmOneTimeCode, logout, heartbeat; all else is
//	          answered with password_required or one_time_code_required
//	live      everything but login and resume; a snapshot was pushed, changes follow
//	locked    lies over the other two: unlock, logout, heartbeat, getSnapshot; all else
//	          is answered with screen_locked; changes follow on
//
// A login screen may stand idle for a day, so nobody is thrown out for waiting; of
// more than waitingMost connections the one that has waited longest is closed.
// link notices a desktop that is dead; its session is then lost, and identity
// keeps it for 5 minutes. A reader that is too slow is cut off by link, resumes
// and begins again from a snapshot. Connections that end because the server stops
// are closed with 1012, and their sessions are not lost.
//
// Requests of one connection are carried out one after the other, in the order in
// which they came; only an inquiry (照会), for which the acquirer may take seconds,
// and a check of a transaction ID, which must not hold up an order, are answered when
// they are. Every request gets one answer that bears its number. A frame
// that cannot be read, or is of an unknown kind, is answered with bad_request and
// the connection goes on; one that is too large closes it with 1009.
//
// An operator sees and asks for nothing but the own calls; a supervisor sees those
// of the whole merchant, lists its users and logs them out, and neither sends orders
// nor presses buttons on a call. An auditor sees what a supervisor sees.
//
// What an administrator changes of a user or a merchant is pushed at once (settings); where
// monitoring was switched, a snapshot with or without the rows follows.
//
// # Orders
//
// An order whose idempotency key was accepted before gets the same answer again
// and is not sent a second time, also over another connection. Once on its way
// an order is not called back when the connection breaks: its answer waits for
// the repetition. A refusal is not remembered; the operator mends the form and
// sends it under the same key.
//
// # Errors
//
// An *ivr.Error crosses as it is. Any other is logged and crosses as internal with
// a reference that finds it in the log. Bodies are never logged: an operator may
// type a password or a card number anywhere.
//
// # Goroutines
//
// ServeHTTP is the connection's reading goroutine and owns its state. It has one
// more that waits for the connection's end, and while someone is logged in two
// that push the board and wait for the session's end, and one for each inquiry and
// check under way. ServeHTTP comes back when they are gone, Close when every ServeHTTP is back
// and every order has its answer.
package ws
