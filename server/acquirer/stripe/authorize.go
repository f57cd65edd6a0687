package stripe

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	lib "github.com/stripe/stripe-go/v85"

	"tsunagi/server/payment"
	"tsunagi/shared/order"
)

// The names of our metadata.
const (
	metaMerchant = "merchant"
	metaOrder    = "order"
	metaAttempt  = "attempt"
	metaMember   = "member"
)

// Authorize asks for an authorization once and answers once (payment.Acquirer).
func (a *Acquirer) Authorize(ctx context.Context, ask payment.Authorization, c payment.Card) payment.Answer {
	to, ok := a.clients[ask.Merchant]
	if !ok {
		return notSent("no_account")
	}
	options, ok := a.cardOptions(ask.Order.PaymentCount)
	if !ok || c == nil || ask.Attempt == "" || !plain(string(ask.Order.TransactionID)) {
		return notSent("unsendable_order")
	}
	method, refused := to.method(ctx, ask, c)
	if method == "" {
		return refused
	}
	params := &lib.PaymentIntentCreateParams{
		Amount: lib.Int64(int64(ask.Order.Amount)), Currency: lib.String(string(lib.CurrencyJPY)),
		PaymentMethod: lib.String(method), PaymentMethodTypes: []*string{lib.String("card")},
		Confirm: lib.Bool(true), ErrorOnRequiresAction: lib.Bool(true),
		CaptureMethod:        lib.String(captureMethod(ask.Capture)),
		PaymentMethodOptions: &lib.PaymentIntentCreatePaymentMethodOptionsParams{Card: options},
	}
	for name, value := range metadata(ask) {
		params.AddMetadata(name, value)
	}
	params.SetIdempotencyKey(string(ask.Attempt))
	left := &wrote{}
	intent, err := to.V1PaymentIntents.Create(left.watch(ctx), params)
	answer := payment.Answer{}
	switch {
	case err == nil:
		answer = judge(intent, ask.Key(), ask.Order.Amount)
	case !left.seen() && !errors.As(err, new(*lib.Error)):
		answer = notSent("connect")
	default:
		answer = failure(err)
	}
	answer.WroteAt = left.at
	return answer
}

// method makes a PaymentMethod of the card and returns its ID, or why there is none.
// No money is asked for: whatever goes wrong, nothing was charged.
func (to client) method(ctx context.Context, ask payment.Authorization, c payment.Card) (string, payment.Answer) {
	var body []byte
	if err := c.Use(func(pan, expiry, code []byte) (err error) {
		body, err = cardBody(pan, expiry, code)
		return err
	}); err != nil {
		return "", notSent("card_gone")
	}
	defer clear(body[:cap(body)])
	params := &lib.Params{Context: ctx}
	params.SetIdempotencyKey(string(ask.Attempt) + "-card")
	made := &lib.PaymentMethod{}
	err := to.raw.CallRaw(http.MethodPost, "/v1/payment_methods", to.key(), body, params, made)
	if err == nil && made.ID != "" {
		return made.ID, payment.Answer{}
	}
	var said *lib.Error
	switch answer := failure(err); {
	case answer.Reply == payment.ReplyDeclined:
		return "", answer
	case errors.As(err, &said) && said.Type == lib.ErrorTypeInvalidRequest:
		return "", ours.answer(payment.ReplyDeclined) // whatever its status: raw cards are not approved, say
	}
	return "", notSent("card_not_taken")
}

var errCard = errors.New("the card's digits are not digits")

// maxCardBody is more than a card's request takes. The buffer never grows: growing
// would leave a copy behind.
const maxCardBody = 256

