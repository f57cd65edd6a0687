package wire

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"tsunagi/shared/order"
)

var update = flag.Bool("update", false, "rewrite testdata/*.json")

const noon = 1795402800000 // 2026-11-23 12:00:00 in Japan, in ms

var form = order.Form{TransactionID: "ORD-20261123-0044", MemberID: "", Amount: "36,500", PaymentCount: "3", Language: "en"}

var call = Call{
	ID: "c-44", OperatorID: "op-sato", State: StateSecurityCode, Outcome: OutcomeNone,
	ArrivedAtMs: noon, StateAtMs: noon + 52_000,
	TransactionID: "ORD-20261123-0044", Amount: 36_500, PaymentCount: "3",
	Digits: 2, RetriesLeft: 3, CardsLeft: 2, Brand: "VISA", Last4: "4242",
	CanAskAgain: true, CanAbort: true, Language: order.English, Held: true,
}

var row = Row{
	CallID: "c-44", Number: 6, AtMs: noon + 70_000, OperatorID: "op-sato",
	TransactionID: "ORD-20261123-0044", Point: "03.カード与信_OK", Result: "OK",
	Code: "A001", Message: "処理が成功しました。",
}

var result = Result{
	CallID: "c-44", AtMs: noon + 70_000, OperatorID: "op-sato",
	TransactionID: "ORD-20261123-0044", Amount: 36_500, PaymentCount: "3",
	Outcome: OutcomeOK, Code: "A001", Message: "処理が成功しました。", Brand: "VISA", Last4: "4242",
}

var user = User{"op-sato", "受注センター 佐藤", EntranceOperator, "050-3000-1024", true}

var merchant = Merchant{
	ID: "demo", Name: "つなぎ商店", LinkageMode: LinkageNormal, MemberID: true,
	PaymentCountChoice: true, Monitoring: true, SecurityCode: true,
	SendWindowSeconds: 20, TalkScript: "裏面の3桁をお願いします。", Channels: 3, Language: order.English, PasswordShortest: 12,
}

// samples has one frame of each kind and a body that fills every field.
var samples = []struct {
	kind Kind
	id   int64
	body any
}{
	{KindLogin, 1, &Login{"demo", "sato", "demo-1234", EntranceOperator, "ws-7f3a", "123456", "token-1"}},
	{KindResume, 1, &Resume{"token-1", "ws-7f3a"}},
	{KindLogout, 2, nil},
	{KindSetPassword, 3, &SetPassword{"demo-1234", "demo-5678", "demo-5678"}},
	{KindSendOrder, 4, &SendOrder{"c-44", "k-1", form}},
	{KindAsk, 5, &Ask{"c-44", RequestAgain}},
	{KindGetSnapshot, 6, nil},
	{KindHeartbeat, 7, &Heartbeat{SentAtMs: noon, ServerAtMs: noon + 12}},
	{KindSession, 1, &Session{
		Token: "token-2",
		User:  user, Merchant: merchant,
		PasswordMustChange: true, PasswordIsOld: true, ServerVersion: "1.0.0",
		OneTimeCodeMustEnrol: true, IdleLockSeconds: 900, Locked: true,
	}},
	{KindSettings, 0, &Settings{user, merchant, 900}},
	{KindEnrolOneTimeCode, 9, nil},
	{KindOneTimeCodeSecret, 9, &OneTimeCodeSecret{
		"JBSWY3DPEHPK3PXP", "otpauth://totp/Tsunagi:demo%2Fsato?issuer=Tsunagi&secret=JBSWY3DPEHPK3PXP",
	}},
	{KindConfirmOneTimeCode, 10, &ConfirmOneTimeCode{"123456"}},
	{KindLock, 11, nil},
	{KindUnlock, 12, &Unlock{"demo-1234"}},
	{KindListUsers, 13, nil},
	{KindUsers, 13, &Users{[]UserState{{user, PresenceLost, noon, true, true}}}},
	{KindForceLogout, 14, &ForceLogout{"op-sato"}},
	{KindOrderSent, 4, &OrderSent{"c-44"}},
	{KindDone, 2, nil},
	{KindError, 4, &Error{
		CodeOrderRefused, "F303", "送信が失敗しました。",
		[]order.Refusal{{Field: order.FieldTransactionID, Message: order.AlreadyPaid}}, "r-19",
	}},
	{KindSnapshot, 0, &Snapshot{41, noon, []Call{call}, []Row{row}, []Result{result}}},
	{KindChange, 0, &Change{42, noon, &call, &row, &result, &Notice{
		"F301", "決済処理が中断されました。", "c-44", "ORD-20261123-0044",
	}}},
	{KindInquire, 8, &Inquire{"ORD-20261123-0044"}},
	{KindInquired, 8, &Inquired{"ORD-20261123-0044", OutcomeOK, "A001", "処理が成功しました。", noon + 90_000}},
	{KindCheck, 15, &Check{"ORD-20261123-0044"}},
	{KindChecked, 15, &Checked{"ORD-20261123-0044", order.AlreadyPaid}},
	{KindLoggedOut, 0, &LoggedOut{"管理者により強制ログアウトされました。"}},
}

