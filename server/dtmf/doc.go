// Package dtmf turns what a telephone sends for a pressed key into exactly one Key,
// and a key to be pressed into what a telephone sends.
//
// It follows RFC 4733: an event says in every packet which key is down and for how
// long, so any one packet of a press is enough to count it, and all others are the
// same press again. [Detector] recognises a press by the equality of SSRC, RTP
// timestamp and event; it trusts neither the marker bit nor the end bit, which are
// lost on real networks, nor the order of timestamps, which jump on real PBXs.
// [Press] is the other direction, for a scripted telephone.
//
// Telephones without events are understood by their tones, ITU-T Q.23 and Q.24, with
// [ToneDetector]. A press that reaches us in two ways is one key by the rule of
// [Merger].
//
// It does not read RTP headers, has no sockets, clocks or goroutines, and keeps no
// digits: a caller hands each Key on at once, and a Key never prints what it is,
// because a customer's keys are card digits.
//
// Durations are counted in RTP timestamp units of 8,000 Hz, 8 to the millisecond.
package dtmf
