// Package prompt knows every sentence a caller or operator hears from the IVR,
// in Japanese and in English, and holds the voices that speak them.
//
// The sentences stand in catalogue.go, those in English in english.go, and nowhere
// else. A sentence is spoken whole; only an amount is joined from numerals, each of
// which was spoken among neighbours and cut out (numeral.go, english.go). A voice
// speaks one language. The built-in ones are embedded (voice/ja and voice/en, 8 kHz,
// 16 bits, mono, band-limited to 300 to 3,400 Hz); `make prompts` speaks the catalogue
// again. A merchant's own recordings replace any of it by file name: voice/ja and
// voice/en list the names, Library says where the files lie. Only the 8 kHz files are
// kept: the 16 kHz ones would triple the program, and a call in G.722 hears the same
// band as every other.
//
// It does not decide what is said when (package flow does) and does not play it
// (package media does); it hands out clips that are encoded once per codec. Nor
// does it recognise speech: an Ear recognises these very recordings in a
// received stream, for the scripted telephone and for tests.
//
// Amounts are order.Yen, sound is package audio's. There are no goroutines and
// no clock; a Voice is immutable and may be used from any number of calls, an
// Ear belongs to one listener.
//
// The Japanese voice is HTS Voice tohoku-f01 under CC BY 4.0, the English one
// cmu_us_slt of Flite under Carnegie Mellon's free licence: see Attribution.
package prompt