// cardBody writes the card as Stripe's API takes it. It runs inside Card.Use; the
// body is the caller's to wipe.
func cardBody(pan, expiry, code []byte) ([]byte, error) {
	if !digits(pan, 12, 19) || !digits(expiry, 4, 4) || len(code) > 0 && !digits(code, 3, 4) {
		return nil, errCard
	}
	body := make([]byte, 0, maxCardBody)
	body = append(append(body, "type=card&card[number]="...), pan...)
	body = append(append(body, "&card[exp_month]="...), expiry[:2]...)
	body = append(append(body, "&card[exp_year]=20"...), expiry[2:]...)
	if len(code) > 0 {
		body = append(append(body, "&card[cvc]="...), code...)
	}
	return body, nil
}

func digits(s []byte, least, most int) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(s) >= least && len(s) <= most
}

// cardOptions are the payment method's options; not ok for a payment count that
// Stripe does not know.
func (a *Acquirer) cardOptions(count order.PaymentCount) (*lib.PaymentIntentCreatePaymentMethodOptionsCardParams, bool) {
	options := &lib.PaymentIntentCreatePaymentMethodOptionsCardParams{}
	if a.moto {
		options.MOTO = lib.Bool(true)
	}
	if count == order.Once {
		return options, true
	}
	plan := &lib.PaymentIntentCreatePaymentMethodOptionsCardInstallmentsPlanParams{}
	switch count {
	case order.Revolving, order.Bonus:
		plan.Type = lib.String(string(count)) // spelled alike
	default:
		n, err := strconv.ParseInt(string(count), 10, 64)
		if err != nil || n < 2 {
			return nil, false
		}
		plan.Type, plan.Count, plan.Interval = lib.String("fixed_count"), lib.Int64(n), lib.String("month")
	}
	options.Installments = &lib.PaymentIntentCreatePaymentMethodOptionsCardInstallmentsParams{Enabled: lib.Bool(true), Plan: plan}
	return options, true
}

func captureMethod(now bool) string {
	if now {
		return string(lib.PaymentIntentCaptureMethodAutomatic)
	}
	return string(lib.PaymentIntentCaptureMethodManual)
}

func metadata(ask payment.Authorization) map[string]string {
	m := map[string]string{
		metaMerchant: string(ask.Merchant), metaOrder: string(ask.Order.TransactionID), metaAttempt: string(ask.Attempt),
	}
	if ask.Order.MemberID != "" {
		m[metaMember] = string(ask.Order.MemberID)
	}
	return m
}

// judge reads a PaymentIntent that was made for an order.
func judge(intent *lib.PaymentIntent, o payment.OrderKey, amount order.Yen) payment.Answer {
	echoed := about(intent, o) && order.Yen(intent.Amount) == amount
	var answer payment.Answer
	switch intent.Status {
	case lib.PaymentIntentStatusSucceeded, lib.PaymentIntentStatusRequiresCapture:
		answer = authorized.answer(payment.ReplyApproved)
	case lib.PaymentIntentStatusProcessing:
		answer = undecided.answer(payment.ReplyPending)
	default:
		return lost("unexpected_status")
	}
	if !echoed {
		return lost("wrong_echo")
	}
	answer.GatewayTxn, answer.TransactionID, answer.Amount = intent.ID, o.TransactionID, amount
	return answer
}

// about tells whether a PaymentIntent is of an order, in yen.
func about(intent *lib.PaymentIntent, o payment.OrderKey) bool {
	return intent.Metadata[metaMerchant] == string(o.Merchant) && intent.Metadata[metaOrder] == string(o.TransactionID) &&
		intent.Currency == lib.CurrencyJPY
}

// plain tells whether an ID may stand in a search without being taken for syntax.
func plain(id string) bool {
	for _, c := range id {
		if !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_' || c == '-') {
			return false
		}
	}
	return id != "" && len(id) <= 100
}

func notSent(cause string) payment.Answer {
	return payment.Answer{Reply: payment.ReplyNotSent, Cause: cause}
}

func statusCause(status int) string {
	if status == 0 {
		return "connection_lost"
	}
	return "http_" + strconv.Itoa(status)
}
