package stripe

import (
	"context"
	"fmt"
	"strconv"

	lib "github.com/stripe/stripe-go/v85"

	"tsunagi/server/payment"
	"tsunagi/shared/order"
)

// Capture takes an authorized amount, or a part of it.
func (a *Acquirer) Capture(ctx context.Context, o payment.OrderKey, amount order.Yen) payment.Answer {
	if amount < order.MinYen || amount > order.MaxYen {
		return notSent("unsendable_order")
	}
	to, intent, answer := a.paid(ctx, o)
	if intent == nil {
		return answer
	}
	params := &lib.PaymentIntentCaptureParams{AmountToCapture: lib.Int64(int64(amount))}
	params.SetIdempotencyKey("capture-" + intent.ID + "-" + strconv.FormatInt(int64(amount), 10))
	captured, err := to.V1PaymentIntents.Capture(ctx, intent.ID, params)
	switch {
	case err != nil:
		return failure(err)
	case captured.ID != intent.ID || captured.Status != lib.PaymentIntentStatusSucceeded || captured.AmountReceived != int64(amount):
		return lost("wrong_echo")
	}
	return settled(o, intent, amount)
}

// Cancel gives an amount back: what is not captured is released, which Stripe does
// only as a whole; what is captured is refunded. Amount 0 is all of it.
func (a *Acquirer) Cancel(ctx context.Context, o payment.OrderKey, amount order.Yen) payment.Answer {
	if amount < 0 || amount > order.MaxYen {
		return notSent("unsendable_order")
	}
	to, intent, answer := a.paid(ctx, o)
	if intent == nil {
		return answer
	}
	if intent.Status == lib.PaymentIntentStatusRequiresCapture {
		if amount != 0 && int64(amount) != intent.Amount {
			return notSent("partial_release")
		}
		params := &lib.PaymentIntentCancelParams{}
		params.SetIdempotencyKey("cancel-" + intent.ID)
		cancelled, err := to.V1PaymentIntents.Cancel(ctx, intent.ID, params)
		switch {
		case err != nil:
			return failure(err)
		case cancelled.ID != intent.ID || cancelled.Status != lib.PaymentIntentStatusCanceled:
			return lost("wrong_echo")
		}
		return settled(o, intent, order.Yen(intent.Amount))
	}
	return to.refund(ctx, o, intent, amount)
}

func (to client) refund(ctx context.Context, o payment.OrderKey, intent *lib.PaymentIntent, amount order.Yen) payment.Answer {
	var before int64
	if intent.LatestCharge != nil {
		before = intent.LatestCharge.AmountRefunded
	}
	if amount == 0 {
		amount = order.Yen(intent.AmountReceived - before)
	}
	params := &lib.RefundCreateParams{PaymentIntent: lib.String(intent.ID), Amount: lib.Int64(int64(amount))}
	// What was refunded before is part of the key: two equal parts are two refunds.
	params.SetIdempotencyKey(fmt.Sprintf("refund-%s-%d-%d", intent.ID, before, amount))
	refund, err := to.V1Refunds.Create(ctx, params)
	switch {
	case err != nil:
		return failure(err)
	case refund.Amount != int64(amount) || refund.PaymentIntent == nil || refund.PaymentIntent.ID != intent.ID:
		return lost("wrong_echo")
	case refund.Status == lib.RefundStatusPending:
		return undecided.answer(payment.ReplyPending)
	case refund.Status != lib.RefundStatusSucceeded:
		return unfit.answer(payment.ReplyDeclined)
	}
	return settled(o, intent, amount)
}

// paid finds the one PaymentIntent of an order that has money in it, or says why
// nothing can be done. Where there are two, a person must look.
func (a *Acquirer) paid(ctx context.Context, o payment.OrderKey) (client, *lib.PaymentIntent, payment.Answer) {
	to, ok := a.clients[o.Merchant]
	if !ok || !plain(string(o.TransactionID)) {
		return client{}, nil, notSent("no_account")
	}
	intents, err := to.find(ctx, o)
	if err != nil {
		return client{}, nil, notSent("not_found_out") // an inquiry alone has left
	}
	var paid []*lib.PaymentIntent
	for _, intent := range intents {
		if intent.Status == lib.PaymentIntentStatusSucceeded || intent.Status == lib.PaymentIntentStatusRequiresCapture {
			paid = append(paid, intent)
		}
	}
	if len(paid) != 1 {
		return client{}, nil, unfit.answer(payment.ReplyDeclined)
	}
	return to, paid[0], payment.Answer{}
}

func settled(o payment.OrderKey, intent *lib.PaymentIntent, amount order.Yen) payment.Answer {
	answer := authorized.answer(payment.ReplyApproved)
	answer.GatewayTxn, answer.TransactionID, answer.Amount = intent.ID, o.TransactionID, amount
	return answer
}
