package veritrans4g

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"tsunagi/server/payment"
	"tsunagi/shared/order"
)

const (
	askedOrder  order.TransactionID = "ivr-1"
	askedAmount order.Yen           = 1000
)

// said is an answer of the gateway with some fields changed; a field set to nil is
// left out.
func said(changes map[string]any) []byte {
	result := map[string]any{
		"mstatus": "success", "vResultCode": "A001000000000000", "merrMsg": "処理が成功しました。",
		"orderId": string(askedOrder), "reqAmount": "1000", "custTxn": "10434985", "marchTxn": "30434985",
		"resAuthCode": "000123", "pending": "0", "reqCardNumber": "411111********11", "reqCardExpire": "*****",
	}
	for name, value := range changes {
		if result[name] = value; value == nil {
			delete(result, name)
		}
	}
	body, err := json.Marshal(map[string]any{"result": result})
	if err != nil {
		panic(err)
	}
	return body
}

func TestJudgeApproved(t *testing.T) {
	want := payment.Answer{
		Reply: payment.ReplyApproved, Code: "A001000000000000", Message: "処理が成功しました。", AuthCode: "000123",
		GatewayTxn: "10434985", MerchantTxn: "30434985", TransactionID: askedOrder, Amount: askedAmount,
	}
	if got := judge(said(nil), askedOrder, askedAmount); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// Section 5, table by table: what each code is.
func TestJudge(t *testing.T) {
	tests := []struct {
		status, code string
		reply        payment.Reply
		class        payment.Class
		cause        string
	}{
		{"success", "A001000000000000", payment.ReplyApproved, payment.ClassNone, ""},
		{"success", "A001X00100000000", payment.ReplyApproved, payment.ClassNone, ""},
		{"success", "A0010000000000", payment.ReplyApproved, payment.ClassNone, ""}, // RESULT prints some with 14
		{"success", "A003000000000000", payment.ReplyApproved, payment.ClassNone, ""},
		{"pending", "AE10000000000000", payment.ReplyPending, payment.ClassNone, "pending"},
		{"failure", "AE10000000000000", payment.ReplyPending, payment.ClassNone, "pending"},
		{"success", "AE10000000000000", payment.ReplyPending, payment.ClassNone, "pending"},
		{"failure", "AE99000000000000", payment.ReplyPending, payment.ClassNone, "pending"},
		{"pending", "A001000000000000", payment.ReplyPending, payment.ClassNone, "pending"},
		{"failure", "AC01000000000000", payment.ReplyDeclined, payment.ClassInput, ""},
		{"failure", "ACD3000000000000", payment.ReplyDeclined, payment.ClassState, ""},
		{"failure", "AG33000000000000", payment.ReplyDeclined, payment.ClassRefused, ""},
		{"failure", "AG39000000000000", payment.ReplyDeclined, payment.ClassRefused, ""},
		{"failure", "AG41000000000000", payment.ReplyDeclined, payment.ClassSecurityCode, ""},
		{"failure", "AG44000000000000", payment.ReplyDeclined, payment.ClassRefused, ""},
		{"failure", "AG48000000000000", payment.ReplyDeclined, payment.ClassCard, ""},
		{"failure", "AG61000000000000", payment.ReplyDeclined, payment.ClassCard, ""},
		{"failure", "AG72000000000000", payment.ReplyDeclined, payment.ClassRefused, ""},
		{"failure", "NH18000000000000", payment.ReplyDeclined, payment.ClassDuplicate, ""},
		{"failure", "NH02000000000000", payment.ReplyDeclined, payment.ClassState, ""},
		{"failure", "NH36000000000000", payment.ReplyDeclined, payment.ClassState, ""},
		{"failure", "OC09000000000000", payment.ReplyDeclined, payment.ClassLocal, ""},
		{"failure", "GC01000000000000", payment.ReplyDeclined, payment.ClassLocal, ""},
		// The kits' own codes, should the gateway ever send one: nothing is decided.
		{"failure", "MF03000000000000", payment.ReplyLost, payment.ClassNone, "unknown_code"},
		{"failure", "MA99000000000000", payment.ReplyLost, payment.ClassNone, "unknown_code"},
		{"failure", "ZZ99000000000000", payment.ReplyLost, payment.ClassNone, "unknown_code"},
		{"failure", "", payment.ReplyLost, payment.ClassNone, "unknown_code"},
		{"failure", "A001000000000000", payment.ReplyLost, payment.ClassNone, "contradiction"},
		{"success", "AG33000000000000", payment.ReplyLost, payment.ClassNone, "contradiction"},
		{"success", "NH18000000000000", payment.ReplyLost, payment.ClassNone, "contradiction"},
		{"success", "a001000000000000", payment.ReplyLost, payment.ClassNone, "contradiction"},
		{"success", "A00", payment.ReplyLost, payment.ClassNone, "contradiction"},
		{"SUCCESS", "A001000000000000", payment.ReplyLost, payment.ClassNone, "contradiction"},
		{" success", "A001000000000000", payment.ReplyLost, payment.ClassNone, "contradiction"},
		{"", "A001000000000000", payment.ReplyLost, payment.ClassNone, "no_status"},
	}
	for _, test := range tests {
		t.Run(test.status+" "+test.code, func(t *testing.T) {
			got := judge(said(map[string]any{"mstatus": test.status, "vResultCode": test.code}), askedOrder, askedAmount)
			if got.Reply != test.reply || got.Class != test.class || got.Cause != test.cause {
				t.Errorf("got %s %q %q, want %s %q %q", got.Reply, got.Class, got.Cause, test.reply, test.class, test.cause)
			}
		})
	}
}

// An answer that is not about what was asked decides nothing.
func TestJudgeEcho(t *testing.T) {
	failure := func(changes map[string]any) map[string]any {
		changes["mstatus"], changes["vResultCode"] = "failure", "AG33000000000000"
		return changes
	}
	tests := []struct {
		name    string
		changes map[string]any
		want    payment.Reply
	}{
		{"another order", map[string]any{"orderId": "ivr-2"}, payment.ReplyLost},
		{"no order", map[string]any{"orderId": nil}, payment.ReplyLost},
		{"the order in capitals", map[string]any{"orderId": "IVR-1"}, payment.ReplyLost},
		{"another amount", map[string]any{"reqAmount": "1001"}, payment.ReplyLost},
		{"no amount", map[string]any{"reqAmount": nil}, payment.ReplyLost},
		{"a signed amount", map[string]any{"reqAmount": "+1000"}, payment.ReplyLost},
		{"an amount with a fraction", map[string]any{"reqAmount": "1000.00"}, payment.ReplyLost},
		{"an amount as a number", map[string]any{"reqAmount": 1000}, payment.ReplyApproved},
		{"an amount in full width", map[string]any{"reqAmount": "１０００"}, payment.ReplyLost},
		{"refused without an echo", failure(map[string]any{"orderId": nil, "reqAmount": nil}), payment.ReplyDeclined},
		{"refused for another order", failure(map[string]any{"orderId": "ivr-2"}), payment.ReplyLost},
		{"refused for another amount", failure(map[string]any{"reqAmount": "1"}), payment.ReplyLost},
		{"the pending flag", map[string]any{"pending": "1"}, payment.ReplyPending},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := judge(said(test.changes), askedOrder, askedAmount); got.Reply != test.want {
				t.Errorf("got %+v, want %s", got, test.want)
			}
		})
	}
}

