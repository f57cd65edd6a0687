package message

// The connection to the server (ours).
const (
	CertificateChanged = "サーバの証明書が以前と異なります。管理者に確認するまで接続しません。"
	CertificateOther   = "サーバが示した証明書ではありません。表示された指紋をもう一度確認してください。"
	VersionMismatch    = "サーバとこのプログラムの版が合いません。管理者にお問い合わせください。"
	ServerAddressRule  = "サーバは「ホスト名」または「ホスト名:ポート番号」で入力してください。"
	CertificateExpired = "サーバの証明書の有効期限が切れているか、この端末の日時が違います。接続は続けますが、管理者に確認してください。"
	ServerNameUnknown  = "サーバの名前が見つかりません。サーバのアドレスとネットワークを確認してください。"
	ServerIsAnother    = "このアドレスで応答しているのはTsunagiのサーバではありません。サーバのアドレスを確認してください。"
)
