package message

// The header of the payment-linkage screen. HeaderSend follows the number of
// seconds left, also in the notification of the system (whose HeaderClick is ours).
const (
	HeaderReady = "正常にお取引可能です。"
	HeaderSend  = "秒以内に決済情報を送信してください。"
	HeaderClick = "クリックすると送信へ移ります。"
	HeaderLost  = "予期せぬエラーが発生しました。管理者にお問合せください。"
)
