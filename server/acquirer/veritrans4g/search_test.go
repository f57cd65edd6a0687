package veritrans4g

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tsunagi/server/payment"
)

// The shape of a real answer (section 4): an authorization captured at once, a
// capture refused, a partial cancel; a card's mask, expiry and code beside them.
const searched = `{"result":{"vResultCode":"N001000000000000","mstatus":"success","searchCount":1,"overMaxCountFlag":false,"orderInfos":{"orderInfo":[
	{"orderId":"ivr-1","orderStatus":"end","lastSuccessTxnType":"Cancel","freeKey":"0198c5d0-1234-7abc-8def-0123456789ab",
	 "properOrderInfo":{"cardExpire":"12/25","startTxn":"10435077"},"transactionInfos":{"transactionInfo":[
	 {"amount":"5","command":"Cancel","mstatus":"success","txnDatetime":"2023-08-30 16:34:42.092","txnId":"10435091","vResultCode":"A001000000000000","properTransactionInfo":{"cardTransactionType":"race"}},
	 {"amount":"10","command":"Authorize","mstatus":"success","txnDatetime":"2023-08-30 16:33:06.0","txnId":"10435077","vResultCode":"A001X00100000000",
	  "properTransactionInfo":{"reqJpoInformation":"61C03","resAuthCode":"000123","reqCardNumber":"411111******1111","reqSecurityCode":"0000","pending":"0"}},
	 {"command":"Capture","mstatus":"failure","txnDatetime":"2023-08-30 16:34:05.383","txnId":"10435089","vResultCode":"NH02000000000000","properTransactionInfo":{}}]}}]}}}`

func TestReadSearch(t *testing.T) {
	found, over, err := readSearch([]byte(searched))
	if err != nil || over {
		t.Fatalf("got %v, over %v", err, over)
	}
	at := func(minute, second, milli int) time.Time {
		return time.Date(2023, 8, 30, 16, minute, second, milli*1e6, japan)
	}
	want := []payment.Transaction{
		{ID: "10435077", Attempt: "0198c5d0-1234-7abc-8def-0123456789ab", Kind: payment.KindAuthorize, Reply: payment.ReplyApproved,
			Code: "A001X00100000000", Amount: 10, PaymentCount: "3", AuthCode: "000123", At: at(33, 6, 0)},
		{ID: "10435089", Kind: payment.KindCapture, Reply: payment.ReplyDeclined, Class: payment.ClassState, Code: "NH02000000000000", At: at(34, 5, 383)},
		{ID: "10435091", Kind: payment.KindCancel, Reply: payment.ReplyApproved, Code: "A001000000000000", Amount: 5, At: at(34, 42, 92)},
	}
	got := found["ivr-1"].whole().Transactions
	if len(got) != len(want) {
		t.Fatalf("got %d transactions, want %d", len(got), len(want))
	}
	for n := range want {
		if !got[n].At.Equal(want[n].At) {
			t.Errorf("%d: got the time %v, want %v", n, got[n].At, want[n].At)
		}
		got[n].At = want[n].At
		if got[n] != want[n] {
			t.Errorf("%d: got  %+v\nwant %+v", n, got[n], want[n])
		}
	}
}

func TestReadSearchNothing(t *testing.T) {
	for _, body := range []string{
		`{"result":{"mstatus":"success","vResultCode":"N001000000000000","searchCount":0,"overMaxCountFlag":false,"orderInfos":{"orderInfo":[]}}}`,
		`{"result":{"mstatus":"success","vResultCode":"N001000000000000","searchCount":"0","overMaxCountFlag":"false"}}`,
		`{"result":{"mstatus":"success","vResultCode":"N001000000000000","searchCount":"0","orderInfos":null}}`,
	} {
		if found, over, err := readSearch([]byte(body)); err != nil || over || len(found) != 0 {
			t.Errorf("%s: got %v, %v, %v; want nothing", body, found, over, err)
		}
	}
}

