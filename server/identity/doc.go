// Package identity decides who may use the server: logins at the two entrances,
// the session that a login begins, passwords. It follows product.md section 3 and
// security.md section 4; the sentences for people are those of shared/message.
// It does not speak any protocol: package ws brings it what desktops ask, and
// package store keeps what must survive.
//
// # Login
//
// The answer to a wrong merchant, user or password is the same, and so is what is
// done for it: one Argon2id computation (against a hash that fits no password
// where there is no user), a failure that is counted (in memory where there is no
// user, so that a seventh try finds "locked" for every ID), and an answer that
// leaves refusedAfter after the question. What is found, in this order:
//
//	too many failures from the source    AccessRestricted   before anything is looked up
//	source not in the merchant's list    AccessRestricted   before the password: nobody outside may guess, or lock
//	locked, even with the right password Locked
//	wrong, unknown or disabled           AuthFailed         the sixth in a row locks
//	temporary password, old or used      AuthFailed         as a wrong one
//	not the role of this entrance        AccessRestricted   told only to who knows the password
//	one-time code missing                OneTimeCodeRequired
//	one-time code wrong, or used         OneTimeCodeWrong   counts as a wrong password
//	session of another workstation       AlreadyLoggedIn
//
// # Sessions
//
//	     login ──► connected ──logout, forced──► gone
//	                │     ▲                       ▲
//	connection lost │     │ resume                │ 5 minutes
//	                ▼     │                       │
//	               kept ──┴───────────────────────┘
//
// A session belongs to a user, who has at most one, and to a workstation. Its
// token is 32 random bytes; only the SHA-256 is stored. Each resume brings a new
// token; the old one is good until the desktop was heard with the new one, since
// an answer may be lost on its way. While a session is kept, a login of another
// workstation is refused; the same workstation may resume, or log in again with
// the password where the token is lost. Where the desktop resumes before the
// server has noticed that the old connection is dead, the newer one wins.
//
// A workstation may hold the tokens of several users, one after the other. Once another
// user has logged in there, a token alone resumes nothing: the person at the workstation
// is not known to be the one of before. With the right password (and code) a login that
// brings the token takes the session over, as a resume would, though the server does not
// know its connection for lost yet. So the tokens in a stolen workstation's keyring are
// worth what the one of the last user is, for 5 minutes; without a password the others
// are worth nothing.
//
// A connection that the server itself ends by stopping is not lost: its 5 minutes
// begin at the next start.
//
// Whether an operator is there for a call is Online: logged in, with a first
// password set, and connected or lost for less than onlineGrace. A locked screen is
// there: whoever transfers a call sits before it.
//
// What an administrator changes of a user or a merchant reaches the sessions that stand
// (Refresh, EditUser, Seat.Changed); but what a new policy asks of a person, a longer
// password or an authenticator, is asked at the next login. Only where sessions may come
// from is at once so: whoever is connected from elsewhere is logged out.
//
// # Passwords
//
// Argon2id with 19 MiB, 2 passes and 1 lane (OWASP's minimum: the machine also
// carries voice), 16 bytes of salt and a key of 32, written as a PHC string; at
// most hashings computations at a time. A first or initialized password is made
// by FirstPassword, shown once, and must be replaced before anything else is
// answered. It is good for one session, within 24 hours.
//
// # The PCI policy
//
// A merchant's setting (policy.go; security.md section 4): passwords of 12 to 30
// characters, replaced after 90 days, at a login and never in the middle of a session;
// one-time codes of RFC 6238 for whoever is not an operator, and for operators where the
// merchant's OperatorCodes says so (under either policy), none accepted twice, their
// secrets sealed with a key beside the database; a screen that locks after 15 idle
// minutes, which the desktop counts and the session remembers; accounts disabled that
// nobody used for 90 days. Under the guide's policy, 90 days are advice.
//
// # What is written down
//
// Every step goes to the Auditor: who, from where, to whose account, how it came out. A
// name that no user has may be a password in the wrong field and is not written.
//
// # Goroutines and clock
//
// The package has none of its own; every method may be called together with any
// other. The clock is time.Now. A context ends the wait to hash a password; a
// change of a session that has begun is carried out to its end.
package identity
