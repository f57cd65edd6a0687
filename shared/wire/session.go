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
}

// Resume asks for a session that this workstation already has.
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
}

// User is the person behind a session.
type User struct {
	ID        string   `json:"id"`
	Comment   string   `json:"comment"` // shown in the user menu; the ID where it is empty
	Entrance  Entrance `json:"entrance"`
	IVRNumber string   `json:"ivrNumber"` // the operator's own 050 number, as shown: 050-3000-1024
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
