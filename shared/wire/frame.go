package wire

import "encoding/json"

// Subprotocol is offered and required in the WebSocket handshake. A server of
// another version answers the handshake without it.
const Subprotocol = "tsunagi.v1"

// Path is where the server accepts the WebSocket.
const Path = "/v1/desktop"

// MaxFrameBytes bounds a frame from a client. A server's snapshot may be larger:
// MaxSnapshotBytes.
const (
	MaxFrameBytes    = 16 << 10
	MaxSnapshotBytes = 8 << 20
)

// Kind says what a frame's body is.
type Kind string

// Kinds a client sends; in brackets what answers them.
const (
	KindLogin       Kind = "login"       // Login [session]
	KindResume      Kind = "resume"      // Resume [session]
	KindLogout      Kind = "logout"      // no body [done]
	KindSetPassword Kind = "setPassword" // SetPassword [session]
	KindSendOrder   Kind = "sendOrder"   // SendOrder [orderSent]
	KindAsk         Kind = "ask"         // Ask [done]
	KindGetSnapshot Kind = "getSnapshot" // no body [snapshot]
	KindHeartbeat   Kind = "heartbeat"   // Heartbeat [heartbeat]
	KindInquire     Kind = "inquire"     // Inquire [inquired]
	KindCheck       Kind = "check"       // Check [checked]; operators only

	KindEnrolOneTimeCode   Kind = "enrolOneTimeCode"   // no body [oneTimeCodeSecret]
	KindConfirmOneTimeCode Kind = "confirmOneTimeCode" // ConfirmOneTimeCode [session]
	KindLock               Kind = "lock"               // no body [done]
	KindUnlock             Kind = "unlock"             // Unlock [session]
	KindListUsers          Kind = "listUsers"          // no body [users]; supervisors only
	KindForceLogout        Kind = "forceLogout"        // ForceLogout [done]; supervisors only
)

// Kinds a server sends.
const (
	KindSession   Kind = "session"   // Session
	KindOrderSent Kind = "orderSent" // OrderSent
	KindDone      Kind = "done"      // no body
	KindError     Kind = "error"     // Error
	KindSnapshot  Kind = "snapshot"  // Snapshot, answered or pushed
	KindChange    Kind = "change"    // Change, pushed
	KindLoggedOut Kind = "loggedOut" // LoggedOut, pushed before the server closes
	KindInquired  Kind = "inquired"  // Inquired
	KindChecked   Kind = "checked"   // Checked
	KindUsers     Kind = "users"     // Users
	KindSettings  Kind = "settings"  // Settings, pushed

	KindOneTimeCodeSecret Kind = "oneTimeCodeSecret" // OneTimeCodeSecret
)

// Frame is the envelope of every message.
type Frame struct {
	Kind Kind            `json:"kind"`
	ID   int64           `json:"id,omitempty"`
	Body json.RawMessage `json:"body,omitempty"`
}

// Code classifies an error for the program that receives it.
type Code string

// Every code that crosses the wire; append-only.
const (
	CodeAccessRestricted Code = "access_restricted"
	CodeAuthFailed       Code = "auth_failed"
	CodeAlreadyLoggedIn  Code = "already_logged_in"
	CodeLocked           Code = "locked"
	CodeSessionLost      Code = "session_lost"      // the session is gone: log in again
	CodePasswordRefused  Code = "password_refused"  // Message says why
	CodePasswordRequired Code = "password_required" // a first password must be set before anything else
	CodeScreenLocked     Code = "screen_locked"     // the session is locked: unlock it first
	CodeOrderRefused     Code = "order_refused"     // Refusals say which fields
	CodeNoWindow         Code = "no_window"         // F303: no send window is open for this call
	CodeNotAllowed       Code = "not_allowed"       // the request does not fit the call's state or the user's role
	CodeBadRequest       Code = "bad_request"       // the frame could not be read
	CodeUnavailable      Code = "unavailable"       // the server is stopping or cannot write its journal
	CodeInternal         Code = "internal"          // Reference finds it in the server's log

	CodeOneTimeCodeRequired Code = "one_time_code_required" // log in again with a code, or enrol before anything else
	CodeOneTimeCodeWrong    Code = "one_time_code_wrong"    // or used before
)