// The golden frames are what crosses between two programs of different age, and
// what the frontend's tests take for real: a change here is a change of the API.
func TestGoldenFrames(t *testing.T) {
	for _, sample := range samples {
		t.Run(string(sample.kind), func(t *testing.T) {
			frame := Frame{Kind: sample.kind, ID: sample.id}
			if sample.body != nil {
				frame.Body = marshal(t, sample.body)
			}
			got := marshal(t, frame)
			path := filepath.Join("testdata", string(sample.kind)+".json")
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
			readBack(t, want, sample.body)
		})
	}
}

func marshal(t *testing.T, value any) []byte {
	t.Helper()
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func readBack(t *testing.T, data []byte, want any) {
	t.Helper()
	var frame Frame
	if err := json.Unmarshal(data, &frame); err != nil {
		t.Fatal(err)
	}
	if want == nil {
		return
	}
	got := reflect.New(reflect.TypeOf(want).Elem())
	if err := json.Unmarshal(frame.Body, got.Interface()); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Interface(), want) {
		t.Errorf("read back: got %+v, want %+v", got.Elem(), want)
	}
}

// A sample that leaves a field empty would hide it from the golden frames. And no
// message may have room for card data: a field of such a name is a mistake.
func TestSamplesFillEveryField(t *testing.T) {
	mayBeZero := map[string]bool{
		"MemberID":     true, // of the form: left out where the merchant has none
		"Outcome":      true, // "" until the acquirer is asked
		"DeadlineAtMs": true, // 0 outside the send window and the handover
		"Ends":         true, // of a row that is not the last
	}
	for _, sample := range samples {
		if sample.body != nil {
			eachField(reflect.ValueOf(sample.body).Elem(), func(field reflect.StructField, value reflect.Value) {
				if value.IsZero() && !mayBeZero[field.Name] {
					t.Errorf("%s: %s is not filled", sample.kind, field.Name)
				}
				switch field.Name {
				case "PAN", "CardNumber", "Expiry", "CVV", "CVC", "CID":
					t.Errorf("%s has a field %s", sample.kind, field.Name)
				}
			})
		}
	}
}

func eachField(v reflect.Value, visit func(reflect.StructField, reflect.Value)) {
	switch v.Kind() {
	case reflect.Pointer:
		eachField(v.Elem(), visit)
	case reflect.Slice:
		for i := range v.Len() {
			eachField(v.Index(i), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			visit(v.Type().Field(i), v.Field(i))
			eachField(v.Field(i), visit)
		}
	}
}

func TestErrorText(t *testing.T) {
	err := &Error{Code: CodeNoWindow, MessageID: "F303", Message: "送信が失敗しました。"}
	if got, want := err.Error(), "no_window: 送信が失敗しました。"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
