package stripe

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/server/payment"
)

// stripeError is an error as Stripe words it. It quotes more than it should.
func stripeError(kind, code, decline string) string {
	return fmt.Sprintf(`{"error":{"type":%q,"code":%q,"decline_code":%q,"message":"Your card 4242424242424242 with 739 was declined."}}`, kind, code, decline)
}

// intent is a PaymentIntent as Stripe answers it.
func intent(status, order string, amount int, currency string) string {
	return fmt.Sprintf(`{"id":"pi_1","object":"payment_intent","status":%q,"amount":%d,"currency":%q,"metadata":{"merchant":"shop","order":%q}}`,
		status, amount, currency, order)
}

// What each answer to the second request, the one about money, is taken for; and no
// word of an answer that quotes the card is passed on.
func TestAnswers(t *testing.T) {
	var sink bytes.Buffer
	log.SetOutput(&sink)
	defer log.SetOutput(os.Stderr)
	tests := []struct {
		name   string
		status int
		body   string
		reply  payment.Reply
		class  payment.Class
		cause  string
	}{
		{"succeeded", 200, intent("succeeded", "ivr-1", 1000, "jpy"), payment.ReplyApproved, "", ""},
		{"to be captured", 200, intent("requires_capture", "ivr-1", 1000, "jpy"), payment.ReplyApproved, "", ""},
		{"processing", 200, intent("processing", "ivr-1", 1000, "jpy"), payment.ReplyPending, "", ""},
		{"wants authentication", 200, intent("requires_action", "ivr-1", 1000, "jpy"), payment.ReplyLost, "", "unexpected_status"},
		{"an unknown status", 200, intent("done", "ivr-1", 1000, "jpy"), payment.ReplyLost, "", "unexpected_status"},
		{"another order", 200, intent("succeeded", "ivr-2", 1000, "jpy"), payment.ReplyLost, "", "wrong_echo"},
		{"another amount", 200, intent("succeeded", "ivr-1", 1001, "jpy"), payment.ReplyLost, "", "wrong_echo"},
		{"another currency", 200, intent("succeeded", "ivr-1", 1000, "usd"), payment.ReplyLost, "", "wrong_echo"},
		{"cut off", 200, intent("succeeded", "ivr-1", 1000, "jpy")[:60], payment.ReplyLost, "", "connection_lost"},
		{"a page", 200, "<html>succeeded 4242424242424242</html>", payment.ReplyLost, "", "connection_lost"},
		{"nothing", 200, "", payment.ReplyLost, "", "connection_lost"},
		{"elsewhere", 307, "", payment.ReplyLost, "", "connection_lost"},
		{"declined", 402, stripeError("card_error", "card_declined", "do_not_honor"), payment.ReplyDeclined, payment.ClassRefused, ""},
		{"stolen", 402, stripeError("card_error", "card_declined", "stolen_card"), payment.ReplyDeclined, payment.ClassCard, ""},
		{"no money", 402, stripeError("card_error", "card_declined", "insufficient_funds"), payment.ReplyDeclined, payment.ClassRefused, ""},
		{"the code", 402, stripeError("card_error", "incorrect_cvc", ""), payment.ReplyDeclined, payment.ClassSecurityCode, ""},
		{"expired", 402, stripeError("card_error", "expired_card", ""), payment.ReplyDeclined, payment.ClassCard, ""},
		{"an unknown decline", 402, stripeError("card_error", "new_code", ""), payment.ReplyDeclined, payment.ClassRefused, ""},
		{"402 for another reason", 402, stripeError("api_error", "", ""), payment.ReplyLost, "", "http_402"},
		{"a parameter", 400, stripeError("invalid_request_error", "parameter_unknown", ""), payment.ReplyDeclined, payment.ClassLocal, ""},
		{"an invalid request as 402", 402, stripeError("invalid_request_error", "", ""), payment.ReplyLost, "", "http_402"},
		{"a wrong key", 401, stripeError("invalid_request_error", "", ""), payment.ReplyDeclined, payment.ClassLocal, ""},
		{"the same key, other parameters", 400, stripeError("idempotency_error", "", ""), payment.ReplyLost, "", "idempotency"},
		{"at the same time", 409, stripeError("invalid_request_error", "lock_timeout", ""), payment.ReplyLost, "", "http_409"},
		{"too many", 429, stripeError("invalid_request_error", "rate_limit", ""), payment.ReplyLost, "", "http_429"},
		{"broken", 500, stripeError("api_error", "", ""), payment.ReplyLost, "", "http_500"},
		{"broken, in HTML", 502, "<html>4242424242424242</html>", payment.ReplyLost, "", "connection_lost"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			asked := 0
			a := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				if r.URL.Path == "/v1/payment_methods" {
					_, _ = io.WriteString(w, `{"id":"pm_1","object":"payment_method"}`)
					return
				}
				asked++
				w.Header().Set("Location", "/v1/elsewhere")
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			}))
			got := a.Authorize(t.Context(), ask("ivr-1", "attempt-1", 1000), visa)
			if got.Reply != test.reply || got.Class != test.class || got.Cause != test.cause {
				t.Errorf("got %+v, want %s %q %q", got, test.reply, test.class, test.cause)
			}
			if asked != 1 {
				t.Errorf("asked %d times", asked)
			}
			if got.WroteAt.IsZero() {
				t.Error("no byte was seen to leave")
			}
			got.WroteAt = time.Time{}
			for _, trace := range []string{visa.pan, visa.code} {
				if strings.Contains(fmt.Sprintf("%+v", got), trace) || strings.Contains(sink.String(), trace) {
					t.Errorf("the card is in %+v or in the log", got)
				}
			}
		})
	}
}

