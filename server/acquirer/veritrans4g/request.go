package veritrans4g

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tsunagi/server/payment"
	"tsunagi/shared/order"
)

// txnVersion is the version of the protocol that the requests are written in.
const txnVersion = "2.0.0"

// maxRequest is more than the longest request takes in JSON: two IDs of 100
// characters and some fifteen short fields.
const maxRequest = 2048

// Why a request was not written. They say nothing of what would have stood in it.
var (
	errNoAccount  = errors.New("the merchant has no account at the gateway")
	errUnsendable = errors.New("the order has a value that the gateway does not know")
	errCard       = errors.New("the card's digits are not digits")
	errTooLong    = errors.New("the request is too long")
)

// request is a request under way in JSON. Its buffer never grows: growing would
// leave a copy of the card behind.
type request struct {
	buffer []byte
	params int // where the signed text begins
	full   bool
}

func newRequest() *request {
	r := &request{buffer: make([]byte, 0, maxRequest)}
	r.raw(`{"params":`)
	r.params = len(r.buffer)
	r.raw("{")
	return r
}

// wipe zeroes the whole buffer, not only what is in use.
func (r *request) wipe() { clear(r.buffer[:cap(r.buffer)]) }

func (r *request) raw(s string) {
	if len(r.buffer)+len(s) > cap(r.buffer) {
		r.full = true
		return
	}
	r.buffer = append(r.buffer, s...)
}

// name writes a field's name, after a comma where one is due.
func (r *request) name(name string) {
	if last := r.buffer[len(r.buffer)-1]; last != '{' {
		r.raw(",")
	}
	r.raw(`"` + name + `":`)
}

// field writes a string; an empty one is dropped. The values have been checked and
// need no escape.
func (r *request) field(name, value string) {
	if value == "" {
		return
	}
	r.name(name)
	r.raw(`"` + value + `"`)
}

// digits writes a string of digits and passes over an empty one.
func (r *request) digits(name string, digits ...byte) {
	if len(digits) == 0 {
		return
	}
	r.name(name)
	r.raw(`"`)
	if len(r.buffer)+len(digits) > cap(r.buffer) {
		r.full = true
		return
	}
	r.buffer = append(r.buffer, digits...)
	r.raw(`"`)
}

// open begins an object within the object, end ends it.
func (r *request) open(name string) { r.name(name); r.raw("{") }
func (r *request) end()             { r.raw("}") }

// seal adds what every request has, signs exactly the bytes that are sent and
// returns the body. The request is wiped where the body is another buffer.
func (g *Acquirer) seal(r *request, a account) ([]byte, error) {
	r.field("txnVersion", txnVersion)
	r.field("dummyRequest", map[bool]string{false: "0", true: "1"}[g.dummy])
	r.field("merchantCcid", a.ccid)
	r.end()
	hash := a.sign(r.buffer[r.params:])
	r.raw(`,"authHash":"`)
	r.raw(string(hash[:]))
	r.raw(`"}`)
	if r.full {
		r.wipe()
		return nil, errTooLong
	}
	if g.body == BodyJSON {
		return r.buffer, nil
	}
	defer r.wipe()
	return percentEncode(r.buffer), nil
}

// percentEncode encodes as the gateway's kits do: everything but letters, digits,
// hyphen, underscore and full stop.
func percentEncode(text []byte) []byte {
	const hexDigits = "0123456789ABCDEF"
	encoded := make([]byte, 0, 3*len(text)) // enough: it may not grow
	for _, c := range text {
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c == '-', c == '_', c == '.':
			encoded = append(encoded, c)
		default:
			encoded = append(encoded, '%', hexDigits[c>>4], hexDigits[c&0xf])
		}
	}
	return encoded
}

// authorizeBody writes an authorization. It runs inside Card.Use; the body is the
// caller's to wipe.
func (g *Acquirer) authorizeBody(a payment.Authorization, to account, pan, expiry, code []byte) ([]byte, error) {
	jpo, err := checkOrder(a.Order)
	if err != nil {
		return nil, err
	}
	if !allDigits(pan, 12, 19) || !allDigits(expiry, 4, 4) || len(code) > 0 && !allDigits(code, 3, 4) {
		return nil, errCard
	}
	r := newRequest()
	r.field("orderId", string(a.Order.TransactionID))
	r.field("amount", yen(a.Order.Amount))
	r.digits("cardNumber", pan...)
	r.digits("cardExpire", expiry[0], expiry[1], '/', expiry[2], expiry[3])
	r.digits("securityCode", code...)
	r.field("jpo", jpo)
	r.field("withCapture", strconv.FormatBool(a.Capture))
	g.payNowID(r, a)
	return g.seal(r, to)
}

// payNowID writes the member, whom the gateway creates with this card where it does
// not know the ID, and our attempt's ID, which Search gives back.
func (g *Acquirer) payNowID(r *request, a payment.Authorization) {
	attempt := string(a.Attempt)
	if g.noFreeKey || !isUUID(attempt) {
		attempt = ""
	}
	if a.Order.MemberID == "" && attempt == "" {
		return
	}
	r.open("payNowIdParam")
	if a.Order.MemberID != "" {
		r.open("accountParam")
		r.field("accountId", string(a.Order.MemberID))
		r.end()
		r.field("tanking", g.tanking)
	}
	r.field("freeKey", attempt)
	r.end()
}

// checkOrder refuses values that the gateway does not take (section 3) and returns
// the payment method.
func checkOrder(o order.Order) (jpo string, err error) {
	jpo, known := jpos[o.PaymentCount]
	switch {
	case !sendableID(o.TransactionID):
		return "", fmt.Errorf("transaction ID: %w", errUnsendable)
	case len(o.MemberID) > 100 || !consistsOf(string(o.MemberID), "._@-"):
		return "", fmt.Errorf("member ID: %w", errUnsendable)
	case o.Amount < order.MinYen || o.Amount > order.MaxYen:
		return "", fmt.Errorf("amount: %w", errUnsendable)
	case !known:
		return "", fmt.Errorf("payment count: %w", errUnsendable)
	}
	return jpo, nil
}

func sendableID(id order.TransactionID) bool {
	return len(id) >= 1 && len(id) <= 100 && consistsOf(string(id), "_-")
}

// consistsOf tells whether s is made of ASCII letters, digits and the signs.
func consistsOf(s, signs string) bool {
	for _, c := range s {
		if !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.ContainsRune(signs, c)) {
			return false
		}
	}
	return true
}

func allDigits(s []byte, least, most int) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(s) >= least && len(s) <= most
}

func yen(amount order.Yen) string { return strconv.FormatInt(int64(amount), 10) }
