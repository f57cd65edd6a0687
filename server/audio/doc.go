// Package audio holds sound as a telephone carries it: samples of 16 bits at
// 8 kHz, their G.711 and G.722 encodings, clips that are encoded once and played to any
// number of calls, WAV files, and the two sounds we generate ourselves (the
// Japanese ringback tone and the music on hold).
//
// It is not for speech (package prompt knows what is said), not for packets or
// their timing (package media), and not for recognising keys (package dtmf).
//
// A sample is an int16, full scale ±32,768; a level in dBFS is relative to a
// square wave of full scale, a level in dBm0 is that of ITU-T G.711 table 5 and
// 6, whose reference sine is 0 dBm0. Time is counted in samples of 125 µs, in
// frames of 20 ms (160 samples, and in G.711 160 bytes), or as a time.Duration.
//
// Specifications: ITU-T G.711 (1988), G.722 (2012); NTT technical reference "telephone service
// interfaces" for the ringback tone; the RIFF/WAVE format of IBM and Microsoft.
//
// The package is pure: it has no goroutines and no clock, and imports only the
// standard library. Everything here may be called from several goroutines.
package audio
