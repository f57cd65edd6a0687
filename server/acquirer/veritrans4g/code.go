package veritrans4g

import (
	"strings"

	"tsunagi/server/payment"
)

// The result codes that decide something of their own: the first of the four
// blocks (section 5).
const (
	codeSuccess   = "A001"
	codeAgain     = "A003" // a success that the gateway had already
	codeDuplicate = "NH18" // the order has succeeded before
	codeSearched  = "N001"
)

// familyCentre are the codes of what went wrong between the gateway and the card
// centre, AE10 among them: nobody knows what the centre did.
const familyCentre = "AE"

// classes are the codes that mean more than their family.
var classes = map[string]payment.Class{
	"AG41":        payment.ClassSecurityCode,
	"AG48":        payment.ClassCard,
	"AG61":        payment.ClassCard,
	"ACD3":        payment.ClassState, // captured after the authorization expired
	codeDuplicate: payment.ClassDuplicate,
}

// families are the codes of which a "failure" is a refusal: the gateway, or the
// issuer behind it, has decided. A family that is not listed decides nothing.
var families = map[string]payment.Class{
	"AC": payment.ClassInput,
	"AG": payment.ClassRefused,
	"NH": payment.ClassState,
	"OC": payment.ClassLocal, // a token: we use none
	"GC": payment.ClassLocal, // 3-D Secure: unused on the telephone
	"G0": payment.ClassLocal,
}

// refusal tells whether a code can be a refusal, and of which class.
func refusal(code string) (payment.Class, bool) {
	if class, ok := classes[code]; ok {
		return class, true
	}
	if len(code) < 4 {
		return payment.ClassNone, false
	}
	class, ok := families[code[:2]]
	return class, ok
}

// block is the first block of a result code in its shape, which is the main
// service's; empty for none.
func block(code string) string {
	if len(code) < 4 {
		return ""
	}
	return code[:4]
}

// verdict is what status, code and the pending flag say together. Whatever does not
// fit together is ReplyLost.
func verdict(mstatus, code, pending text) (reply payment.Reply, class payment.Class, cause string) {
	main := block(codeShape(code.value))
	if mstatus.value == "pending" || strings.HasPrefix(main, familyCentre) || pending.value == "1" {
		return payment.ReplyPending, payment.ClassNone, "pending"
	}
	class, refuses := refusal(main)
	switch {
	case mstatus.value == "success" && (main == codeSuccess || main == codeAgain):
		return payment.ReplyApproved, payment.ClassNone, ""
	case mstatus.value == "failure" && refuses:
		return payment.ReplyDeclined, class, ""
	case mstatus.value == "failure" && main != codeSuccess && main != codeAgain:
		return payment.ReplyLost, payment.ClassNone, "unknown_code"
	case mstatus.value == "":
		return payment.ReplyLost, payment.ClassNone, "no_status"
	}
	return payment.ReplyLost, payment.ClassNone, "contradiction"
}
