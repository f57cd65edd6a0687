package message

// The desktop's own files (ours).
const (
	CannotKeep      = "この端末に設定を保存できませんでした。"
	SettingsDamaged = "設定ファイルが壊れていたため、初期設定に戻しました。"
	CannotStart     = "Tsunagiを起動できませんでした。"
	NoKeyring       = "この端末ではキーリング(資格情報の保管庫)を使えません。サーバの指紋とログイン状態は、このユーザだけが読めるファイルに保存します。"
	SecretsDamaged  = "保存していたサーバの指紋かログイン状態が壊れていたため、破棄しました。指紋が表示されたら管理者から伝えられたものと比べ、ログインし直してください。"
	PresetRefused   = "インストール時に指定されたサーバの設定が正しくありません。管理者にお問い合わせください。"
	SettingsRefused = "この設定は使えません。"

	CannotStartWithSystem = "自動起動の設定を変更できませんでした。管理者にお問い合わせください。"
)

// Beside the window: the icon in the notification area, and dialogs of the system (ours).
const (
	TrayOpen      = "Tsunagiを開く"
	TrayQuit      = "終了"
	TraySend      = "決済情報を送信してください。"
	TransactionID = "取引ID"
)
