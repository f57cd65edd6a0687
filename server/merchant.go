package ivr

import (
	"time"

	"tsunagi/shared/order"
)

// MerchantID is an IVRマーチャントID.
type MerchantID string

// UserID is a ユーザID: unique within its merchant.
type UserID string

// UserKey names a user among all merchants.
type UserKey struct {
	Merchant MerchantID
	User     UserID
}

// String is "merchant/user", for logs.
func (k UserKey) String() string { return string(k.Merchant) + "/" + string(k.User) }

// Role decides which entrance admits a user. Spelled out on disk; append-only.
type Role string

// The roles: the guide's two, and one that sees what a supervisor sees and changes
// nothing (security.md D3).
const (
	RoleOperator   Role = "operator"
	RoleSupervisor Role = "supervisor"
	RoleAuditor    Role = "auditor"
)

// User is a person who logs in.
type User struct {
	Key       UserKey
	Role      Role
	Comment   string // shown in the user menu; the ID where it is empty
	IVRNumber string // digits only; the number bound to an operator, empty for a supervisor
	Extension string // where return calls reach the operator; may be empty
	Disabled  bool
}

// LinkageMode is the 決済情報連携種別 of a merchant.
type LinkageMode string

// The linkage modes.
const (
	LinkageNormal LinkageMode = "normal"
	LinkageAPI    LinkageMode = "api"
)

// ReturnCall is how the customer is brought back to the operator (オペレータ通話戻し).
type ReturnCall string

// The modes of a return call (product.md section 2).
const (
	ReturnOff    ReturnCall = "off"
	ReturnJoin   ReturnCall = "join"
	ReturnBridge ReturnCall = "bridge"
	ReturnBlind  ReturnCall = "blind"
)

// PasswordPolicy is what a merchant asks of passwords and sessions. Spelled out on disk.
type PasswordPolicy string

// The policies (product.md sections 2 and 3).
const (
	PolicySeed PasswordPolicy = "seed" // the guide's: 8 to 30 characters, advice after 90 days
	PolicyPCI  PasswordPolicy = "pci"  // 12 to 30, forced after 90 days, one-time codes of supervisors and auditors, idle lock
)

// Merchant is a merchant with its settings (product.md section 2).
type Merchant struct {
	ID                 MerchantID    `json:"-"`
	Name               string        `json:"name"`
	Linkage            LinkageMode   `json:"linkage"`
	MemberID           bool          `json:"memberId"`
	PaymentCountChoice bool          `json:"paymentCountChoice"`
	Monitoring         bool          `json:"monitoring"`
	ReturnCall         ReturnCall    `json:"returnCall"`
	SecurityCode       bool          `json:"securityCode"`
	Channels           int           `json:"channels"`
	CardAttempts       int           `json:"cardAttempts"`
	EntryRetries       int           `json:"entryRetries"`
	Brands             []string      `json:"brands"` // spelled as card.Brand
	SendWindow         time.Duration `json:"sendWindow"`
	HandoverWait       time.Duration `json:"handoverWait"`
	Ringback           time.Duration `json:"ringback"`
	Capture            bool          `json:"capture"` // authorize and capture at once
	Sources            []string      `json:"sources"` // CIDR list a login may come from; empty: any
	TalkScript         string        `json:"talkScript"`

	// PasswordPolicy of its users; empty: PolicySeed.
	PasswordPolicy PasswordPolicy `json:"passwordPolicy,omitempty"`

	// OperatorCodes has everybody log in with a one-time code, operators too; else the
	// PasswordPolicy says who does.
	OperatorCodes bool `json:"operatorCodes,omitempty"`

	// Language is what customers are spoken to in where an order does not choose;
	// empty: Japanese.
	Language order.Language `json:"language,omitempty"`
}

// DefaultMerchant has every setting at the default of product.md section 2.
func DefaultMerchant(id MerchantID, name string) Merchant {
	return Merchant{
		ID: id, Name: name, Linkage: LinkageNormal,
		PaymentCountChoice: true, Monitoring: true, ReturnCall: ReturnOff, SecurityCode: true,
		Channels: 3, CardAttempts: 3, EntryRetries: 3,
		Brands:     []string{"VISA", "Mastercard", "JCB", "AMEX", "Diners"},
		SendWindow: 20 * time.Second, HandoverWait: 30 * time.Second, Ringback: 5 * time.Second,
	}
}

// OrderRules are the rules that this merchant's orders obey.
func (m Merchant) OrderRules() order.Rules {
	return order.Rules{MemberID: m.MemberID, PaymentCountChoice: m.PaymentCountChoice}
}
