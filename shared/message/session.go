package message

// Login (operator guide 3.2.1).
const (
	AccessRestricted = "アクセスが制限されています。"
	AuthFailed       = "認証に失敗しました。"
	AlreadyLoggedIn  = "該当ユーザ ID はログイン状態です。多重ログインは出来ません。"
	Locked           = "該当ユーザ ID はロックされています。管理担当者にお問い合わせください。"
	ForcedLogout     = "管理者により強制ログアウトされました。"
)

// The PCI policy and the supervisor's tools (ours).
const (
	OneTimeCodeRequired = "ワンタイムコードを入力してください。"
	OneTimeCodeWrong    = "ワンタイムコードが正しくありません。"
	ScreenLocked        = "画面がロックされています。パスワードを入力してください。"
	NotLoggedIn         = "該当ユーザ ID はログインしていません。"
	PasswordRulePCI     = "パスワードには12文字以上の英文字、数字混在を設定してください。"
)

// Passwords (operator guide 3.3.4).
const (
	PasswordMismatch = "変更後のパスワードと再入力が一致しません。"
	PasswordRule     = "パスワードには8文字以上の英文字、数字混在を設定してください。"
	PasswordReused   = "過去に使用されたパスワードと重複しています。別のパスワードを入力してください。"
	PasswordWrong    = "現在のパスワードが違います。"
	PasswordOld      = "90 日以上パスワードが変更されていません。パスワードの変更をおすすめします。"
)
