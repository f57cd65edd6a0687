package veritrans4g

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/server/gatewaysim"
	"tsunagi/server/payment"
	"tsunagi/shared/order"
)

// The canary: a test card, an expiry and a code that appear nowhere else.
var canary = openCard{"378282246310005", "1229", "7391"}

// patience is the client's deadline for faults that mean silence.
const patience = 400 * time.Millisecond

// start runs the simulated gateway on a port of its own and makes a client for it.
func start(t testing.TB, c gatewaysim.Config, change func(*Config)) (*Acquirer, *gatewaysim.Server) {
	t.Helper()
	c.Accounts = []gatewaysim.Account{{CCID: vectorCCID, SecretKey: vectorKey}}
	c.Listen = "127.0.0.1:0"
	gateway, err := gatewaysim.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := gateway.Close(); err != nil {
			t.Error(err)
		}
	})
	roots := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(roots, gateway.Certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	conf := Config{
		URL: gateway.URL, Dummy: true, RootsFile: roots,
		Accounts: Accounts{of: map[ivr.MerchantID]account{"shop": newAccount(vectorCCID, vectorKey)}},
	}
	if change != nil {
		change(&conf)
	}
	g, err := New(conf)
	if err != nil {
		t.Fatal(err)
	}
	return g, gateway
}

func ask(id order.TransactionID, amount order.Yen) payment.Authorization {
	return payment.Authorization{
		Attempt: "0198c5d0-1234-7abc-8def-0123456789ab", Merchant: "shop",
		Order: order.Order{TransactionID: id, Amount: amount, PaymentCount: order.Once},
	}
}

func key(id order.TransactionID) payment.OrderKey {
	return payment.OrderKey{Merchant: "shop", TransactionID: id}
}

// Both body forms, and both sides' reading of the protocol, agree on a payment.
func TestAuthorize(t *testing.T) {
	for _, form := range []Body{BodyForm, BodyJSON} {
		t.Run(string(form), func(t *testing.T) {
			g, gateway := start(t, gatewaysim.Config{}, func(c *Config) { c.Body = form })
			a := ask("ivr-1", 36500)
			a.Order.PaymentCount, a.Order.MemberID, a.Capture = "12", "member@example", true
			got := g.Authorize(t.Context(), a, canary)
			if got.Reply != payment.ReplyApproved || got.Code != "A001X00100000000" || got.TransactionID != "ivr-1" ||
				got.Amount != 36500 || got.AuthCode == "" || got.GatewayTxn == "" || got.MerchantTxn == "" || got.WroteAt.IsZero() {
				t.Fatalf("got %+v", got)
			}
			books := gateway.Ledger("ivr-1")
			if len(books) != 1 || books[0].Successes != 1 || books[0].Charged != 36500 {
				t.Fatalf("the gateway has %+v", books)
			}
			line := books[0].Lines[0]
			if line.JPO != "61C12" || line.Member != "member@example" || !line.Capture || line.FreeKey != string(a.Attempt) || !line.Dummy {
				t.Errorf("the gateway has %+v", line)
			}
			inquiry, err := g.Inquire(t.Context(), key("ivr-1"))
			if err != nil || len(inquiry.Transactions) != 1 {
				t.Fatalf("got %+v, %v", inquiry, err)
			}
			found := inquiry.Transactions[0]
			if age := time.Since(found.At); age < -time.Second || age > time.Minute {
				t.Errorf("the transaction is %v old: another clock than Japan's?", age)
			}
			found.At = time.Time{}
			want := payment.Transaction{
				ID: got.GatewayTxn, Attempt: a.Attempt, Kind: payment.KindAuthorize, Reply: payment.ReplyApproved,
				Code: "A001000000000000", Amount: 36500, PaymentCount: "12", AuthCode: got.AuthCode,
			}
			if found != want {
				t.Errorf("got  %+v\nwant %+v", found, want)
			}
		})
	}
}

