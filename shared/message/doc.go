// Package message holds every sentence that an operator or supervisor meets and
// that both programs must spell alike: dialog IDs and texts, the header, the
// messages of login and passwords, the monitoring points. The words are those of
// the operator guide (3.2.1, 3.3.4, 3-7) to the letter; the ones marked "ours"
// are additions of product.md. Words at the fields of an order live in
// shared/order, those of the voice in server/prompt.
package message