// A search's answer that leaves a doubt is an error, never "nobody paid".
func TestReadSearchRefuses(t *testing.T) {
	tests := []struct{ name, old, new string }{
		{"failure", `"mstatus":"success","searchCount"`, `"mstatus":"failure","searchCount"`},
		{"pending", `"mstatus":"success","searchCount"`, `"mstatus":"pending","searchCount"`},
		{"no status", `"mstatus":"success","searchCount"`, `"searchCount"`},
		{"another result", `"N001000000000000"`, `"A001000000000000"`},
		{"no count", `"searchCount":1,`, ``},
		{"count of none", `"searchCount":1`, `"searchCount":0`},
		{"count of more", `"searchCount":1`, `"searchCount":2`},
		{"count in words", `"searchCount":1`, `"searchCount":"one"`},
		{"an odd flag", `"overMaxCountFlag":false`, `"overMaxCountFlag":"maybe"`},
		{"an order without an ID", `"orderId":"ivr-1"`, `"orderID2":"ivr-1"`},
		{"an unknown command", `"command":"Authorize"`, `"command":"Refund"`},
		{"no command", `"command":"Authorize",`, ``},
		{"a line without a time", `"txnDatetime":"2023-08-30 16:33:06.0",`, ``},
		{"a line with a short time", `2023-08-30 16:33:06.0`, `2023-08-30`},
		{"a success without an amount", `"amount":"10",`, ``},
		{"a success with a refusal's code", `"A001X00100000000"`, `"AG33000000000000"`},
		{"an unknown status", `"command":"Authorize","mstatus":"success"`, `"command":"Authorize","mstatus":"done"`},
		{"an order without a line", `"transactionInfos"`, `"transactionInfos2"`},
		{"a status twice", `"command":"Authorize",`, `"command":"Authorize","mstatus":"failure",`},
		{"cut off", `]}}]}}}`, `]}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			body := strings.Replace(searched, test.old, test.new, 1)
			if body == searched {
				t.Fatal("nothing was changed")
			}
			if found, over, err := readSearch([]byte(body)); err == nil {
				t.Errorf("got %+v, over %v; want an error", found, over)
			}
		})
	}
}

func TestReadSearchOver(t *testing.T) {
	body := strings.Replace(searched, `"overMaxCountFlag":false`, `"overMaxCountFlag":true`, 1)
	if found, over, err := readSearch([]byte(body)); err != nil || !over || len(found) != 0 {
		t.Errorf("got %v, %v, %v; want over and nothing found", found, over, err)
	}
}

// In the books, a failure is one whatever its code; a pending line stays pending.
func TestReadTransaction(t *testing.T) {
	tests := []struct {
		status, code string
		want         payment.Reply
		class        payment.Class
	}{
		{"failure", "AG41000000000000", payment.ReplyDeclined, payment.ClassSecurityCode},
		{"failure", "ZZ99000000000000", payment.ReplyDeclined, payment.ClassLocal},
		{"failure", "AE10000000000000", payment.ReplyPending, payment.ClassNone},
		{"pending", "", payment.ReplyPending, payment.ClassNone},
		{"success", "A003000000000000", payment.ReplyApproved, payment.ClassNone},
	}
	for _, test := range tests {
		line := transactionInfo{
			Command: text{"Authorize", true}, Mstatus: text{test.status, true}, VResultCode: text{test.code, true},
			TxnDatetime: text{"2023-08-30 16:33:06.0", true}, Amount: text{"10", true},
		}
		if got, err := readTransaction(line); err != nil || got.Reply != test.want || got.Class != test.class {
			t.Errorf("%s %s: got %s %q, %v; want %s %q", test.status, test.code, got.Reply, got.Class, err, test.want, test.class)
		}
	}
}

// Whatever comes: found orders have a well-formed ID and lines, oldest first, and
// nothing of a card is kept.
func FuzzReadSearch(f *testing.F) {
	f.Add([]byte(searched))
	f.Add([]byte(`{"result":{"mstatus":"success","vResultCode":"N001","searchCount":0}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		found, over, err := readSearch(body)
		if (err != nil || over) && len(found) > 0 {
			t.Fatalf("found %v although it failed: %v", found, err)
		}
		for id, entry := range found {
			if !sendableID(id) || len(entry.lines) == 0 {
				t.Fatalf("order %q: %+v", id, entry)
			}
			for n, transaction := range entry.lines {
				if transaction.Reply == payment.ReplyLost || transaction.Kind == "" || holdsCardNumber(transaction.ID) {
					t.Fatalf("got %+v", transaction)
				}
				if n > 0 && transaction.At.Before(entry.lines[n-1].At) {
					t.Fatalf("not oldest first: %s", fmt.Sprint(entry.lines))
				}
			}
		}
	})
}
