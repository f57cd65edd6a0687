package wire

import "tsunagi/shared/order"

// Entrance is where a user logs in: each admits only its own role.
type Entrance string

// The two entrances of the guide.
const (
	EntranceOperator   Entrance = "operator"
	EntranceSupervisor Entrance = "supervisor"
)

// Login asks for a new session.
type Login struct {
	MerchantID  string   `json:"merchantId"`
	UserID      string   `json:"userId"`
	Password    string   `json:"password"`
	Entrance    Entrance `json:"entrance"`
	Workstation string   `json:"workstation"` // made once per installation; a session is bound to it

	// OneTimeCode is the six digits of the authenticator, once CodeOneTimeCodeRequired
	// has asked for them.
	OneTimeCode string `json:"oneTimeCode,omitempty"`
	// Token is of the session that the workstation still has of this user, where it has
	// one: it is taken over. It takes the place of nothing else.
	Token string `json:"token,omitempty"`
}

// Resume asks for a session that this workstation already has. It is refused once another
// user has logged in there: then a Login with the token takes the session over.
type Resume struct {
	Token       string `json:"token"`
	Workstation string `json:"workstation"`
}

// Session is what a logged-in user works with.
type Session struct {
	Token              string   `json:"token"` // for Resume; replaced at each Login and Resume
	User               User     `json:"user"`
	Merchant           Merchant `json:"merchant"`
	PasswordMustChange bool     `json:"passwordMustChange"` // nothing else is answered before SetPassword
	PasswordIsOld      bool     `json:"passwordIsOld"`      // 90 days or more
	ServerVersion      string   `json:"serverVersion"`

	// OneTimeCodeMustEnrol: nothing else is answered before KindConfirmOneTimeCode, but
	// for a first password, which comes before.
	OneTimeCodeMustEnrol bool `json:"oneTimeCodeMustEnrol,omitempty"`
	// IdleLockSeconds is after how long without a key or a click the desktop asks for
	// KindLock, but not while a call takes a card; 0: never.
	IdleLockSeconds int `json:"idleLockSeconds,omitempty"`
	// Locked: nothing is answered but KindUnlock, KindLogout, KindGetSnapshot and
	// KindHeartbeat. Changes are pushed on: calls are in progress.
	Locked bool `json:"locked,omitempty"`
}

// Settings are what of a session an administrator has changed while it goes on: they take
// the place of the session's own. A call in progress keeps those it began with.
type Settings struct {
	User            User     `json:"user"`
	Merchant        Merchant `json:"merchant"`
	IdleLockSeconds int      `json:"idleLockSeconds,omitempty"`
}

// User is the person behind a session.
type User struct {
	ID        string   `json:"id"`
	Comment   string   `json:"comment"` // shown in the user menu; the ID where it is empty
	Entrance  Entrance `json:"entrance"`
	IVRNumber string   `json:"ivrNumber"` // the operator's own 050 number, as shown: 050-3000-1024

	// ReadOnly is an auditor's: sees what a supervisor sees and changes nothing.
	ReadOnly bool `json:"readOnly,omitempty"`
}

// Merchant is what of the merchant's settings shapes the screens.
type Merchant struct {
	ID                 string `json:"id"`
	Name               string `json:"name"`
	LinkageMode        string `json:"linkageMode"` // LinkageNormal or LinkageAPI
	MemberID           bool   `json:"memberId"`
	PaymentCountChoice bool   `json:"paymentCountChoice"`
	Monitoring         bool   `json:"monitoring"`
	SecurityCode       bool   `json:"securityCode"`
	SendWindowSeconds  int    `json:"sendWindowSeconds"`
	TalkScript         string `json:"talkScript"` // replaces the built-in one where not empty
	Channels           int    `json:"channels"`   // 契約チャネル数: calls in the IVR at one moment

	// Language is what customers are spoken to in where an order does not choose.
	Language order.Language `json:"language,omitempty"`

	// PasswordShortest is the least a new password may have, for the hint at the field:
	// 8, or 12 under the PCI policy.
	PasswordShortest int `json:"passwordShortest,omitempty"`
}

// The linkage modes.
const (
	LinkageNormal = "normal"
	LinkageAPI    = "api"
)

// SetPassword replaces the user's own password. Current stays empty at the first
// login and after an initialization.
type SetPassword struct {
	Current string `json:"current"`
	New     string `json:"new"`
	Repeat  string `json:"repeat"`
}

// OneTimeCodeSecret is what an authenticator is set up with. It is told to who enrols
// alone, and kept by nobody here.
type OneTimeCodeSecret struct {
	Secret string `json:"secret"` // base32, to be typed
	URI    string `json:"uri"`    // otpauth://…, to be shown as a QR code
}

// ConfirmOneTimeCode proves that the authenticator works.
type ConfirmOneTimeCode struct {
	Code string `json:"code"`
}

// Unlock opens a locked session again.
type Unlock struct {
	Password string `json:"password"`
}

// ForceLogout ends another user's session (強制ログアウト).
type ForceLogout struct {
	UserID string `json:"userId"`
}

// Users are all users of the supervisor's merchant.
type Users struct {
	Users []UserState `json:"users"` // by ID
}

// UserState is a user as a supervisor sees it.
type UserState struct {
	User     User     `json:"user"`
	Presence Presence `json:"presence"`
	SinceMs  int64    `json:"sinceMs"`            // of Presence; 0: never logged in
	Locked   bool     `json:"locked,omitempty"`   // by failures: only a new first password helps
	Disabled bool     `json:"disabled,omitempty"` // may not log in
}

// Presence is whether a user is there.
type Presence string

// The presences.
const (
	PresenceOffline Presence = "offline" // no session
	PresenceOnline  Presence = "online"
	PresenceLost    Presence = "lost" // the connection is lost, the session still kept
)

// Heartbeat carries the client's clock out and brings the server's back.
type Heartbeat struct {
	SentAtMs   int64 `json:"sentAtMs"`
	ServerAtMs int64 `json:"serverAtMs,omitempty"`
}

// LoggedOut says why the server ends the session.
type LoggedOut struct {
	Message string `json:"message"`
}

// Error answers a request that was not carried out.
type Error struct {
	Code      Code            `json:"code"`
	MessageID string          `json:"messageId,omitempty"` // the dialog to show, where there is one
	Message   string          `json:"message"`
	Refusals  []order.Refusal `json:"refusals,omitempty"`
	Reference string          `json:"reference,omitempty"`
}

// Error makes it usable as a Go error at the client.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }
