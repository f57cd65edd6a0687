package stripe

import (
	"errors"
	"net/http"

	lib "github.com/stripe/stripe-go/v85"

	"tsunagi/server/payment"
)

// meaning is what a code of Stripe's is to us: a code of four characters as operators
// know them, what can be done, and words for it, since Stripe's are English.
type meaning struct {
	code    string
	class   payment.Class
	message string
}

var (
	authorized = meaning{"S000", payment.ClassNone, "処理が成功しました。"}
	declined   = meaning{"S201", payment.ClassRefused, "カード会社に拒否されました。"}
	undecided  = meaning{"S800", payment.ClassNone, "決済処理中です。"}
	unfit      = meaning{"S901", payment.ClassState, "この状態では実行できません。"}
	ours       = meaning{"S900", payment.ClassLocal, "決済会社の設定または契約を確認してください。"}
)

// meanings are the card errors that say more than "declined".
var meanings = map[lib.ErrorCode]meaning{
	lib.ErrorCodeIncorrectNumber:        {"S101", payment.ClassInput, "カード番号が正しくありません。"},
	lib.ErrorCodeInvalidNumber:          {"S101", payment.ClassInput, "カード番号が正しくありません。"},
	lib.ErrorCodeInvalidExpiryMonth:     {"S102", payment.ClassInput, "有効期限が正しくありません。"},
	lib.ErrorCodeInvalidExpiryYear:      {"S102", payment.ClassInput, "有効期限が正しくありません。"},
	lib.ErrorCodeExpiredCard:            {"S103", payment.ClassCard, "カードの有効期限が切れています。"},
	lib.ErrorCodeIncorrectCVC:           {"S104", payment.ClassSecurityCode, "セキュリティコードが正しくありません。"},
	lib.ErrorCodeInvalidCVC:             {"S104", payment.ClassSecurityCode, "セキュリティコードが正しくありません。"},
	lib.ErrorCodeCardDeclined:           declined,
	lib.ErrorCodeAuthenticationRequired: {"S205", payment.ClassCard, "本人認証が必要なカードのため、電話では利用できません。"},
	lib.ErrorCodeProcessingError:        {"S206", payment.ClassRefused, "カード会社で処理できませんでした。"},
}

// declines are the reasons for a decline that say more than "refused".
var declines = map[lib.DeclineCode]meaning{
	lib.DeclineCodeLostCard:          {"S202", payment.ClassCard, "このカードは利用できません。"},
	lib.DeclineCodeStolenCard:        {"S202", payment.ClassCard, "このカードは利用できません。"},
	lib.DeclineCodePickupCard:        {"S202", payment.ClassCard, "このカードは利用できません。"},
	lib.DeclineCodeCardNotSupported:  {"S203", payment.ClassCard, "このカードは対応していません。"},
	lib.DeclineCodeInsufficientFunds: {"S204", payment.ClassRefused, "利用可能額を超えています。"},
}

// failure is what an error of the library means once a request may have left.
func failure(err error) payment.Answer {
	var said *lib.Error
	if !errors.As(err, &said) {
		return lost("connection_lost") // or an answer that cannot be read: its error quotes it
	}
	if said.Type == lib.ErrorTypeCard && said.HTTPStatusCode == http.StatusPaymentRequired {
		m, known := declines[said.DeclineCode]
		if !known {
			m, known = meanings[said.Code]
		}
		if !known {
			m = declined
		}
		return m.answer(payment.ReplyDeclined)
	}
	switch said.HTTPStatusCode {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		// Stripe has refused the request itself; nothing was carried out.
		if said.Type == lib.ErrorTypeIdempotency {
			return lost("idempotency") // the same attempt with other parameters: one of them was carried out
		}
		if m, known := meanings[said.Code]; known {
			return m.answer(payment.ReplyDeclined) // a number that cannot be one
		}
		if states[said.Code] {
			return unfit.answer(payment.ReplyDeclined)
		}
		return ours.answer(payment.ReplyDeclined)
	}
	return lost(statusCause(said.HTTPStatusCode))
}

// states are the codes of a command that comes too late or too early.
var states = map[lib.ErrorCode]bool{
	lib.ErrorCodePaymentIntentUnexpectedState:      true,
	lib.ErrorCodeChargeAlreadyCaptured:             true,
	lib.ErrorCodeChargeAlreadyRefunded:             true,
	lib.ErrorCodeChargeExpiredForCapture:           true,
	lib.ErrorCodeCaptureChargeAuthorizationExpired: true,
}

func (m meaning) answer(reply payment.Reply) payment.Answer {
	return payment.Answer{Reply: reply, Class: m.class, Code: m.code, Message: m.message}
}

func lost(cause string) payment.Answer {
	return payment.Answer{Reply: payment.ReplyLost, Cause: cause}
}
