package message

import (
	"slices"
	"testing"
)

// The words of the operator guide, 3-7, and of product.md section 4, to the letter:
// operators are trained on them.
func TestDialogTexts(t *testing.T) {
	want := []struct {
		id   ID
		text string
	}{
		{"I005", "ログアウトします。よろしいですか?"},
		{"I402", "【決済OK】これより通話が転送されます。"},
		{"I405", "【決済NG】これより通話が転送されます。"},
		{"F301", "決済処理が中断されました。"},
		{"F303", "送信が失敗しました。"},
		{"E309", "サーバとの通信でエラーが発生しました。"},
		{"W406", "決済結果を確認中です。同じ注文を別の取引IDで再決済しないでください。"},
	}
	ids := IDs()
	for _, dialog := range want {
		if got := dialog.id.Text(); got != dialog.text {
			t.Errorf("%s: got %q, want %q", dialog.id, got, dialog.text)
		}
		if !slices.Contains(ids, dialog.id) {
			t.Errorf("%s is missing in IDs", dialog.id)
		}
	}
	if len(ids) != len(want) || len(dialogs) != len(want) {
		t.Errorf("got %d IDs and %d texts, want %d of each", len(ids), len(dialogs), len(want))
	}
	if got := ID("X999").Text(); got != "" {
		t.Errorf("an unknown ID says %q", got)
	}
}

func TestSentences(t *testing.T) {
	for _, sentence := range []struct{ name, got, want string }{
		// operator guide 3.2.1
		{"restricted", AccessRestricted, "アクセスが制限されています。"},
		{"failed", AuthFailed, "認証に失敗しました。"},
		{"logged in", AlreadyLoggedIn, "該当ユーザ ID はログイン状態です。多重ログインは出来ません。"},
		{"locked", Locked, "該当ユーザ ID はロックされています。管理担当者にお問い合わせください。"},
		{"forced logout", ForcedLogout, "管理者により強制ログアウトされました。"},
		// operator guide 3.3.4
		{"mismatch", PasswordMismatch, "変更後のパスワードと再入力が一致しません。"},
		{"rule", PasswordRule, "パスワードには8文字以上の英文字、数字混在を設定してください。"},
		{"reused", PasswordReused, "過去に使用されたパスワードと重複しています。別のパスワードを入力してください。"},
		{"wrong", PasswordWrong, "現在のパスワードが違います。"},
		{"old", PasswordOld, "90 日以上パスワードが変更されていません。パスワードの変更をおすすめします。"},
		// operator guide 3-7, header
		{"ready", HeaderReady, "正常にお取引可能です。"},
		{"send", "20" + HeaderSend, "20秒以内に決済情報を送信してください。"},
		{"lost", HeaderLost, "予期せぬエラーが発生しました。管理者にお問合せください。"},
	} {
		if sentence.got != sentence.want {
			t.Errorf("%s: got %q, want %q", sentence.name, sentence.got, sentence.want)
		}
	}
}

// product.md section 5: only these four close a call's rows.
func TestPointsThatEnd(t *testing.T) {
	ends := map[Point]bool{
		"01.転送完了トップ": false, "02.カード番号取得": false, "02.有効期限取得": false,
		"02.セキュリティコード取得": false, "02.カード情報取得OK": false, "03.カード与信": false,
		"03.カード与信_OK": false, "03.カード与信_NG": false, "03.カード与信_保留": false,
		"E1.オペレータ転送": false, "T2.オペレータ戻し": false,
		"【決済OK】IVRとの通話が終了しました。": true, "【決済NG】IVRとの通話が終了しました。": true,
		"【決済OK】転送に失敗しました。": true, "【決済NG】転送に失敗しました。": true,
	}
	points := []Point{
		TransferTop, CardNumberTaken, ExpiryTaken, CodeTaken, CardTaken, Authorizing,
		AuthorizedOK, AuthorizedNG, AuthorizedOnHold, OperatorTransfer, OperatorReturn,
		EndedOK, EndedNG, TransferFailedOK, TransferFailedNG,
	}
	for _, point := range points {
		want, known := ends[point]
		if !known {
			t.Errorf("%q is not spelled as in product.md", point)
		}
		if got := point.Ends(); got != want {
			t.Errorf("%q ends a call: got %t, want %t", point, got, want)
		}
	}
	if len(points) != len(ends) {
		t.Errorf("got %d points, want %d", len(points), len(ends))
	}
}

// A sentence without an English one stays Japanese; none of the English ones is left so.
func TestInEnglish(t *testing.T) {
	if got := In("ja", HeaderReady); got != HeaderReady {
		t.Errorf("ja: got %q", got)
	}
	if got := In("en", AuthFailed); got != AuthFailed {
		t.Errorf("of the screens: got %q", got)
	}
	for sentence := range english {
		for _, letter := range In("en", sentence) {
			if letter > 0x7F {
				t.Errorf("%q is %q in English", sentence, In("en", sentence))
				break
			}
		}
	}
	if ja, en := SendWithin("ja", "7"), SendWithin("en", "7"); ja != "7秒以内に決済情報を送信してください。" || en != "Send the order within 7 seconds." {
		t.Errorf("send within: got %q, %q", ja, en)
	}
}
