package sim

import (
	"tsunagi/server/payment"
)

// verdict is the acquirer's opinion of one request: a block of the result code,
// what it means, and the words the operator reads.
type verdict struct {
	code    string
	class   payment.Class
	message string
}

var (
	success   = verdict{"A001", payment.ClassNone, "処理が成功しました。"}
	pending   = verdict{"AE10", payment.ClassNone, "トランザクションが保留されました。"}
	duplicate = verdict{"NH18", payment.ClassDuplicate, "既に成功していました"}

	notAdmitted = verdict{"NH02", payment.ClassState, "この取引には要求された処理を行えません。"}
)

// Input errors. The specification names the family AC and no member of it: these
// three are ours.
var (
	numberRefused = verdict{"AC01", payment.ClassInput, "カード番号が正しくありません。テスト用のカード番号をご利用ください。"}
	expiryRefused = verdict{"AC02", payment.ClassInput, "有効期限が正しくありません。"}
	codeRefused   = verdict{"AC03", payment.ClassInput, "セキュリティコードが正しくありません。"}
)

// forced are the refusals that an expiry (MMYY) asks for: the table of section 6.
// AG41, AG48 and AG61 have the classes of section 5. The words say what the gateway
// publishes about each code, in short.
var forced = map[string]verdict{
	"0199": {"AG33", payment.ClassRefused, "カード使用不可です。"},
	"0299": {"AG41", payment.ClassSecurityCode, "セキュリティコード誤りです。"},
	"0399": {"AG64", payment.ClassRefused, "有効期限エラーです。"},
	"0499": {"AG39", payment.ClassRefused, "取引判定保留(有人判定)です。"},
	"0599": {"AG45", payment.ClassRefused, "1日限度額オーバーです。"},
	"0699": {"AG70", payment.ClassRefused, "当該要求拒否です。"},
	"0799": {"AG46", payment.ClassRefused, "クレジットカードが無効です。"},
	"0899": {"AG72", payment.ClassRefused, "接続要求自社受付拒否です。"},
	"0999": {"AG61", payment.ClassCard, "支払区分エラーです。"},
	"1099": {"AG49", payment.ClassRefused, "会員番号エラーです。"},
	"1199": {"AG48", payment.ClassCard, "無効カードです。"},
	"1299": {"AG44", payment.ClassRefused, "1口座利用回数または金額オーバーです。"},
	"0198": {"AG47", payment.ClassRefused, "事故カードです。"},
	"0298": {"AG71", payment.ClassRefused, "当該自社対象業務エラーです。"},
	"0398": {"AG51", payment.ClassRefused, "金額エラーです。"},
}

// reply is what a verdict is to the one who asked.
func (v verdict) reply() payment.Reply {
	switch v {
	case success:
		return payment.ReplyApproved
	case pending:
		return payment.ReplyPending
	}
	return payment.ReplyDeclined
}

// resultCode is the code in its 16 characters: four blocks, of which the second is
// the member service's where the order names a member.
func (v verdict) resultCode(member bool) string {
	if member && v == success {
		return v.code + "X00100000000"
	}
	return v.code + "000000000000"
}
