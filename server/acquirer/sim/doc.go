// Package sim is a simulated acquirer for demonstrations and tests: it answers as
// the gateway VeriTrans4G does in dummy mode (spec/gateway-veritrans4g.md, sections
// 3 to 6), keeps books of its own and does on demand what real gateways do at their
// worst. No money moves, and no card but the test cards is ever accepted.
//
// # Cards
//
// VISA 4111111111111111, Mastercard 5555555555554444, JCB 3528000000000007,
// AMEX 378282246310005, Diners 36666666666660, with any code of 3 or 4 digits.
// Every other number is refused with a code of the family AC (input error), and so is,
// for a card listed in the file Config.Cards (number, MMYY and code, one to a line),
// any other expiry (AC02) or code (AC03) than its own. The expiry forces a refusal:
//
//	01/99 AG33   04/99 AG39   07/99 AG46   10/99 AG49   01/98 AG47
//	02/99 AG41   05/99 AG45   08/99 AG72   11/99 AG48   02/98 AG71
//	03/99 AG64   06/99 AG70   09/99 AG61   12/99 AG44   03/98 AG51
//
// Any other expiry succeeds: A001 「処理が成功しました。」. An order that has
// succeeded and was not cancelled is refused with NH18 「既に成功していました」.
// Whether an expiry is past is not asked: the call has asked before.
//
// # Faults
//
// Config.Faults is a script: for orders whose transaction ID matches a pattern, so
// many times, something goes wrong (see Fault). Config.Magic, for demonstrations,
// lets the amount ask for a fault without any script:
//
//	amounts ending in  9901  pending (AE10), then found paid after 8 s
//	                   9902  pending (AE10), then found refused after 8 s
//	                   9903  paid, but the answer is lost
//	                   9904  the request is swallowed: nothing is booked, nothing comes back
//	                   9905  the connection is reset before anything is booked
//	                   9906  the acquirer cannot be reached: nothing is sent
//	                   9907  paid, then the connection is reset
//	                   9908  paid, but the answer cannot be read
//	                   9909  paid, but the answer names another order
//	                   9910  paid, the answer comes after 8 s
//	                   9911  paid after 8 s and answered then
//
// # Captures and cancels
//
// A payment that stands can be captured once and cancelled once, as a whole;
// everything else is refused with NH02.
//
// # Books
//
// The books hold an order's transactions with what an inquiry tells: no digit of a
// card. Digits are read inside Card.Use and compared there; nothing of them leaves
// it but the verdict. With Config.Books the lines are also appended to a file and
// read from it at the next start, so that an order paid before a restart is still
// paid after it.
//
// # Goroutines
//
// None of its own. Authorize waits in its caller's goroutine, until its context
// ends or, for the faults that say so, beyond.
package sim
