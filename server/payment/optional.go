package payment

import (
	"context"
	"time"

	"tsunagi/server"
	"tsunagi/shared/order"
)

// Settler is an Acquirer that captures and cancels what it has authorized. It
// answers as Acquirer.Authorize does: once, at the latest when ctx ends, and
// ReplyLost where nothing can be relied on. Neither needs the card.
type Settler interface {
	// Capture takes an authorized amount.
	Capture(ctx context.Context, o OrderKey, amount order.Yen) Answer

	// Cancel gives an amount back, whether it was captured or only authorized.
	Cancel(ctx context.Context, o OrderKey, amount order.Yen) Answer
}

// Bookkeeper is an Acquirer that shows its books of a span of time.
type Bookkeeper interface {
	// Books tells what the acquirer has about every order of a merchant with a
	// transaction in the span, both ends included: of such an order all that an
	// inquiry would tell, or at least what falls into the span.
	Books(ctx context.Context, merchant ivr.MerchantID, from, to time.Time) (map[order.TransactionID]Inquiry, error)
}
