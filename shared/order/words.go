package order

// What an operator reads at a field that was not accepted.
const (
	TransactionIDMissing    = "取引IDを入力してください。"
	TransactionIDTooLong    = "取引IDは100文字以内で入力してください。"
	TransactionIDCharacters = "取引IDに使えるのは半角英数字と _ - です。"
	IDIsCard                = "カード番号は使えません。消去しました。"
	MemberIDTooLong         = "会員IDは100文字以内で入力してください。"
	MemberIDCharacters      = "会員IDに使えるのは半角英数字と . _ - @ です。"
	MemberIDNotUsed         = "会員IDは利用できません。"
	AmountMissing           = "決済金額を入力してください。"
	AmountCharacters        = "決済金額は半角数字で入力してください。"
	AmountTooLong           = "決済金額は8桁以内で入力してください。"
	AmountOutOfRange        = "決済金額は1円から99,999,999円までです。"
	PaymentCountFixed       = "支払回数は1回のみ利用できます。"
	PaymentCountUnknown     = "支払回数を選択してください。"
	LanguageUnknown         = "案内の言語を選択してください。"
	AlreadyPaid             = "この取引IDは決済済みです。"
)
