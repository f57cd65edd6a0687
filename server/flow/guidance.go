package flow

// Guidance names what a caller is to hear. The words, their language, the merchant's
// own recordings, names and amounts are the business of whoever plays it. Spelled
// out in logs, transcripts and the catalogue; append-only.
type Guidance string

// What the operator hears.
const (
	GuidancePressSend       Guidance = "press_send"       // 「送信ボタンを押してください。」
	GuidanceWindowExpired   Guidance = "window_expired"   // no order came; the call ends
	GuidanceOrderReceived   Guidance = "order_received"   // 「決済情報を取得しました。「1」を押して…」
	GuidanceHandoverExpired Guidance = "handover_expired" // no 「1」 came; the call ends
	GuidanceChannelsFull    Guidance = "channels_full"    // all channels in use; the call ends
	GuidanceRingback        Guidance = "ringback"         // the ringback tone; the customer hears it while the operator is called
)

// What the customer hears before and between the entries.
const (
	GuidanceGreeting         Guidance = "greeting" // the merchant's name and the amount
	GuidanceAskCardNumber    Guidance = "ask_card_number"
	GuidanceAskExpiry        Guidance = "ask_expiry"
	GuidanceAskSecurityCode  Guidance = "ask_security_code"   // the 3 digits on the back
	GuidanceAskSecurityCode4 Guidance = "ask_security_code_4" // the 4 digits on the front of an AMEX
	GuidanceOtherCard        Guidance = "other_card"          // declined; another card may be tried
)

// What was wrong with an entry. The field's question follows.
const (
	GuidanceNothingKeyed       Guidance = "nothing_keyed"
	GuidanceNumberTooShort     Guidance = "number_too_short"
	GuidanceNumberTooLong      Guidance = "number_too_long"
	GuidanceNumberCheckDigit   Guidance = "number_check_digit"
	GuidanceNumberBrandUnknown Guidance = "number_brand_unknown"
	GuidanceNumberBrandRefused Guidance = "number_brand_refused"
	GuidanceExpiryLength       Guidance = "expiry_length" // must be 4 digits
	GuidanceExpiryNoSuchMonth  Guidance = "expiry_no_such_month"
	GuidanceExpiryPast         Guidance = "expiry_past"
	GuidanceCodeLength         Guidance = "code_length"   // must be 3 digits
	GuidanceCodeLength4        Guidance = "code_length_4" // must be 4 digits: AMEX
)

// What the customer hears from the authorization on.
const (
	GuidancePleaseWait     Guidance = "please_wait" // 「しばらくお待ちください」
	GuidanceHoldMusic      Guidance = "hold_music"
	GuidanceApproved       Guidance = "approved"        // the payment is made
	GuidanceDeclined       Guidance = "declined"        // the payment is not made
	GuidanceOnHold         Guidance = "on_hold"         // neutral: the result is being confirmed
	GuidanceEntryFailed    Guidance = "entry_failed"    // the entries allowed are used up; the payment is not made
	GuidanceAborted        Guidance = "aborted"         // the operator has ended the procedure
	GuidanceReturning      Guidance = "returning"       // the operator is being called
	GuidanceTransferFailed Guidance = "transfer_failed" // the operator could not be reached; the call ends
	GuidanceReturnRefused  Guidance = "return_refused"  // brought back too often already; the call ends
	GuidanceSystemError    Guidance = "system_error"    // a part of the server has failed; the call ends
)

// Guidances lists every guidance, in the order of a call. A catalogue is complete
// when it has each of them in each language.
func Guidances() []Guidance {
	return []Guidance{
		GuidancePressSend, GuidanceWindowExpired, GuidanceOrderReceived, GuidanceHandoverExpired,
		GuidanceChannelsFull, GuidanceRingback,
		GuidanceGreeting, GuidanceAskCardNumber, GuidanceAskExpiry, GuidanceAskSecurityCode,
		GuidanceAskSecurityCode4, GuidanceOtherCard,
		GuidanceNothingKeyed, GuidanceNumberTooShort, GuidanceNumberTooLong, GuidanceNumberCheckDigit,
		GuidanceNumberBrandUnknown, GuidanceNumberBrandRefused, GuidanceExpiryLength,
		GuidanceExpiryNoSuchMonth, GuidanceExpiryPast, GuidanceCodeLength, GuidanceCodeLength4,
		GuidancePleaseWait, GuidanceHoldMusic, GuidanceApproved, GuidanceDeclined, GuidanceOnHold,
		GuidanceEntryFailed, GuidanceAborted, GuidanceReturning, GuidanceTransferFailed, GuidanceReturnRefused,
		GuidanceSystemError,
	}
}