// What cannot be read for certain is lost, and is never a refusal either.
func TestJudgeUnreadable(t *testing.T) {
	whole := string(said(nil))
	tests := []struct{ name, body string }{
		{"nothing", ""},
		{"a page", "<html>success A001</html>"},
		{"half of it", whole[:len(whole)/2]},
		{"two times over", whole + whole},
		{"a status twice", strings.Replace(whole, `"mstatus":"success"`, `"mstatus":"failure","mstatus":"success"`, 1)},
		{"a status twice, once in capitals", strings.Replace(whole, `"mstatus":"success"`, `"MSTATUS":"failure","mstatus":"success"`, 1)},
		{"two results", strings.Replace(whole, `{"result"`, `{"result":{"mstatus":"failure"},"result"`, 1)},
		{"a status that is an object", strings.Replace(whole, `"mstatus":"success"`, `"mstatus":{"success":true}`, 1)},
		{"a list", "[" + whole + "]"},
		{"without result", strings.Replace(whole, `"result"`, `"results"`, 1)},
		{"a byte order mark", "\ufeff" + whole},
		{"not UTF-8", strings.Replace(whole, "処", "\x8f\x88", 1)},
		{"null", "null"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := judge([]byte(test.body), askedOrder, askedAmount)
			if got.Reply != payment.ReplyLost {
				t.Errorf("got %+v, want lost", got)
			}
			if test.body != "" && strings.Contains(fmt.Sprintf("%+v", got), "A001") {
				t.Errorf("something of what could not be read was kept: %+v", got)
			}
		})
	}
}

