package prompt

import "tsunagi/shared/order"

// Name names a prompt. It is the file name, without ".wav", of the built-in
// recording and of a merchant's own; so it is spelled out and never changes.
type Name string

// What the operator hears before the customer is there.
const (
	PressSend         Name = "press-send"
	OrderReceived     Name = "order-received"
	SendWindowExpired Name = "send-window-expired"
	HandoverExpired   Name = "handover-expired"
	ChannelsBusy      Name = "channels-busy"
)

// What the customer hears first. MerchantName has no built-in recording: it is
// the merchant's own, such as 「つなぎ商店でございます。」, and is left out
// where there is none. Between AmountIs and AmountEnd belongs the amount.
const (
	MerchantName Name = "merchant-name"
	Greeting     Name = "greeting"
	AmountIs     Name = "amount-is"
	AmountEnd    Name = "amount-end"
)

// What asks for a field. SecurityCode4 is for AMEX.
const (
	CardNumber    Name = "card-number"
	StarHint      Name = "star-hint"
	ReturnHint    Name = "return-hint"
	Expiry        Name = "expiry"
	SecurityCode3 Name = "security-code-3"
	SecurityCode4 Name = "security-code-4"
)

// What answers a wrong entry or none; the field is asked for again afterwards.
const (
	CardNumberTooShort  Name = "card-number-too-short"
	CardNumberTooLong   Name = "card-number-too-long"
	CardNumberWrong     Name = "card-number-wrong"
	BrandNotAccepted    Name = "brand-not-accepted"
	ExpiryWrong         Name = "expiry-wrong"
	ExpiryPast          Name = "expiry-past"
	SecurityCodeWrong   Name = "security-code-wrong"
	CardNumberMissing   Name = "card-number-missing"
	ExpiryMissing       Name = "expiry-missing"
	SecurityCodeMissing Name = "security-code-missing"
	StartAgain          Name = "start-again"
	LastChance          Name = "last-chance"
	TooManyErrors       Name = "too-many-errors"
)

// What tells how the payment went, and how the call ends.
const (
	PleaseWait          Name = "please-wait"
	Approved            Name = "approved"
	DeclinedAnotherCard Name = "declined-another-card"
	DeclinedEnd         Name = "declined-end"
	OutcomeUnknown      Name = "outcome-unknown"
	Aborted             Name = "aborted"
	SystemError         Name = "system-error"
	Returning           Name = "returning"
	ReturnFailed        Name = "return-failed"
	ReturnRefused       Name = "return-refused"
	Goodbye             Name = "goodbye"
)

// What is not speech: one cycle of the ringback tone (3 s) and one round of the
// music on hold, both made to be repeated.
const (
	Ringback Name = "ringback"
	Music    Name = "music"
)

// PaymentCount names the sentence that tells how the customer pays.
func PaymentCount(count order.PaymentCount) Name { return Name("count-" + count) }

// Line is one prompt of the catalogue.
type Line struct {
	Name Name
	Text string // what is heard; empty where there is no built-in recording of it
	// Spoken is Text as the synthesizer must read it, where its dictionary errs
	// with Text or the words need another breath; empty where Text will do.
	Spoken string
}