// Section 6: the test cards, and the expiries that force a refusal.
func TestForcedRefusals(t *testing.T) {
	g, _ := start(t, gatewaysim.Config{}, nil)
	tests := []struct {
		c     openCard
		code  string
		class payment.Class
	}{
		{openCard{"4111111111111111", "1230", "123"}, "A001", payment.ClassNone},
		{openCard{"5555555555554444", "1230", "123"}, "A001", payment.ClassNone},
		{openCard{"3528000000000007", "1230", "123"}, "A001", payment.ClassNone},
		{openCard{"378282246310005", "1230", "1234"}, "A001", payment.ClassNone},
		{openCard{"36666666666660", "1230", ""}, "A001", payment.ClassNone},
		{openCard{"4242424242424242", "1230", "123"}, "AC01", payment.ClassInput},
		{openCard{"4111111111111111", "1330", "123"}, "AC02", payment.ClassInput},
		{openCard{"4111111111111111", "0199", "123"}, "AG33", payment.ClassRefused},
		{openCard{"4111111111111111", "0299", "123"}, "AG41", payment.ClassSecurityCode},
		{openCard{"4111111111111111", "0399", "123"}, "AG64", payment.ClassRefused},
		{openCard{"4111111111111111", "0499", "123"}, "AG39", payment.ClassRefused},
		{openCard{"4111111111111111", "0599", "123"}, "AG45", payment.ClassRefused},
		{openCard{"4111111111111111", "0699", "123"}, "AG70", payment.ClassRefused},
		{openCard{"4111111111111111", "0799", "123"}, "AG46", payment.ClassRefused},
		{openCard{"4111111111111111", "0899", "123"}, "AG72", payment.ClassRefused},
		{openCard{"4111111111111111", "0999", "123"}, "AG61", payment.ClassCard},
		{openCard{"4111111111111111", "1099", "123"}, "AG49", payment.ClassRefused},
		{openCard{"4111111111111111", "1199", "123"}, "AG48", payment.ClassCard},
		{openCard{"4111111111111111", "1299", "123"}, "AG44", payment.ClassRefused},
		{openCard{"4111111111111111", "0198", "123"}, "AG47", payment.ClassRefused},
		{openCard{"4111111111111111", "0298", "123"}, "AG71", payment.ClassRefused},
		{openCard{"4111111111111111", "0398", "123"}, "AG51", payment.ClassRefused},
	}
	for n, test := range tests {
		id := order.TransactionID(fmt.Sprintf("ivr-%d", n))
		got := g.Authorize(t.Context(), ask(id, 100), test.c)
		if block(got.Code) != test.code || got.Class != test.class || got.Message == "" {
			t.Errorf("expiry %s: got %+v, want %s %q", test.c.expiry, got, test.code, test.class)
		}
		approved := test.code == "A001"
		if approved != (got.Reply == payment.ReplyApproved) || !approved != (got.Reply == payment.ReplyDeclined) {
			t.Errorf("expiry %s: got %s", test.c.expiry, got.Reply)
		}
	}
}

// A refused order may be tried again under its ID; a paid one is NH18.
func TestDuplicate(t *testing.T) {
	g, gateway := start(t, gatewaysim.Config{}, nil)
	bad := canary
	bad.expiry = "0299"
	for n, want := range []payment.Class{payment.ClassSecurityCode, payment.ClassNone, payment.ClassDuplicate} {
		c := canary
		if n == 0 {
			c = bad
		}
		if got := g.Authorize(t.Context(), ask("ivr-1", 100), c); got.Class != want {
			t.Errorf("attempt %d: got %+v, want %q", n+1, got, want)
		}
	}
	if n := gateway.Successes("ivr-1"); n != 1 {
		t.Errorf("charged %d times, want once", n)
	}
	inquiry, err := g.Inquire(t.Context(), key("ivr-1"))
	if err != nil {
		t.Fatal(err)
	}
	var replies []payment.Reply
	for _, transaction := range inquiry.Transactions {
		replies = append(replies, transaction.Reply)
		if transaction.Attempt != "" {
			t.Errorf("got attempt %q: with three authorizations the key cannot say whose it is", transaction.Attempt)
		}
	}
	if got := fmt.Sprint(replies); got != "[declined approved declined]" {
		t.Errorf("got %s", got)
	}
}

