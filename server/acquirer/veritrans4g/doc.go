// Package veritrans4g is the acquirer at the gateway VeriTrans4G (DG Financial
// Technology): its card commands Authorize, Capture, Cancel, ReAuthorize and Search
// over HTTPS. It follows spec/gateway-veritrans4g.md; section numbers in comments
// are of that text. Amounts are whole yen; the gateway's clock is Japan's.
//
// # What it takes for an answer
//
// Only HTTP 200 with mstatus "success", the result A001 or A003, and our own order
// and amount in the echo is an approval; A003 (the gateway had it before) must also
// stand in the gateway's books. Only mstatus "failure" with a result of a known
// family is a refusal. Everything else that happens once a byte of the request may
// have left is ReplyLost (or ReplyPending, where the gateway says so), and it is for
// an inquiry to find out: the merchant kits of the gateway call silence, 5xx and
// broken answers "failure", and money has been lost that way. A refusal of a family
// we do not know is ReplyLost too: it costs one inquiry and risks nothing.
//
// # What certainly was not sent
//
// Each request has a connection of its own (package oneshot), which counts as sent
// from the moment at which it was handed the first byte; before that it has not left
// (ReplyNotSent). There are no retries, no redirects and no proxy.
//
// # Card data
//
// The request is written into one buffer of ours inside Card.Use; package oneshot
// wipes it, and every buffer that had a byte of the answer. An answer that echoes the
// number is masked before it is decoded. Nothing of a request or an answer is logged, and no error holds text of
// either. Answers are read by an allow-list, so that reqCardNumber, reqCardExpire
// and reqSecurityCode are skipped and never decoded. What is kept must have the
// shape of what it should be, and a message with more digits than a sentence needs
// loses them all (shape.go), so a gateway that echoes a card into any field leaves
// no trace here.
//
// # Accounts
//
// Each merchant has a gateway account of its own (merchantCcid and secret key), from
// a file that only its owner can read or from the environment; never from the
// database. Two merchants may not share one: the gateway knows an order by its
// transaction ID alone and would take one merchant's payment for the other's.
//
// # Dummy mode
//
// Config.Dummy sends dummyRequest "1" to the services with the prefix "test-", which
// take test cards only. A transaction ID used there is spent for real payments too.
//
// # What it is not for
//
// It does not decide when to inquire or to cancel (package payment). The token
// service, 3-D Secure and Retry/card, which not every contract has, are not used.
//
// # Goroutines
//
// None of its own.
package veritrans4g
