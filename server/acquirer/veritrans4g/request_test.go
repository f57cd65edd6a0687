package veritrans4g

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"tsunagi/server"
	"tsunagi/server/payment"
	"tsunagi/shared/order"
)

const (
	vectorCCID = "A100000000000000000000cc"
	vectorKey  = "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
)

// openCard is a card whose digits a test knows.
type openCard struct{ pan, expiry, code string }

func (c openCard) Use(fn func(pan, expiry, code []byte) error) error {
	return fn([]byte(c.pan), []byte(c.expiry), []byte(c.code))
}

// Section 2: the hash is over account, text and key, as the gateway's publications
// and its kits compute it.
func TestSignatureVectors(t *testing.T) {
	tests := []struct{ name, params, want string }{
		{
			"1: of the gateway's Go kit",
			`{"txnVersion":"1.0.0","dummyRequest":"0","merchantCcid":"A100000000000000000000cc","payNowIdParam":{"accountParam":{"accountId":"dummy-account-id"},"token":"abcdef01-2345-6789-0abc-def012345678"},"serviceOptionType":"mpi-complete","orderId":"dummy-order-id","amount":"100","deviceChannel":"02"}`,
			"2b110237583f7717ccde4b641e3b31b6364e8885b4967cdb34af61e77d3c82f9",
		},
		{
			"2: of the specification",
			`{"orderId":"ivr-20260001","amount":"1000","cardNumber":"4111111111111111","cardExpire":"12/30","securityCode":"123","jpo":"61C03","withCapture":"false","txnVersion":"2.0.0","dummyRequest":"1","merchantCcid":"A100000000000000000000cc"}`,
			"1b20acc464b5e0b70a3d34d53e249aec46ae3879c93d528a71759e825603bd14",
		},
		{
			"of the connection guide's PowerShell sample",
			`{"orderId":"dummy1503015213","amount":"5","jpo":"10","withCapture":"false","payNowIdParam":{"token":"0a812412-682c-4dad-8a5d-720caf23bca0"},"txnVersion":"2.0.0","dummyRequest":"1","merchantCcid":"A100000000000000000000cc"}`,
			"d1080ba284de0a71cabfe0079ba95f46d78e610c00a6f16ff642bf2bcce1f2fe",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := newAccount(vectorCCID, vectorKey).sign([]byte(test.params)); string(got[:]) != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// Vector 2 is also what our own writer makes of that order.
func TestAuthorizeBodyIsVector2(t *testing.T) {
	const want = `{"params":{"orderId":"ivr-20260001","amount":"1000","cardNumber":"4111111111111111","cardExpire":"12/30",` +
		`"securityCode":"123","jpo":"61C03","withCapture":"false","txnVersion":"2.0.0","dummyRequest":"1",` +
		`"merchantCcid":"A100000000000000000000cc"},"authHash":"1b20acc464b5e0b70a3d34d53e249aec46ae3879c93d528a71759e825603bd14"}`
	ask := payment.Authorization{Order: order.Order{TransactionID: "ivr-20260001", Amount: 1000, PaymentCount: "3"}}
	for _, form := range []Body{BodyJSON, BodyForm} {
		t.Run(string(form), func(t *testing.T) {
			g := &Acquirer{dummy: true, body: form}
			body, err := g.authorizeBody(ask, newAccount(vectorCCID, vectorKey), []byte("4111111111111111"), []byte("1230"), []byte("123"))
			if err != nil {
				t.Fatal(err)
			}
			got := string(body)
			if form == BodyForm {
				if strings.ContainsAny(got, `{}":,/ `) {
					t.Errorf("not percent-encoded as a whole: %s", got)
				}
				if got, err = url.QueryUnescape(got); err != nil {
					t.Fatal(err)
				}
			}
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestAuthorizeBody(t *testing.T) {
	const attempt = ivr.AttemptID("0198c5d0-1234-7abc-8def-0123456789ab")
	plain := order.Order{TransactionID: "t-1", Amount: 1, PaymentCount: order.Once}
	member := plain
	member.MemberID = "a.b_c@d-e"
	tests := []struct {
		name    string
		g       Acquirer
		ask     payment.Authorization
		code    string
		want    string // a part of the params
		without string
	}{
		{"without a security code", Acquirer{}, payment.Authorization{Order: plain}, "", `"cardExpire":"12/30","jpo":"10"`, "securityCode"},
		{"captured at once", Acquirer{}, payment.Authorization{Order: plain, Capture: true}, "123", `"withCapture":"true"`, ""},
		{"for real", Acquirer{}, payment.Authorization{Order: plain}, "123", `"dummyRequest":"0"`, `"dummyRequest":"1"`},
		{"with our attempt", Acquirer{}, payment.Authorization{Order: plain, Attempt: attempt}, "123",
			`"payNowIdParam":{"freeKey":"` + string(attempt) + `"}`, "accountParam"},
		{"with our attempt, which the contract does not take", Acquirer{noFreeKey: true}, payment.Authorization{Order: plain, Attempt: attempt}, "123",
			`"withCapture":"false","txnVersion"`, "payNowIdParam"},
		{"with a member", Acquirer{}, payment.Authorization{Order: member, Attempt: attempt}, "123",
			`"payNowIdParam":{"accountParam":{"accountId":"a.b_c@d-e"},"freeKey":"` + string(attempt) + `"}`, "tanking"},
		{"with a member and tanking", Acquirer{tanking: "1"}, payment.Authorization{Order: member}, "123",
			`"payNowIdParam":{"accountParam":{"accountId":"a.b_c@d-e"},"tanking":"1"}`, "freeKey"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.g.body = BodyJSON
			body, err := test.g.authorizeBody(test.ask, newAccount(vectorCCID, vectorKey), []byte("4111111111111111"), []byte("1230"), []byte(test.code))
			if err != nil {
				t.Fatal(err)
			}
			if !json.Valid(body) {
				t.Errorf("no JSON: %s", body)
			}
			if !bytes.Contains(body, []byte(test.want)) {
				t.Errorf("got %s, want %s in it", body, test.want)
			}
			if test.without != "" && bytes.Contains(body, []byte(test.without)) {
				t.Errorf("got %s, want no %s in it", body, test.without)
			}
		})
	}
}

// Every payment count that an order can have is sent as the specification spells it.
func TestPaymentCounts(t *testing.T) {
	want := map[order.PaymentCount]string{
		"1": "10", "2": "61C02", "3": "61C03", "5": "61C05", "6": "61C06", "10": "61C10", "12": "61C12", "15": "61C15",
		"18": "61C18", "20": "61C20", "24": "61C24", "revolving": "80", "bonus": "21",
	}
	for _, count := range order.PaymentCounts() {
		jpo, err := checkOrder(order.Order{TransactionID: "t-1", Amount: 1, PaymentCount: count})
		if err != nil || jpo != want[count] {
			t.Errorf("%s: got %q, %v; want %q", count, jpo, err, want[count])
		}
		if back := paymentCount(jpo); back != count {
			t.Errorf("%s: %q came back as %q", count, jpo, back)
		}
	}
	if back := paymentCount("31"); back != "" {
		t.Errorf(`a jpo we never send came back as %q, want ""`, back)
	}
}

// What the gateway does not take is not sent at all.
func TestUnsendable(t *testing.T) {
	good := order.Order{TransactionID: "t-1", Amount: 1, PaymentCount: order.Once}
	change := func(do func(*order.Order)) order.Order {
		o := good
		do(&o)
		return o
	}
	visa := openCard{"4111111111111111", "1230", "123"}
	tests := []struct {
		name string
		o    order.Order
		c    openCard
		want error
	}{
		{"a quote in the transaction ID", change(func(o *order.Order) { o.TransactionID = `a","b":"c` }), visa, errUnsendable},
		{"no transaction ID", change(func(o *order.Order) { o.TransactionID = "" }), visa, errUnsendable},
		{"101 characters", change(func(o *order.Order) { o.TransactionID = order.TransactionID(strings.Repeat("a", 101)) }), visa, errUnsendable},
		{"a wildcard", change(func(o *order.Order) { o.TransactionID = "*" }), visa, errUnsendable},
		{"a space in the member ID", change(func(o *order.Order) { o.MemberID = "a b" }), visa, errUnsendable},
		{"nothing to pay", change(func(o *order.Order) { o.Amount = 0 }), visa, errUnsendable},
		{"nine digits of yen", change(func(o *order.Order) { o.Amount = 100_000_000 }), visa, errUnsendable},
		{"four instalments", change(func(o *order.Order) { o.PaymentCount = "4" }), visa, errUnsendable},
		{"no card number", good, openCard{"", "1230", "123"}, errCard},
		{"a letter in the card number", good, openCard{"411111111111111x", "1230", "123"}, errCard},
		{"twenty digits", good, openCard{"41111111111111111111", "1230", "123"}, errCard},
		{"half an expiry", good, openCard{"4111111111111111", "12", "123"}, errCard},
		{"a code of two digits", good, openCard{"4111111111111111", "1230", "12"}, errCard},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := test.c.Use(func(pan, expiry, code []byte) error {
				_, err := (&Acquirer{body: BodyForm}).authorizeBody(payment.Authorization{Order: test.o}, newAccount(vectorCCID, vectorKey), pan, expiry, code)
				return err
			})
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if answer := notSent(err); answer.Reply != payment.ReplyNotSent || answer.Cause == "" {
				t.Errorf("got %+v, want not_sent with a cause", answer)
			}
		})
	}
}

// The longest order there can be fits: the buffer may not grow.
func TestLongestRequest(t *testing.T) {
	g := &Acquirer{body: BodyForm, tanking: "1"}
	ask := payment.Authorization{Attempt: "0198c5d0-1234-7abc-8def-0123456789ab", Order: order.Order{
		TransactionID: order.TransactionID(strings.Repeat("x", 100)), MemberID: order.MemberID(strings.Repeat("@", 100)),
		Amount: order.MaxYen, PaymentCount: "24",
	}}
	if _, err := g.authorizeBody(ask, newAccount(vectorCCID, vectorKey), bytes.Repeat([]byte("4"), 19), []byte("1230"), []byte("1234")); err != nil {
		t.Error(err)
	}
}

// A request that does not fit is refused and wiped, never cut.
func TestTooLongRequest(t *testing.T) {
	r := newRequest()
	for range 10 {
		r.field("name", strings.Repeat("7", 300))
	}
	if _, err := (&Acquirer{}).seal(r, newAccount(vectorCCID, vectorKey)); !errors.Is(err, errTooLong) {
		t.Errorf("got %v, want %v", err, errTooLong)
	}
	if left := bytes.Trim(r.buffer[:cap(r.buffer)], "\x00"); len(left) > 0 {
		t.Errorf("%d bytes were left behind", len(left))
	}
}

// The JSON text is wiped as soon as the encoded one is made of it.
func TestFormLeavesNoPlainText(t *testing.T) {
	r := newRequest()
	r.digits("cardNumber", []byte("4111111111111111")...)
	if _, err := (&Acquirer{body: BodyForm}).seal(r, newAccount(vectorCCID, vectorKey)); err != nil {
		t.Fatal(err)
	}
	if left := bytes.Trim(r.buffer[:cap(r.buffer)], "\x00"); len(left) > 0 {
		t.Errorf("%d bytes were left behind", len(left))
	}
}

// Section 1: dummyRequest and the service's name say the same.
func TestTargets(t *testing.T) {
	for _, test := range []struct {
		dummy bool
		to    service
		name  string
		want  string
	}{
		{false, paynow, "Authorize/card", "https://h:1/paynow/v2/Authorize/card"},
		{true, paynow, "Authorize/card", "https://h:1/test-paynow/v2/Authorize/card"},
		{false, paynowSearch, "Search/search", "https://h:1/paynow-search/v2/Search/search"},
		{true, paynowSearch, "Search/search", "https://h:1/test-paynow-search/v2/Search/search"},
	} {
		g := &Acquirer{base: &url.URL{Scheme: "https", Host: "h:1", Path: "/"}, dummy: test.dummy}
		if got := g.target(test.to, test.name).String(); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}
