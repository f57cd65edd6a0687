package veritrans4g

import (
	"context"
	"errors"
	"fmt"

	"tsunagi/server/acquirer/oneshot"
	"tsunagi/server/payment"
	"tsunagi/shared/order"
)

// Authorize asks for an authorization once and answers once (payment.Acquirer).
func (g *Acquirer) Authorize(ctx context.Context, a payment.Authorization, c payment.Card) payment.Answer {
	to, ok := g.account(a.Merchant)
	if !ok {
		return notSent(errNoAccount)
	}
	if c == nil {
		return notSent(errCard)
	}
	var body []byte
	err := c.Use(func(pan, expiry, code []byte) (err error) {
		body, err = g.authorizeBody(a, to, pan, expiry, code)
		return err
	})
	if err != nil {
		return notSent(err)
	}
	// Outside Use: the card may be wiped while the gateway takes its time.
	answer := g.command(ctx, "Authorize/card", body, a.Order.TransactionID, a.Order.Amount, func(answer []byte) {
		// A card that is gone by now cannot be masked; it was there for the request, and
		// what an answer has of it is wiped all the same.
		_ = c.Use(func(pan, _, _ []byte) error { oneshot.Mask(answer, pan); return nil })
	})
	if answer.Reply == payment.ReplyApproved && block(answer.Code) == codeAgain {
		return g.confirmed(ctx, a, answer)
	}
	return answer
}

// Capture takes an authorized amount, or a part of it. An unknown outcome is for an
// inquiry to settle, as with Authorize.
func (g *Acquirer) Capture(ctx context.Context, o payment.OrderKey, amount order.Yen) payment.Answer {
	if amount < order.MinYen || amount > order.MaxYen {
		return notSent(errUnsendable)
	}
	return g.settle(ctx, "Capture/card", o, amount)
}

// Cancel gives an amount back: the authorization is released or the sale refunded.
// Amount 0 is all of it.
func (g *Acquirer) Cancel(ctx context.Context, o payment.OrderKey, amount order.Yen) payment.Answer {
	if amount < 0 || amount > order.MaxYen {
		return notSent(errUnsendable)
	}
	return g.settle(ctx, "Cancel/card", o, amount)
}

// settle asks for something to be done with an order that the gateway has.
func (g *Acquirer) settle(ctx context.Context, command string, o payment.OrderKey, amount order.Yen) payment.Answer {
	to, ok := g.account(o.Merchant)
	switch {
	case !ok:
		return notSent(errNoAccount)
	case !sendableID(o.TransactionID):
		return notSent(errUnsendable)
	}
	r := newRequest()
	r.field("orderId", string(o.TransactionID))
	if amount != 0 {
		r.field("amount", yen(amount))
	}
	body, err := g.seal(r, to)
	if err != nil {
		return notSent(err)
	}
	return g.command(ctx, command, body, o.TransactionID, amount, nil)
}

// ReAuthorize asks for a new authorization with the card of an earlier order, which
// the gateway keeps for 13 months. The order must have a transaction ID of its own.
func (g *Acquirer) ReAuthorize(ctx context.Context, a payment.Authorization, earlier order.TransactionID) payment.Answer {
	to, ok := g.account(a.Merchant)
	if !ok {
		return notSent(errNoAccount)
	}
	jpo, err := checkOrder(a.Order)
	if err != nil || !sendableID(earlier) || earlier == a.Order.TransactionID {
		return notSent(errUnsendable)
	}
	r := newRequest()
	r.field("orderId", string(a.Order.TransactionID))
	r.field("originalOrderId", string(earlier))
	r.field("amount", yen(a.Order.Amount))
	r.field("jpo", jpo)
	r.field("withCapture", map[bool]string{false: "false", true: "true"}[a.Capture])
	g.payNowID(r, a)
	body, err := g.seal(r, to)
	if err != nil {
		return notSent(err)
	}
	answer := g.command(ctx, "ReAuthorize/card", body, a.Order.TransactionID, a.Order.Amount, nil)
	if answer.Reply == payment.ReplyApproved && block(answer.Code) == codeAgain {
		return g.confirmed(ctx, a, answer)
	}
	return answer
}

