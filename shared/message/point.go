package message

// Point is an IVR通過ポイント: what a row of the monitoring pane says. Points cross
// the wire and are stored; the list is append-only.
type Point string

// The points of product.md section 5.
const (
	TransferTop      Point = "01.転送完了トップ"
	CardNumberTaken  Point = "02.カード番号取得"
	ExpiryTaken      Point = "02.有効期限取得"
	CodeTaken        Point = "02.セキュリティコード取得"
	CardTaken        Point = "02.カード情報取得OK"
	Authorizing      Point = "03.カード与信"
	AuthorizedOK     Point = "03.カード与信_OK"
	AuthorizedNG     Point = "03.カード与信_NG"
	AuthorizedOnHold Point = "03.カード与信_保留"
	OperatorTransfer Point = "E1.オペレータ転送"
	OperatorReturn   Point = "T2.オペレータ戻し"
	EndedOK          Point = "【決済OK】IVRとの通話が終了しました。"
	EndedNG          Point = "【決済NG】IVRとの通話が終了しました。"
	TransferFailedOK Point = "【決済OK】転送に失敗しました。"
	TransferFailedNG Point = "【決済NG】転送に失敗しました。"

	// Ours: neither OK nor NG, the outcome is being settled.
	EndedOnHold          Point = "【決済保留】IVRとの通話が終了しました。"
	TransferFailedOnHold Point = "【決済保留】転送に失敗しました。"
)

// Ends tells whether the point is the last row of its call.
func (p Point) Ends() bool {
	switch p {
	case EndedOK, EndedNG, EndedOnHold, TransferFailedOK, TransferFailedNG, TransferFailedOnHold:
		return true
	}
	return false
}

// The words in the column カード取引結果.
const (
	ResultOK   = "OK"
	ResultNG   = "NG"
	ResultHold = "保留"
)