// For a cancel of all, the gateway may name the amount or not.
func TestJudgeWithoutAmount(t *testing.T) {
	for _, changes := range []map[string]any{nil, {"reqAmount": nil}} {
		if got := judge(said(changes), askedOrder, 0); got.Reply != payment.ReplyApproved {
			t.Errorf("%v: got %+v, want approved", changes, got)
		}
	}
	if got := judge(said(map[string]any{"reqAmount": "all"}), askedOrder, 0); got.Reply != payment.ReplyLost {
		t.Errorf("got %+v, want lost", got)
	}
}

func TestShapes(t *testing.T) {
	tests := []struct {
		name     string
		shape    func(string) string
		in, want string
	}{
		{"a sentence", messageShape, "処理が成功しました。", "処理が成功しました。"},
		{"a sentence with a figure", messageShape, "1口座利用回数または金額オーバーです。", "1口座利用回数または金額オーバーです。"},
		{"a sentence with a code", messageShape, "コード739です", "コード***です"},
		{"a card number", messageShape, "4111-1111 1111.1111", "****-**** ****.****"},
		{"a card number in full width", messageShape, "４１１１１１１１１１１１１１１１", strings.Repeat("*", 16)},
		{"a card number in circles", messageShape, "④①①①", "****"},
		{"an expiry", messageShape, "期限 12/30", "期限 **/**"},
		{"lines", messageShape, " a\nb\x1b[2K ", "a b [2K"},
		{"a long one", messageShape, strings.Repeat("長", 500), strings.Repeat("長", 200)},
		{"a code", codeShape, "A001X00100000000", "A001X00100000000"},
		{"a card number as a code", codeShape, "4111111111111111", ""},
		{"a card number behind a letter", codeShape, "A411111111111111", ""},
		{"an approval", authCodeShape, "012345", "012345"},
		{"a security code as an approval", authCodeShape, "7391", ""},
		{"an expiry as an approval", authCodeShape, "12/30", ""},
		{"a transaction", txnShape, "10434985", "10434985"},
		{"a card number as a transaction", txnShape, "4111111111111111", ""},
		{"a card number in groups", txnShape, "4111-1111-1111-1111", ""},
		{"a card number inside", txnShape, "x04111111111111111x", ""},
		{"an expiry as a transaction", txnShape, "1230", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.shape(test.in); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// Whatever comes: an approval needs success, A001 or A003, and our own echo.
func FuzzJudge(f *testing.F) {
	f.Add(said(nil))
	f.Add(said(map[string]any{"mstatus": "failure", "vResultCode": "AG33000000000000"}))
	f.Add(said(map[string]any{"vResultCode": "A003000000000000", "reqAmount": 1000}))
	f.Add([]byte(`{"result":{"mstatus":"success","MSTATUS":"failure"}}`))
	f.Add([]byte(`{"payNowIdResponse":{"status":"success"},"result":{"mstatus":"pending"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		got := judge(body, askedOrder, askedAmount)
		if got.Reply == payment.ReplyNotSent || got.Reply == "" {
			t.Fatalf("got %+v: an answer came, so something was sent", got)
		}
		if holdsCardNumber(got.GatewayTxn) || holdsCardNumber(got.MerchantTxn) || holdsCardNumber(got.Message) {
			t.Fatalf("a card number was kept: %+v", got)
		}
		if got.Reply != payment.ReplyApproved {
			return
		}
		var read struct{ Result map[string]any }
		if err := json.Unmarshal(body, &read); err != nil {
			t.Fatalf("approved although it is no JSON: %v", err)
		}
		value := func(wanted string) string {
			for name, value := range read.Result {
				if strings.EqualFold(name, wanted) { // as encoding/json matches names
					return fmt.Sprint(value)
				}
			}
			return ""
		}
		code := value("vResultCode")
		if value("mstatus") != "success" || !strings.HasPrefix(code, "A001") && !strings.HasPrefix(code, "A003") ||
			value("orderId") != string(askedOrder) || value("reqAmount") != "1000" {
			t.Fatalf("approved without what it takes: %s", body)
		}
		if got.TransactionID != askedOrder || got.Amount != askedAmount {
			t.Fatalf("approved something else: %+v", got)
		}
	})
}
