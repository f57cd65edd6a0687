package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tsunagi/server/audio"
	"tsunagi/server/prompt"
	"tsunagi/shared/order"
)

func main() {
	language := flag.String("language", string(order.Japanese), "`language` to speak: ja or en")
	voice := flag.String("voice", "", "HTS voice `file` to speak Japanese with")
	dictionary := flag.String("dictionary", "/var/lib/mecab/dic/open-jtalk/naist-jdic", "Open JTalk's dictionary `folder`")
	out := flag.String("out", "", "`folder` to write the WAV files to")
	flag.Parse()
	l := order.Language(*language)
	if !slices.Contains(order.Languages(), l) || *out == "" || flag.NArg() > 0 || l == order.Japanese && *voice == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(l, &jtalk{voice: *voice, dictionary: *dictionary}, *out); err != nil {
		fmt.Fprintln(os.Stderr, "speak:", err)
		os.Exit(1)
	}
}

// A reciter makes the prompts of one language.
type reciter interface {
	recite(line prompt.Line) (utterance, error)
}

// run speaks a catalogue into the folder out and removes what is no longer in it.
func run(l order.Language, ja *jtalk, out string) error {
	work, err := os.MkdirTemp("", "speak-")
	if err != nil {
		return fmt.Errorf("make a folder to work in: %w", err)
	}
	defer os.RemoveAll(work)
	ja.work = work
	var r reciter = newJapanese(ja)
	if l == order.English {
		r = newEnglish(&flite{work, stretch}, &flite{work, amountStretch})
	}

	if err := removeOld(out); err != nil {
		return err
	}
	var readings bytes.Buffer
	fmt.Fprintln(&readings, "# prompt, length in s, level and peak in dBFS, reading; made by speak")
	for _, line := range prompt.CatalogueIn(l) {
		if line.Text == "" {
			continue // not speech, or a merchant's own
		}
		u, err := r.recite(line)
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

// A synthesizer speaks a text.
type synthesizer interface {
	speak(text string) (spoken, error)
}

// reciteSentences speaks each sentence on its own, since only the last one of a
// text gets the falling tone of an end, and joins them with a breath. end is what a
// sentence ends with.
func reciteSentences(s synthesizer, words, end string) (utterance, error) {
	var whole utterance
	for _, sentence := range strings.SplitAfter(words, end) {
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
	whole.pcm = withMargins(whole.pcm)
	return whole, nil
}

// withMargins makes a finished sentence of its speech.
func withMargins(pcm []int16) []int16 {
	rest := make([]int16, audio.Samples(margin))
	return padEnd(append(append(rest, even(pcm)...), rest...))
}