func TestCaptureAndCancel(t *testing.T) {
	g, gateway := start(t, gatewaysim.Config{}, nil)
	steps := []struct {
		name  string
		do    func() payment.Answer
		reply payment.Reply
		class payment.Class
		yen   int64 // charged afterwards
	}{
		{"capture before", func() payment.Answer { return g.Capture(t.Context(), key("ivr-1"), 100) }, payment.ReplyDeclined, payment.ClassState, 0},
		{"authorize", func() payment.Answer { return g.Authorize(t.Context(), ask("ivr-1", 1000), canary) }, payment.ReplyApproved, "", 1000},
		{"capture too much", func() payment.Answer { return g.Capture(t.Context(), key("ivr-1"), 1001) }, payment.ReplyDeclined, payment.ClassState, 1000},
		{"capture", func() payment.Answer { return g.Capture(t.Context(), key("ivr-1"), 1000) }, payment.ReplyApproved, "", 1000},
		{"capture again", func() payment.Answer { return g.Capture(t.Context(), key("ivr-1"), 1000) }, payment.ReplyDeclined, payment.ClassState, 1000},
		{"cancel a part", func() payment.Answer { return g.Cancel(t.Context(), key("ivr-1"), 300) }, payment.ReplyApproved, "", 700},
		{"cancel the rest", func() payment.Answer { return g.Cancel(t.Context(), key("ivr-1"), 0) }, payment.ReplyApproved, "", 0},
		{"cancel again", func() payment.Answer { return g.Cancel(t.Context(), key("ivr-1"), 0) }, payment.ReplyDeclined, payment.ClassState, 0},
		{"capture nothing", func() payment.Answer { return g.Capture(t.Context(), key("ivr-1"), 0) }, payment.ReplyNotSent, "", 0},
		{"of nobody", func() payment.Answer {
			return g.Cancel(t.Context(), payment.OrderKey{Merchant: "other", TransactionID: "ivr-1"}, 0)
		}, payment.ReplyNotSent, "", 0},
	}
	for _, step := range steps {
		got := step.do()
		if got.Reply != step.reply || got.Class != step.class {
			t.Fatalf("%s: got %+v, want %s %q", step.name, got, step.reply, step.class)
		}
		var charged int64
		for _, e := range gateway.Ledger("ivr-1") {
			charged += e.Charged
		}
		if charged != step.yen {
			t.Fatalf("%s: %d yen are charged, want %d", step.name, charged, step.yen)
		}
	}
	inquiry, err := g.Inquire(t.Context(), key("ivr-1"))
	if err != nil {
		t.Fatal(err)
	}
	var story []string
	for _, transaction := range inquiry.Transactions {
		story = append(story, fmt.Sprintf("%s %s %d", transaction.Kind, transaction.Reply, transaction.Amount))
	}
	want := "capture declined 100, authorize approved 1000, capture declined 1001, capture approved 1000, capture declined 1000, " +
		"cancel approved 300, cancel approved 700, cancel declined 0"
	if got := strings.Join(story, ", "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestReAuthorize(t *testing.T) {
	g, gateway := start(t, gatewaysim.Config{}, nil)
	if got := g.Authorize(t.Context(), ask("ivr-1", 1000), canary); got.Reply != payment.ReplyApproved {
		t.Fatalf("got %+v", got)
	}
	if got := g.ReAuthorize(t.Context(), ask("ivr-2", 500), "ivr-1"); got.Reply != payment.ReplyApproved || got.Amount != 500 {
		t.Errorf("got %+v, want 500 yen approved", got)
	}
	if got := g.ReAuthorize(t.Context(), ask("ivr-3", 500), "ivr-unknown"); got.Class != payment.ClassState {
		t.Errorf("got %+v, want a refusal", got)
	}
	if got := g.ReAuthorize(t.Context(), ask("ivr-1", 500), "ivr-1"); got.Reply != payment.ReplyNotSent {
		t.Errorf("got %+v: an order may not be its own original", got)
	}
	if n := gateway.Successes("ivr-2"); n != 1 {
		t.Errorf("ivr-2 has %d successes, want 1", n)
	}
}

// A span with more orders than an answer may bring is searched in parts, to the
// minute; here all orders are of one minute or two, so only the error can show.
func TestBooks(t *testing.T) {
	g, _ := start(t, gatewaysim.Config{}, nil)
	from := time.Now()
	for n := range 5 {
		if got := g.Authorize(t.Context(), ask(order.TransactionID(fmt.Sprintf("ivr-%d", n)), 100), canary); got.Reply != payment.ReplyApproved {
			t.Fatalf("got %+v", got)
		}
	}
	books, err := g.Books(t.Context(), "shop", from, time.Now())
	if err != nil || len(books) != 5 || len(books["ivr-3"].Transactions) != 1 {
		t.Errorf("got %d orders, %v; want 5", len(books), err)
	}
	books, err = g.Books(t.Context(), "shop", from.Add(-time.Hour), from.Add(-2*time.Minute))
	if err != nil || len(books) != 0 {
		t.Errorf("got %d orders of an hour ago, %v; want none", len(books), err)
	}
}
