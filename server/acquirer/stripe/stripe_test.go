package stripe

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/server/payment"
	"tsunagi/shared/order"
)

type openCard struct{ pan, expiry, code string }

func (c openCard) Use(fn func(pan, expiry, code []byte) error) error {
	return fn([]byte(c.pan), []byte(c.expiry), []byte(c.code))
}

var visa = openCard{"4242424242424242", "1230", "739"}

func ask(id order.TransactionID, attempt ivr.AttemptID, amount order.Yen) payment.Authorization {
	return payment.Authorization{
		Attempt: attempt, Merchant: "shop",
		Order: order.Order{TransactionID: id, Amount: amount, PaymentCount: order.Once},
	}
}

func key(id order.TransactionID) payment.OrderKey {
	return payment.OrderKey{Merchant: "shop", TransactionID: id}
}

// story is an inquiry in words.
func story(t *testing.T, a *Acquirer, id order.TransactionID) string {
	t.Helper()
	inquiry, err := a.Inquire(t.Context(), key(id))
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, transaction := range inquiry.Transactions {
		words = append(words, fmt.Sprintf("%s %s %d", transaction.Kind, transaction.Reply, transaction.Amount))
	}
	return strings.Join(words, ", ")
}

// The whole life of payments, every request held against Stripe's published
// interface by stripe-mock.
func TestAgainstStripeMock(t *testing.T) {
	m := &memory{t: t, mock: startMock(t)}
	a := start(t, m)
	steps := []struct {
		name  string
		do    func() payment.Answer
		reply payment.Reply
		after string // of ivr-1
	}{
		{"authorize", func() payment.Answer { return a.Authorize(t.Context(), ask("ivr-1", "attempt-1", 1000), visa) },
			payment.ReplyApproved, "authorize approved 1000"},
		{"another order, captured at once, in 3 parts", func() payment.Answer {
			other := ask("ivr-2", "attempt-2", 500)
			other.Capture, other.Order.PaymentCount, other.Order.MemberID = true, "3", "taro"
			return a.Authorize(t.Context(), other, visa)
		}, payment.ReplyApproved, "authorize approved 1000"},
		{"release a part", func() payment.Answer { return a.Cancel(t.Context(), key("ivr-1"), 300) },
			payment.ReplyNotSent, "authorize approved 1000"},
		{"capture", func() payment.Answer { return a.Capture(t.Context(), key("ivr-1"), 1000) },
			payment.ReplyApproved, "authorize approved 1000, capture approved 1000"},
		{"refund a part", func() payment.Answer { return a.Cancel(t.Context(), key("ivr-1"), 300) },
			payment.ReplyApproved, "authorize approved 1000, capture approved 1000, cancel approved 300"},
		{"refund the same part again", func() payment.Answer { return a.Cancel(t.Context(), key("ivr-1"), 300) },
			payment.ReplyApproved, "authorize approved 1000, capture approved 1000, cancel approved 600"},
		{"refund the rest", func() payment.Answer { return a.Cancel(t.Context(), key("ivr-1"), 0) },
			payment.ReplyApproved, "authorize approved 1000, capture approved 1000, cancel approved 1000"},
		{"capture an unknown order", func() payment.Answer { return a.Capture(t.Context(), key("ivr-9"), 1) },
			payment.ReplyDeclined, "authorize approved 1000, capture approved 1000, cancel approved 1000"},
		{"authorize a third", func() payment.Answer { return a.Authorize(t.Context(), ask("ivr-3", "attempt-3", 700), visa) },
			payment.ReplyApproved, "authorize approved 1000, capture approved 1000, cancel approved 1000"},
		{"release it", func() payment.Answer { return a.Cancel(t.Context(), key("ivr-3"), 700) },
			payment.ReplyApproved, "authorize approved 1000, capture approved 1000, cancel approved 1000"},
	}
	for _, step := range steps {
		got := step.do()
		if got.Reply != step.reply {
			t.Fatalf("%s: got %+v, want %s", step.name, got, step.reply)
		}
		if got.Reply == payment.ReplyApproved && (got.GatewayTxn == "" || got.TransactionID == "" || got.Amount == 0) {
			t.Errorf("%s: got %+v without an echo", step.name, got)
		}
		if told := story(t, a, "ivr-1"); told != step.after {
			t.Errorf("%s: got %q, want %q", step.name, told, step.after)
		}
	}
	if told := story(t, a, "ivr-3"); told != "authorize approved 700, cancel approved 700" {
		t.Errorf("ivr-3: got %q", told)
	}
	if told := story(t, a, "ivr-9"); told != "" {
		t.Errorf("ivr-9: got %q, want nothing", told)
	}
	inquiry, err := a.Inquire(t.Context(), key("ivr-2"))
	if err != nil || len(inquiry.Transactions) != 1 || inquiry.Transactions[0].Attempt != "attempt-2" {
		t.Errorf("ivr-2: got %+v, %v", inquiry, err)
	}
	books, err := a.Books(t.Context(), "shop", time.Now().Add(-time.Hour), time.Now())
	if err != nil || len(books) != 3 || len(books["ivr-3"].Transactions) != 2 {
		t.Errorf("the books have %+v, %v", books, err)
	}
	want := []string{
		"/v1/payment_methods attempt-1-card", "/v1/payment_intents attempt-1",
		"/v1/payment_methods attempt-2-card", "/v1/payment_intents attempt-2",
		"/v1/payment_intents/pi_1/capture capture-pi_1-1000",
		"/v1/refunds refund-pi_1-0-300", "/v1/refunds refund-pi_1-300-300", "/v1/refunds refund-pi_1-600-400",
		"/v1/payment_methods attempt-3-card", "/v1/payment_intents attempt-3", "/v1/payment_intents/pi_3/cancel cancel-pi_3",
	}
	if got := strings.Join(m.posts(), "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	holdRequests(t, m)
}

// holdRequests looks at what the requests said.
func holdRequests(t *testing.T, m *memory) {
	t.Helper()
	for _, s := range m.sent {
		if number := s.form.Get("card[number]"); (s.path == "/v1/payment_methods") != (number == visa.pan) {
			t.Errorf("%s has the card number %q", s.path, number)
		}
		if s.path == "/v1/payment_methods" && (s.form.Get("card[exp_month]") != "12" || s.form.Get("card[exp_year]") != "2030" || s.form.Get("card[cvc]") != "739") {
			t.Errorf("the card is not the one that was keyed: %v", s.form)
		}
		if s.path != "/v1/payment_intents" || s.method != http.MethodPost {
			continue
		}
		for name, want := range map[string]string{
			"currency": "jpy", "confirm": "true", "error_on_requires_action": "true", "payment_method_options[card][moto]": "true",
		} {
			if got := s.form.Get(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
	}
	plan := m.sent[indexOf(m, "attempt-2")].form
	if plan.Get("payment_method_options[card][installments][plan][count]") != "3" || plan.Get("capture_method") != "automatic" || plan.Get("metadata[member]") != "taro" {
		t.Errorf("the second order is %v", plan)
	}
}

func indexOf(m *memory, key string) int {
	for n, s := range m.sent {
		if s.idempotencyKey == key {
			return n
		}
	}
	return 0
}

// stripe-mock does look: a parameter that Stripe does not have is refused, and so
// would be a mistake of ours.
func TestStripeMockLooks(t *testing.T) {
	response, err := http.PostForm(startMock(t)+"/v1/payment_intents", map[string][]string{"amount": {"1000"}, "currency": {"jpy"}, "order": {"ivr-1"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusOK {
		t.Error("stripe-mock takes anything")
	}
}

func TestReadKeys(t *testing.T) {
	write := func(mode os.FileMode, text string) string {
		path := filepath.Join(t.TempDir(), "stripe.secret")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const good = "[shop]\nsecret_key = \"sk_test_abc\"\n"
	keys, err := ReadKeys(write(0o600, good))
	if err != nil || keys.of["shop"]() != "sk_test_abc" {
		t.Fatalf("got %v", err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		if printed := fmt.Sprintf(verb, keys); strings.Contains(printed, "sk_test") {
			t.Errorf("%s prints the key", verb)
		}
	}
	for name, path := range map[string]string{
		"readable by others": write(0o644, good),
		"empty":              write(0o600, ""),
		"no TOML":            write(0o600, "sk_test_abc"),
		"a publishable key":  write(0o600, strings.Replace(good, "sk_", "pk_", 1)),
		"one key for two":    write(0o600, good+strings.Replace(good, "shop", "depot", 1)),
		"missing":            filepath.Join(t.TempDir(), "missing"),
	} {
		if _, err := ReadKeys(path); err == nil || strings.Contains(err.Error(), "test_abc") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
