// Package card holds a payment card for as long as it is needed and knows what can
// be said about it without asking anybody: brand, length, check digit, expiry.
//
// # Vault
//
// A Vault is the only owner of digits in the whole server. Digits come in one by
// one (Keep) and leave in one way only (Use), as slices that are valid during the
// call. Everything else that can be asked of a vault is safe to show: how many
// digits a field has (Len), what is wrong with it (Check), the brand and the last
// four of a complete number.
//
// The digits lie in a fixed array that a closure captures: fmt, slog and
// encoding/json walk into unexported fields and past String methods, but not into a
// function. So a vault may stand in any struct and that struct may be printed. The
// array is zeroed by Clear and Wipe, never by a finalizer; no string holds a digit
// but the last four.
//
// Where the array must not be swapped out, the program locks a page and hands it in
// (NewVaultIn). This package does not lock memory itself: a library that does so
// (memguard was tried) asks the system for three pages a buffer, starts a goroutine
// and panics at the limit of locked memory, which a busy line would reach.
//
// # Entries
//
// Card number: 12 to 19 digits by IIN range, Luhn. Expiry: MMYY, the years 2000 to
// 2099, valid to the end of its month in Japan. Security code: 3 digits, 4 for AMEX.
// An entry ends when the customer says so (Rules.Ended) or when it is full:
//
//   - a card number when it has the longest length of its brand, or the usual
//     length with a right check digit. A VISA of 16 digits ends at once, one of 19
//     is not cut, and a mistyped one waits for # or the time-out. Brands whose
//     shorter and longer numbers are both common (UnionPay, Diners 30, 38, 39) have
//     no usual length.
//   - an expiry at 4 digits, a security code at the length of its brand.
//
// # What it is not for
//
// It does not ask for entries or count tries (package flow), and it does not know an
// acquirer. It imports the standard library only, asks no clock and has no
// goroutines; a Vault may be used by several.
package card
