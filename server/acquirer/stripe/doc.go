// Package stripe is the acquirer at Stripe, by its library stripe-go: the second one,
// which shows what package payment must not take for granted about the first.
//
// # How an authorization goes
//
// Two requests. The first makes a PaymentMethod of the card; it moves no money, so a
// failure there is ReplyNotSent, or a refusal where Stripe finds the number wrong.
// The second makes and confirms a PaymentIntent with that method, in yen, captured
// at once or later. Its idempotency key is the attempt's ID: sent twice by whatever
// accident, it is carried out once. The order, the merchant and the attempt stand in
// its metadata, from where the answer's echo and every inquiry take them.
//
// Approved is a PaymentIntent of our order and amount that is requires_capture or
// succeeded; refused is a card_error (402) or a request that Stripe calls invalid.
// Everything else (5xx, 409, 429, silence, an answer that cannot be read) is
// ReplyLost once the second request may have left.
//
// # Limits
//
//   - Stripe takes card numbers from servers only of merchants whom it has approved
//     for raw card data, with proof of PCI DSS. For all others the first request is
//     refused (ClassLocal). Test mode needs the approval as well.
//   - Telephone orders are exempt from authentication only where Stripe has enabled
//     MOTO for the account (Config.MOTO). Elsewhere an issuer that asks for 3-D
//     Secure is a refusal: nobody can answer it by telephone.
//   - Stripe does not know that an order must be paid once (there is no NH18): two
//     attempts with two IDs are two payments. Our journal alone keeps them apart.
//   - Instalments, revolving and bonus payments are asked for as Stripe spells them
//     and are refused for cards and accounts that do not have the plan.
//   - A member ID is kept as metadata; no customer is made and no card stored.
//   - An inquiry joins the list of the last 49 hours, which is always up to date, and
//     the search, which lags by minutes and reaches further back.
//
// # Card data
//
// The library's own parameters are strings, which cannot be wiped. So the card's
// request is written into a buffer of ours and goes through the library's CallRaw and
// package oneshot, which wipes all that it had of it.
// The library's log, telemetry and retries are off. Its errors quote answers and
// therefore never leave this package.
//
// # What it is not for
//
// It does not decide when to inquire or cancel (package payment).
//
// # Goroutines
//
// None of its own; each request has a connection that ends with it.
package stripe