// sentences is the catalogue without the numerals, which numeral.go derives.
var sentences = []Line{
	{PressSend, "送信ボタンを押してください。", ""},
	{OrderReceived, "決済情報を取得しました。「1」を押して速やかに転送を完了してください。",
		"決済情報を取得しました。いちを押して、速やかに転送を完了してください。"},
	{SendWindowExpired, "時間内に決済情報が送信されませんでした。お手数ですが、もう一度転送してください。", ""},
	{HandoverExpired, "時間内に「1」が押されませんでした。決済処理を中断します。お手数ですが、もう一度転送してください。",
		"時間内に、いちが押されませんでした。決済処理を中断します。お手数ですが、もう一度転送してください。"},
	{ChannelsBusy, "ただいま、ご契約のチャネルがすべて使用中です。しばらくたってから、もう一度転送してください。", ""},

	{MerchantName, "", ""},
	{Greeting, "クレジットカードによるお支払いのお手続きを、自動音声で承ります。案内に従って、電話機のボタンで入力してください。",
		"クレジットカードによるお支払いのお手続きを、自動音声で、うけたまわります。案内に従って、電話機のボタンで入力してください。"},
	{AmountIs, "お支払い金額は、", ""},
	{AmountEnd, "です。", ""},

	{"count-1", "お支払い回数は、一回です。", ""},
	{"count-2", "お支払い回数は、二回です。", ""},
	{"count-3", "お支払い回数は、三回です。", ""},
	{"count-5", "お支払い回数は、五回です。", ""},
	{"count-6", "お支払い回数は、六回です。", ""},
	{"count-10", "お支払い回数は、十回です。", ""},
	{"count-12", "お支払い回数は、十二回です。", ""},
	{"count-15", "お支払い回数は、十五回です。", ""},
	{"count-18", "お支払い回数は、十八回です。", ""},
	{"count-20", "お支払い回数は、二十回です。", ""},
	{"count-24", "お支払い回数は、二十四回です。", ""},
	{"count-revolving", "お支払い方法は、リボ払いです。", ""},
	{"count-bonus", "お支払い方法は、ボーナス一括払いです。", ""},

	{CardNumber, "カード番号を入力し、最後にシャープを押してください。", ""},
	{StarHint, "入力を間違えたときは、米印を押すと、その項目をはじめから入力できます。",
		"入力を間違えたときは、こめじるしを押すと、その項目を、はじめから入力できます。"},
	{ReturnHint, "オペレータにお戻りになる場合は、ゼロに続けてシャープを押してください。", ""},
	{Expiry, "カードの有効期限を、月、年の順に、2桁ずつ入力してください。例えば、2035年4月の場合は、0、4、3、5です。",
		"カードの有効期限を、つき、ねんの順に、ふた桁ずつ入力してください。例えば、二千三十五年四月の場合は、ゼロ、よん、さん、ご、です。"},
	{SecurityCode3, "カードの裏面にある、3桁のセキュリティコードを入力してください。",
		"カードのうら面にある、三桁のセキュリティコードを入力してください。"},
	{SecurityCode4, "カードの表面にある、4桁のセキュリティコードを入力してください。",
		"カードのおもて面にある、よん桁のセキュリティコードを入力してください。"},

	{CardNumberTooShort, "カード番号の桁数が足りません。", ""},
	{CardNumberTooLong, "カード番号の桁数が多すぎます。", ""},
	{CardNumberWrong, "入力されたカード番号に誤りがあります。", ""},
	{BrandNotAccepted, "恐れ入りますが、入力されたカードはお取り扱いできません。別のカードをご用意ください。", ""},
	{ExpiryWrong, "有効期限の入力に誤りがあります。", ""},
	{ExpiryPast, "入力された有効期限は、すでに過ぎています。", ""},
	{SecurityCodeWrong, "セキュリティコードの桁数に誤りがあります。", ""},
	{CardNumberMissing, "カード番号の入力が確認できませんでした。", ""},
	{ExpiryMissing, "有効期限の入力が確認できませんでした。", ""},
	{SecurityCodeMissing, "セキュリティコードの入力が確認できませんでした。", ""},
	{StartAgain, "はじめから入力し直してください。", ""},
	{LastChance, "次の入力が確認できない場合は、お手続きを終了します。", ""},
	{TooManyErrors, "誠に恐れ入りますが、入力が確認できませんでしたので、お手続きを終了します。", ""},

	{PleaseWait, "しばらくお待ちください。", ""},
	{Approved, "決済が完了しました。ありがとうございました。", ""},
	{DeclinedAnotherCard, "恐れ入りますが、このカードではお支払いができませんでした。別のカードをご用意ください。", ""},
	{DeclinedEnd, "誠に恐れ入りますが、お支払いのお手続きを完了できませんでした。詳しくは、ご利用のカード会社にお問い合わせください。", ""},
	{OutcomeUnknown, "ただいま、お支払いの結果を確認しています。確認が取れるまで、同じお支払いのお手続きは、なさらないでください。", ""},
	{Aborted, "担当者の操作により、お支払いのお手続きを中断しました。", ""},
	{SystemError, "誠に恐れ入りますが、システムの都合により、お手続きを続けることができません。", ""},
	{Returning, "オペレータにおつなぎします。そのままお待ちください。", ""},
	{ReturnFailed, "誠に恐れ入りますが、オペレータにおつなぎできませんでした。", ""},
	{ReturnRefused, "誠に恐れ入りますが、これ以上オペレータにおつなぎすることができません。", ""},
	{Goodbye, "それでは、失礼いたします。", ""},

	{Ringback, "", ""},
	{Music, "", ""},
}

// Catalogue lists every prompt there is in Japanese, the numerals last. The caller owns it.
func Catalogue() []Line {
	lines := append([]Line(nil), sentences...)
	for _, n := range Numerals() {
		lines = append(lines, Line{Name: n.Name(), Text: n.Kana()})
	}
	return lines
}
