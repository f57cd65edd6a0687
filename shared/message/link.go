package message

// The connection to the server (ours).
const (
	CertificateChanged = "サーバの証明書が以前と異なります。管理者に確認するまで接続しません。"
	CertificateOther   = "サーバが示した証明書ではありません。表示された指紋をもう一度確認してください。"
	VersionMismatch    = "サーバとこのプログラムの版が合いません。管理者にお問い合わせください。"
	ServerAddressRule  = "サーバは「ホスト名」または「ホスト名:ポート番号」で入力してください。"
)
