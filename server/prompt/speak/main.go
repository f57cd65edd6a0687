package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tsunagi/server/audio"
	"tsunagi/server/prompt"
)

func main() {
	var s synthesizer
	flag.StringVar(&s.voice, "voice", "", "HTS voice `file` to speak with")
	flag.StringVar(&s.dictionary, "dictionary", "/var/lib/mecab/dic/open-jtalk/naist-jdic", "Open JTalk's dictionary `folder`")
	out := flag.String("out", "", "`folder` to write the WAV files to")
	flag.Parse()
	if s.voice == "" || *out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(&s, *out); err != nil {
		fmt.Fprintln(os.Stderr, "speak:", err)
		os.Exit(1)
	}
}

// run speaks the catalogue into the folder out and removes what is no longer in it.
func run(s *synthesizer, out string) error {
	work, err := os.MkdirTemp("", "speak-")
	if err != nil {
		return fmt.Errorf("make a folder to work in: %w", err)
	}
	defer os.RemoveAll(work)
	s.work = work

	if err := removeOld(out); err != nil {
		return err
	}
	var readings bytes.Buffer
	fmt.Fprintln(&readings, "# prompt, length in s, level and peak in dBFS, reading; made by speak")
	numerals := make(map[prompt.Name]prompt.Numeral)
	for _, n := range prompt.Numerals() {
		numerals[n.Name()] = n
	}
	for _, line := range prompt.Catalogue() {
		if line.Text == "" {
			continue // not speech, or a merchant's own
		}
		u, err := recite(s, line, numerals)
		if err != nil {
			return fmt.Errorf("speak %s: %w", line.Name, err)
		}
		if err := writeWAV(filepath.Join(out, string(line.Name)+".wav"), u.pcm); err != nil {
			return err
		}
		fmt.Fprintf(&readings, "%-22s %5.2f %6.1f %5.1f  %s\n", line.Name,
			float64(len(u.pcm))/audio.SampleRateHz, level(u.pcm), peak(u.pcm), u.reading)
	}
	if err := os.WriteFile(filepath.Join(out, "readings.txt"), readings.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write readings: %w", err)
	}
	return nil
}

// removeOld deletes the WAV files of an earlier run: a prompt that left the
// catalogue leaves the voice too.
func removeOld(out string) error {
	old, err := filepath.Glob(filepath.Join(out, "*.wav"))
	if err != nil {
		return fmt.Errorf("list %s: %w", out, err)
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("remove old recording: %w", err)
		}
	}
	return nil
}

func writeWAV(path string, pcm []int16) error {
	var file bytes.Buffer
	if err := audio.WriteWAV(&file, pcm, audio.SampleRateHz); err != nil {
		return err
	}
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
}

// utterance is a finished prompt and how it was read.
type utterance struct {
	pcm     []int16
	reading string
}

// recite makes one prompt in the way its kind needs.
func recite(s *synthesizer, line prompt.Line, numerals map[prompt.Name]prompt.Numeral) (utterance, error) {
	if n, ok := numerals[line.Name]; ok {
		return reciteNumeral(s, n)
	}
	if line.Name == prompt.AmountEnd {
		return reciteEnd(s)
	}
	words := line.Spoken
	if words == "" {
		words = line.Text
	}
	return reciteSentences(s, words)
}

// reciteSentences speaks each sentence on its own, since only the last one of a
// text gets the falling tone of an end, and joins them with a breath.
func reciteSentences(s *synthesizer, words string) (utterance, error) {
	var whole utterance
	for _, sentence := range strings.SplitAfter(words, "。") {
		if sentence == "" {
			continue
		}
		spoken, err := s.speak(sentence)
		if err != nil {
			return utterance{}, err
		}
		if whole.pcm != nil {
			whole.pcm = append(whole.pcm, make([]int16, audio.Samples(breath))...)
		}
		whole.pcm = append(whole.pcm, smooth(trim(spoken.pcm), edge)...)
		whole.reading += spoken.reading()
	}
	rest := make([]int16, audio.Samples(margin))
	whole.pcm = padEnd(append(append(rest, even(whole.pcm)...), rest...))
	return whole, nil
}
