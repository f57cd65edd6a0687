// Package phone is a scripted telephone over real SIP and RTP: it plays the operator
// who transfers a call to the IVR and then the customer who keys a card. It serves
// demonstrations, tests and load (tsunagid phone).
//
//	dial ─► order-received ─► presses 1 ─► ringback ─► greeting
//	     ─► card-number, expiry, security-code: keys each ─► please-wait ─► how it ended
//
// The order itself is sent by a desktop while the telephone hears 「送信ボタンを押して
// ください。」; the telephone waits until it hears that the order has come. It knows
// the prompts by their very bytes (prompt.Ear), so it must call the server without a
// PBX that transcodes, and must have the same voice.
//
// With Script.Talk it is the operator's telephone too, which the server calls at the
// address that the customer called from when it brings the customer back.
//
// What to do on which prompt is a pure machine (conduct.go); the rest carries it out
// and writes a timeline. Card digits are keyed and never printed: a Card holds them
// behind a function, and the timeline counts keys.
//
// Run blocks until all calls have ended; each call has one goroutine, and the media
// engine's calls hand over what was recognised without waiting. Times are
// time.Duration, in the timeline milliseconds since the call was dialled.
package phone