// command posts a card command about an order and reads its answer. Amount 0 means
// that none was named. mask, where it is given, takes the card out of an answer that
// echoes it, before strings are made of it.
func (g *Acquirer) command(
	ctx context.Context, command string, body []byte, id order.TransactionID, amount order.Yen, mask func([]byte),
) payment.Answer {
	x := g.post(ctx, paynow, command, body)
	answer := payment.Answer{Reply: payment.ReplyNotSent, Cause: x.cause}
	switch {
	case x.body != nil:
		if mask != nil {
			mask(x.body)
		}
		answer = judge(x.body, id, amount)
		clear(x.body)
	case x.sent:
		answer.Reply = payment.ReplyLost
	}
	answer.WroteAt = x.wroteAt
	return answer
}

// judge reads the answer to a command about an order.
func judge(body []byte, id order.TransactionID, amount order.Yen) payment.Answer {
	r, err := decode[result](body)
	if err != nil {
		return lost("unreadable")
	}
	reply, class, cause := verdict(r.Mstatus, r.VResultCode, r.Pending)
	answer := payment.Answer{
		Reply: reply, Class: class, Cause: cause,
		Code: codeShape(r.VResultCode.value), Message: messageShape(r.MerrMsg.value),
		AuthCode:   authCodeShape(r.ResAuthCode.value),
		GatewayTxn: txnShape(r.CustTxn.value), MerchantTxn: txnShape(r.MarchTxn.value),
	}
	// The echo is compared and not kept: where it is not ours, it may be anything.
	ours := r.OrderID.value == string(id)
	echoed, numeric := r.ReqAmount.amount()
	same := numeric && echoed == amount
	if amount == 0 { // none was named: the gateway may say which it was
		same = numeric || !r.ReqAmount.set
	}
	switch {
	case reply == payment.ReplyApproved && (!ours || !same):
		return lost("wrong_echo")
	case reply == payment.ReplyDeclined && (r.OrderID.set && !ours || r.ReqAmount.set && !same):
		return lost("wrong_echo") // a refusal may leave its echo out, but not have another's
	}
	if ours {
		answer.TransactionID = id
	}
	if numeric && same {
		answer.Amount = echoed
	}
	return answer
}

// confirmed decides on a success that the gateway calls a repeated one (A003): it
// stands if the books have it.
func (g *Acquirer) confirmed(ctx context.Context, a payment.Authorization, answer payment.Answer) payment.Answer {
	books, err := g.Inquire(ctx, a.Key())
	if err == nil {
		paid := false
		for _, t := range books.Transactions {
			switch {
			case t.Reply != payment.ReplyApproved:
			case t.Kind == payment.KindAuthorize:
				paid = t.Amount == a.Order.Amount
			case t.Kind == payment.KindCancel:
				paid = false
			}
		}
		if paid {
			return answer
		}
	}
	unsure := lost("repeated_success")
	unsure.Code, unsure.Message, unsure.WroteAt = answer.Code, answer.Message, answer.WroteAt
	return unsure
}

// causes are the words for requests that were not written.
var causes = map[error]string{
	errNoAccount: "no_account", errUnsendable: "unsendable_order", errCard: "card_unreadable", errTooLong: "too_long",
}

// notSent is the answer where no request came about. The words of a card that is
// gone are the card's own and not repeated.
func notSent(err error) payment.Answer {
	for known, cause := range causes {
		if errors.Is(err, known) {
			return payment.Answer{Reply: payment.ReplyNotSent, Cause: cause}
		}
	}
	return payment.Answer{Reply: payment.ReplyNotSent, Cause: "card_gone"}
}

func lost(cause string) payment.Answer {
	return payment.Answer{Reply: payment.ReplyLost, Cause: cause}
}

// inquiryError is why an inquiry was not answered.
func inquiryError(o payment.OrderKey, why string) error {
	return fmt.Errorf("search order %s at the gateway: %s", o.TransactionID, why)
}
