package gatewaysim

// outcome is what the gateway decides about a request: the first block of the result
// code, and the words for it.
type outcome struct {
	code    string
	message string
}

// The outcomes that are not a card's.
var (
	succeeded   = outcome{"A001", "処理が成功しました。"}
	repeated    = outcome{"A003", "処理が成功しました。(複製)"}
	undecided   = outcome{"AE10", "トランザクションが保留されました。"}
	hasPaid     = outcome{"NH18", "既に成功していました"}
	notNow      = outcome{"NH02", "この状態では実行できません。"}
	badNumber   = outcome{"AC01", "カード番号が正しくありません。"}
	badExpiry   = outcome{"AC02", "有効期限が正しくありません。"}
	badCode     = outcome{"AC03", "セキュリティコードが正しくありません。"}
	noMethod    = outcome{"AG61", "支払区分エラーです。"}
	realCard    = outcome{"AG48", "無効カードです。"} // what a test card is outside dummy mode
	badRequest  = outcome{"ZZ01", "要求電文が正しくありません。"}
	noAuthority = outcome{"ZZ02", "マーチャント認証に失敗しました。"}
)

// testCards are the only numbers taken in dummy mode (section 6), each with the mask
// that answers show. They belong to nobody.
var testCards = []struct{ number, masked string }{
	{"4111111111111111", "411111********11"},
	{"5555555555554444", "555555********44"},
	{"3528000000000007", "352800********07"},
	{"378282246310005", "378282*******05"},
	{"36666666666660", "366666******60"},
}

// forced are the refusals that an expiry asks for (section 6), spelled MM/YY.
var forced = map[string]outcome{
	"01/99": {"AG33", "カード使用不可です。"},
	"02/99": {"AG41", "セキュリティコード誤りです。"},
	"03/99": {"AG64", "有効期限エラーです。"},
	"04/99": {"AG39", "取引判定保留(有人判定)です。"},
	"05/99": {"AG45", "1日限度額オーバーです。"},
	"06/99": {"AG70", "当該要求拒否です。"},
	"07/99": {"AG46", "クレジットカードが無効です。"},
	"08/99": {"AG72", "接続要求自社受付拒否です。"},
	"09/99": noMethod,
	"10/99": {"AG49", "会員番号エラーです。"},
	"11/99": {"AG48", "無効カードです。"},
	"12/99": {"AG44", "1口座利用回数または金額オーバーです。"},
	"01/98": {"AG47", "事故カードです。"},
	"02/98": {"AG71", "当該自社対象業務エラーです。"},
	"03/98": {"AG51", "金額エラーです。"},
}

// held is a card as a member's record or an order keeps it: what the gateway decides
// about it, and no digit.
type held struct {
	Masked  string  `json:"-"`
	Verdict outcome `json:"-"`
}

// look decides about a card. Comparing string(b) makes no string.
func look(dummy bool, number, expire, code digits) held {
	card := held{Verdict: badNumber}
	for _, c := range testCards {
		if string(number) == c.number {
			card = held{Masked: c.masked, Verdict: succeeded}
		}
	}
	refusal, refused := forced[string(expire)]
	switch {
	case card.Masked == "":
	case !dummy:
		card.Verdict = realCard
	case !monthAndYear(expire):
		card.Verdict = badExpiry
	case len(code) != 0 && (len(code) < 3 || len(code) > 4 || !numeric(code)):
		card.Verdict = badCode
	case refused:
		card.Verdict = refusal
	}
	return card
}

// monthAndYear tells whether an expiry is MM/YY.
func monthAndYear(expire digits) bool {
	if len(expire) != 5 || expire[2] != '/' || !numeric(expire[:2]) || !numeric(expire[3:]) {
		return false
	}
	month := int(expire[0]-'0')*10 + int(expire[1]-'0')
	return month >= 1 && month <= 12
}

func numeric(s []byte) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
