package sim

import (
	"context"
	"time"

	"tsunagi/server"
	"tsunagi/server/payment"
	"tsunagi/shared/order"
)

// Capture takes the whole amount of a payment that stands (payment.Settler).
func (s *Acquirer) Capture(ctx context.Context, o payment.OrderKey, amount order.Yen) payment.Answer {
	return s.settle(ctx, o, payment.KindCapture, amount)
}

// Cancel gives the whole amount of a payment back (payment.Settler); amount 0 is all
// of it.
func (s *Acquirer) Cancel(ctx context.Context, o payment.OrderKey, amount order.Yen) payment.Answer {
	return s.settle(ctx, o, payment.KindCancel, amount)
}

func (s *Acquirer) settle(ctx context.Context, o payment.OrderKey, kind payment.Kind, amount order.Yen) payment.Answer {
	fault := s.script.settling(o.TransactionID)
	if fault.Kind == SettleUnsent {
		return payment.Answer{Reply: payment.ReplyNotSent, Cause: "connect"}
	}
	wrote := time.Now()
	answer := s.settled(ctx, o, kind, amount, fault.Kind)
	answer.WroteAt = wrote
	return answer
}

// settled is the request's fate after it has left.
func (s *Acquirer) settled(
	ctx context.Context, o payment.OrderKey, kind payment.Kind, amount order.Yen, fault FaultKind,
) payment.Answer {
	v := notAdmitted
	switch fault {
	case SettleHang:
		<-ctx.Done()
		return lost("deadline")
	case SettleRefused:
	default:
		var err error
		if v, err = s.books.settle(o, kind, amount); err != nil {
			return lost("books")
		}
	}
	if fault == SettleLost {
		return lost("reset")
	}
	if !sleep(ctx, s.delay) {
		return lost("deadline")
	}
	return payment.Answer{
		Reply: v.reply(), Class: v.class, Code: v.resultCode(false), Message: v.message,
		TransactionID: o.TransactionID, Amount: amount,
	}
}

// Books tells what the books have of the orders of a span (payment.Bookkeeper).
func (s *Acquirer) Books(
	ctx context.Context, merchant ivr.MerchantID, from, to time.Time,
) (map[order.TransactionID]payment.Inquiry, error) {
	if !sleep(ctx, s.delay) {
		return nil, ctx.Err()
	}
	found := make(map[order.TransactionID]payment.Inquiry)
	for _, key := range s.books.between(merchant, from, to) {
		if transactions := s.books.of(key); len(transactions) > 0 {
			found[key.TransactionID] = payment.Inquiry{Transactions: transactions}
		}
	}
	return found, nil
}
