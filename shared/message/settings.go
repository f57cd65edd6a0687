package message

// The desktop's own files (ours).
const (
	CannotKeep      = "この端末に設定を保存できませんでした。"
	SettingsDamaged = "設定ファイルが壊れていたため、初期設定に戻しました。"
	CannotStart     = "Tsunagiを起動できませんでした。"
	SettingsRefused = "この設定は使えません。"
)
