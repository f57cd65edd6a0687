package audit

import "tsunagi/server"

// Kind is what was done. Spelled out on disk; append-only.
type Kind string

// The kinds of security.md, L1.
const (
	Login          Kind = "login"           // or its refusal
	Logout         Kind = "logout"          //
	ForcedLogout   Kind = "forced_logout"   // by a supervisor, or by the next login
	Locked         Kind = "locked"          // after failures
	Unlocked       Kind = "unlocked"        // by a supervisor
	PasswordSet    Kind = "password_set"    // by its owner
	PasswordReset  Kind = "password_reset"  // by a supervisor
	UserAdded      Kind = "user_added"      //
	UserChanged    Kind = "user_changed"    // Detail names the fields
	RoleChanged    Kind = "role_changed"    //
	MerchantSet    Kind = "merchant_set"    // settings of a merchant; Detail is the difference
	SettingsSet    Kind = "settings_set"    // configuration of the server; Detail is the difference
	CallAccepted   Kind = "call_accepted"   //
	CallRefused    Kind = "call_refused"    //
	CallStep       Kind = "call_step"       // a step of a call; Object is the call, Detail the step
	OrderSent      Kind = "order_sent"      //
	Authorized     Kind = "authorized"      // an attempt's result; Object is the attempt
	Captured       Kind = "captured"        //
	Voided         Kind = "voided"          //
	Resolved       Kind = "resolved"        // by a person, in place of an inquiry
	Reconciled     Kind = "reconciled"      // Detail is the count of differences
	Exported       Kind = "exported"        //
	LogViewed      Kind = "log_viewed"      //
	ClockChanged   Kind = "clock_changed"   // or found off by more than a second
	ServerStarted  Kind = "server_started"  // Detail is the version
	ServerStopped  Kind = "server_stopped"  //
	TraceSwitched  Kind = "trace_switched"  // a recording or a trace, on or off
	PlaintextUsed  Kind = "plaintext_used"  // SIP or RTP without encryption was allowed
	AuditRecovered Kind = "audit_recovered" // this log could not be written for a while
	AuditVerified  Kind = "audit_verified"  //
	Resumed        Kind = "resumed"         // a session by its workstation, without a password
	ConnectionLost Kind = "connection_lost" // of a session, which is kept
	SessionExpired Kind = "session_expired" // its connection did not come back
	SourceShutOut  Kind = "source_shut_out" // an address after too many failures
	ScreenLocked   Kind = "screen_locked"   //
	ScreenUnlocked Kind = "screen_unlocked" // or its refusal
	CodeEnrolled   Kind = "code_enrolled"   // an authenticator for one-time codes
	CodeReset      Kind = "code_reset"      // it may be enrolled anew
	CallAsked      Kind = "call_asked"      // an operator's button on a call; Detail is which
	CallEnded      Kind = "call_ended"      // Detail is how
	Inquired       Kind = "inquired"        // about an order; Object is its transaction ID
)

// Kinds lists the kinds.
func Kinds() []Kind {
	return []Kind{
		Login, Logout, ForcedLogout, Locked, Unlocked, PasswordSet, PasswordReset, UserAdded, UserChanged, RoleChanged,
		MerchantSet, SettingsSet, CallAccepted, CallRefused, CallStep, OrderSent, Authorized, Captured, Voided, Resolved,
		Reconciled, Exported, LogViewed, ClockChanged, ServerStarted, ServerStopped, TraceSwitched, PlaintextUsed,
		AuditRecovered, AuditVerified, Resumed, ConnectionLost, SessionExpired, SourceShutOut, ScreenLocked,
		ScreenUnlocked, CodeEnrolled, CodeReset, CallAsked, CallEnded, Inquired,
	}
}

// Result is how it came out. Spelled out on disk; append-only.
type Result string

// The results.
const (
	OK      Result = "ok"
	Refused Result = "refused" // by a rule: a wrong password, a declined card
	Failed  Result = "failed"  // by a fault
	Unknown Result = "unknown" // nobody knows yet
)

// Actor is who does something, and from where. The source of a command is "console" and
// the name of its user on the server's machine.
type Actor struct {
	Who    ivr.UserKey
	Source string
}

// Event is one deed.
type Event struct {
	Kind   Kind
	Result Result
	Who    ivr.UserKey // who did it; zero: the server itself, or nobody known
	Source string      // the address it came from; empty: this machine
	Object string      // what it was done to: a user, a call, an order, an attempt
	Detail string      // what else is to be known, without secrets
}
