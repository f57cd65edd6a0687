// Command speak makes a built-in voice: it has every sentence and numeral of the
// catalogue spoken by Open JTalk, or in English by Flite, narrows the sound to the telephone's band,
// brings all of it to one loudness and writes a WAV file of 8 kHz for each.
//
//	speak -voice tohoku-f01-neutral.htsvoice -out server/prompt/voice/ja
//	speak -language en -out server/prompt/voice/en
//
// build/prompts/make.sh runs it. It needs open_jtalk or flite, and sox, in the path; the
// voice's own file is not part of this project. Its output does not depend on
// the time or on the machine, so that a changed sentence changes one file.
//
// Next to the files it writes readings.txt: for each prompt its length, level
// and peak (dBFS) and how the synthesizer read it. Read its diff before
// committing: a wrong reading shows nowhere else.
package main
