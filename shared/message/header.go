package message

// The header of the payment-linkage screen. HeaderSend follows the number of
// seconds left.
const (
	HeaderReady = "正常にお取引可能です。"
	HeaderSend  = "秒以内に決済情報を送信してください。"
	HeaderLost  = "予期せぬエラーが発生しました。管理者にお問合せください。"
)
