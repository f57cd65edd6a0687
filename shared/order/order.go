package order

import (
	"slices"
	"strconv"
)

// TransactionID is a 取引ID: 1 to 100 of A-Z a-z 0-9 _ -. It names one order for
// the merchant, the gateway and the journal alike, and is paid at most once.
type TransactionID string

// MemberID is a 会員ID: up to 100 of A-Z a-z 0-9 . _ - @; empty where none is given.
type MemberID string

// Yen is an amount of money in whole yen.
type Yen int64

// The amounts a gateway accepts: 1 to 8 digits (operator guide 3.5.2).
const (
	MinYen Yen = 1
	MaxYen Yen = 99_999_999
)

// maxIDLength is the longest transaction or member ID in characters.
const maxIDLength = 100

// PaymentCount is how the customer pays: the number of instalments as a decimal
// figure ("1", "3", …), Revolving or Bonus. It is spelled out on wire and disk.
type PaymentCount string

// The payment counts that are not a number of instalments, and the default.
const (
	Once      PaymentCount = "1"
	Revolving PaymentCount = "revolving"
	Bonus     PaymentCount = "bonus"
)

// PaymentCounts lists every choice in the order in which the form shows them.
func PaymentCounts() []PaymentCount {
	return []PaymentCount{Once, "2", "3", "5", "6", "10", "12", "15", "18", "20", "24", Revolving, Bonus}
}

// Label is the choice in the words of the form: 「3回」, 「リボ払い」.
func (p PaymentCount) Label() string {
	switch p {
	case Revolving:
		return "リボ払い"
	case Bonus:
		return "ボーナス一括払い"
	}
	return string(p) + "回"
}

// Language is what the customer is spoken to in, spelled as in BCP 47. Empty leaves
// it to the merchant.
type Language string

// The languages.
const (
	Japanese Language = "ja"
	English  Language = "en"
)

// Languages lists every choice in the order in which a form shows them.
func Languages() []Language { return []Language{Japanese, English} }

// Label is the choice in the words of the form.
func (l Language) Label() string {
	switch l {
	case Japanese:
		return "日本語"
	case English:
		return "英語"
	}
	return ""
}

// Order is what an operator hands to the IVR. A value of it has passed Parse.
type Order struct {
	TransactionID TransactionID `json:"transactionId"`
	MemberID      MemberID      `json:"memberId"`
	Amount        Yen           `json:"amount"`
	PaymentCount  PaymentCount  `json:"paymentCount"`
	Language      Language      `json:"language,omitempty"` // of the guidance; empty: the merchant's
}

// Form is an order as it was typed or received, before any rule was applied.
type Form struct {
	TransactionID string `json:"transactionId"`
	MemberID      string `json:"memberId"`
	Amount        string `json:"amount"`
	PaymentCount  string `json:"paymentCount"`
	Language      string `json:"language,omitempty"` // empty: the merchant's
}

// Rules are the merchant's settings that decide which fields an order has.
type Rules struct {
	MemberID           bool `json:"memberId"`           // 会員ID may be given
	PaymentCountChoice bool `json:"paymentCountChoice"` // 支払回数 may be other than 1回
}

// Field names a field of the form, spelled as on the wire.
type Field string

// The fields of the form.
const (
	FieldTransactionID Field = "transactionId"
	FieldMemberID      Field = "memberId"
	FieldAmount        Field = "amount"
	FieldPaymentCount  Field = "paymentCount"
	FieldLanguage      Field = "language"
)

// Refusal is why a field was not accepted, in words for the operator. It never
// repeats what was typed: that may be a card number.
type Refusal struct {
	Field   Field  `json:"field"`
	Message string `json:"message"`
}

// Parse narrows and checks a form. It returns the order when refusals is empty;
// otherwise one refusal per wrong field, in the order of the form.
func Parse(f Form, rules Rules) (Order, []Refusal) {
	var o Order
	var refusals []Refusal
	refuse := func(field Field, message string) {
		if message != "" {
			refusals = append(refusals, Refusal{field, message})
		}
	}
	id, message := ParseTransactionID(f.TransactionID)
	o.TransactionID = id
	refuse(FieldTransactionID, message)

	if rules.MemberID {
		o.MemberID, message = parseMemberID(f.MemberID)
		refuse(FieldMemberID, message)
	} else if f.MemberID != "" {
		refuse(FieldMemberID, MemberIDNotUsed)
	}

	o.Amount, message = parseAmount(f.Amount)
	refuse(FieldAmount, message)

	o.PaymentCount, message = parsePaymentCount(f.PaymentCount, rules.PaymentCountChoice)
	refuse(FieldPaymentCount, message)

	o.Language, message = parseLanguage(f.Language)
	refuse(FieldLanguage, message)

	if len(refusals) > 0 {
		return Order{}, refusals
	}
	return o, nil
}

// ParseTransactionID narrows and checks a transaction ID by itself. refusal is in words
// for the operator, and empty where the ID may be used.
func ParseTransactionID(typed string) (id TransactionID, refusal string) {
	s := Narrow(typed)
	switch {
	case s == "":
		return "", TransactionIDMissing
	case looksLikeCard(s):
		return "", IDIsCard
	case !consistsOf(s, "_-"):
		return "", TransactionIDCharacters
	case len(s) > maxIDLength:
		return "", TransactionIDTooLong
	}
	return TransactionID(s), ""
}

func parseMemberID(typed string) (MemberID, string) {
	s := Narrow(typed)
	switch {
	case s == "":
		return "", ""
	case looksLikeCard(s):
		return "", IDIsCard
	case !consistsOf(s, "._-@"):
		return "", MemberIDCharacters
	case len(s) > maxIDLength:
		return "", MemberIDTooLong
	}
	return MemberID(s), ""
}

func parseAmount(typed string) (Yen, string) {
	s := withoutSeparators(Narrow(typed))
	if s == "" {
		return 0, AmountMissing
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, AmountCharacters
		}
	}
	if len(s) > 8 {
		return 0, AmountTooLong
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || Yen(n) < MinYen || Yen(n) > MaxYen {
		return 0, AmountOutOfRange
	}
	return Yen(n), ""
}

func parsePaymentCount(typed string, choice bool) (PaymentCount, string) {
	p := PaymentCount(typed)
	switch {
	case p == "" || p == Once:
		return Once, ""
	case !choice:
		return "", PaymentCountFixed
	case !slices.Contains(PaymentCounts(), p):
		return "", PaymentCountUnknown
	}
	return p, ""
}

func parseLanguage(chosen string) (Language, string) {
	l := Language(chosen)
	if l != "" && !slices.Contains(Languages(), l) {
		return "", LanguageUnknown
	}
	return l, ""
}
