package message

// The desktop's own files (ours).
const (
	CannotKeep      = "この端末に設定を保存できませんでした。"
	SettingsDamaged = "設定ファイルが壊れていたため、初期設定に戻しました。"
	CannotStart     = "Tsunagiを起動できませんでした。"
	NoKeyring       = "この端末ではキーリング(資格情報の保管庫)を使えません。サーバの指紋とログイン状態は、このユーザだけが読めるファイルに保存します。"
	PresetRefused   = "インストール時に指定されたサーバの設定が正しくありません。管理者にお問い合わせください。"
	SettingsRefused = "この設定は使えません。"
)
