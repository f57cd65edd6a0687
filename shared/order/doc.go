// Package order holds what an operator sends: 取引ID (transaction ID), 会員ID
// (member ID), 決済金額 (amount in yen, tax included) and 支払回数 (payment count),
// the language the customer is spoken to in, and the rules that refuse a wrong one.
//
// Both programs use it: the desktop checks a form before it is sent, the server
// checks the same order again before it is bound to a call. It knows nothing of
// calls, connections or storage, imports only the standard library and has no
// goroutines. Amounts are whole yen.
//
// The rules are those of the operator guide, 3.5, with two of ours: full-width
// input is narrowed as it is read, and an ID that is a valid card number is
// refused, because operators mistype (security requirement N8).
package order