// Whatever goes wrong with the card's own request, nobody was charged.
func TestCardRequest(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		reply  payment.Reply
		class  payment.Class
	}{
		{"a number that is none", 402, stripeError("card_error", "incorrect_number", ""), payment.ReplyDeclined, payment.ClassInput},
		{"an account not approved", 403, stripeError("invalid_request_error", "", ""), payment.ReplyDeclined, payment.ClassLocal},
		{"an account not approved, as 402", 402, stripeError("invalid_request_error", "", ""), payment.ReplyDeclined, payment.ClassLocal},
		{"broken", 500, stripeError("api_error", "", ""), payment.ReplyNotSent, ""},
		{"unreadable", 200, "4242424242424242", payment.ReplyNotSent, ""},
		{"without an ID", 200, "{}", payment.ReplyNotSent, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				if r.URL.Path != "/v1/payment_methods" {
					t.Errorf("%s was asked for money", r.URL.Path)
				}
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			}))
			if got := a.Authorize(t.Context(), ask("ivr-1", "attempt-1", 1000), visa); got.Reply != test.reply || got.Class != test.class {
				t.Errorf("got %+v, want %s %q", got, test.reply, test.class)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	keys, err := NewKeys(map[ivr.MerchantID]string{"shop": "sk_test_123"})
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(Config{Keys: keys, URL: "https://" + address})
	if err != nil {
		t.Fatal(err)
	}
	if got := a.Authorize(t.Context(), ask("ivr-1", "attempt-1", 1000), visa); got.Reply != payment.ReplyNotSent || !got.WroteAt.IsZero() {
		t.Errorf("got %+v, want not_sent", got)
	}
	if got, err := a.Inquire(t.Context(), key("ivr-1")); err == nil {
		t.Errorf("got %+v, want an error", got)
	}
	if got := a.Capture(t.Context(), key("ivr-1"), 1000); got.Reply != payment.ReplyNotSent {
		t.Errorf("got %+v, want not_sent", got)
	}
}

// A deadline in the middle of the second request leaves it lost.
func TestDeadline(t *testing.T) {
	arrived := make(chan struct{})
	a := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.URL.Path == "/v1/payment_methods" {
			_, _ = io.WriteString(w, `{"id":"pm_1"}`)
			return
		}
		close(arrived)
		<-r.Context().Done()
	}))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	if got := a.Authorize(ctx, ask("ivr-1", "attempt-1", 1000), visa); got.Reply != payment.ReplyLost || got.WroteAt.IsZero() {
		t.Errorf("got %+v, want lost", got)
	}
}

// What Stripe could not take is not sent at all.
func TestUnsendable(t *testing.T) {
	a := start(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("something was sent") }))
	good := ask("ivr-1", "attempt-1", 1000)
	change := func(do func(*payment.Authorization)) payment.Authorization {
		changed := good
		do(&changed)
		return changed
	}
	for name, test := range map[string]struct {
		ask payment.Authorization
		c   payment.Card
	}{
		"nobody's":             {change(func(p *payment.Authorization) { p.Merchant = "other" }), visa},
		"without an attempt":   {change(func(p *payment.Authorization) { p.Attempt = "" }), visa},
		"an odd payment count": {change(func(p *payment.Authorization) { p.Order.PaymentCount = "often" }), visa},
		"a quote":              {change(func(p *payment.Authorization) { p.Order.TransactionID = "a'b" }), visa},
		"without a card":       {good, nil},
		"a short card":         {good, openCard{"4242", "1230", "739"}},
		"a letter":             {good, openCard{"424242424242424x", "1230", "739"}},
	} {
		if got := a.Authorize(t.Context(), test.ask, test.c); got.Reply != payment.ReplyNotSent {
			t.Errorf("%s: got %+v, want not_sent", name, got)
		}
	}
}
