package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"tsunagi/server/audio"
)

// speed is how the voice speaks: a little slower than its model, since callers act
// while they listen.
const speed = "0.94"

// jtalk speaks Japanese with Open JTalk.
type jtalk struct {
	voice      string // HTS voice file
	dictionary string // folder of Open JTalk's dictionary
	work       string // folder for files on the way
}

// spoken is the sound of a text at 8 kHz with what the synthesizer says of it.
type spoken struct {
	pcm    []int16
	words  []string // readings in katakana, one for each morpheme; 、 for a pause
	phones []phone
}

// phone is one sound of speech and the samples it takes. "sil" and "pau" are
// silence around and inside of a sentence.
type phone struct {
	name     string
	from, to int
}

func (s spoken) reading() string { return strings.Join(s.words, "") }

// speak has a text spoken and narrows it to the telephone's band.
func (s *jtalk) speak(text string) (spoken, error) {
	wide, trace := filepath.Join(s.work, "wide.wav"), filepath.Join(s.work, "trace.txt")
	talk := exec.Command("open_jtalk", "-x", s.dictionary, "-m", s.voice, "-r", speed, "-ow", wide, "-ot", trace)
	talk.Stdin = strings.NewReader(text + "\n")
	if out, err := talk.CombinedOutput(); err != nil {
		return spoken{}, fmt.Errorf("run open_jtalk: %w: %s", err, bytes.TrimSpace(out))
	}
	result, err := readTrace(trace)
	if err != nil {
		return spoken{}, err
	}
	result.pcm, err = narrow(wide, s.work)
	return result, err
}

func readTrace(path string) (spoken, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return spoken{}, fmt.Errorf("read trace: %w", err)
	}
	return parseTrace(string(file))
}

// parseTrace reads what open_jtalk -ot writes: the section "Text analysis
// result" has a morpheme per line, its tenth field the reading; the section
// "Output label" has a phone per line, its times in units of 100 ns and its
// context, in which the phone stands between - and +.
func parseTrace(trace string) (spoken, error) {
	var s spoken
	section := ""
	lines := bufio.NewScanner(strings.NewReader(trace))
	for lines.Scan() {
		line := lines.Text()
		switch {
		case line == "" || strings.HasPrefix(line, "["):
			section = line
		case section == "[Text analysis result]":
			fields := strings.Split(line, ",")
			if len(fields) < 10 {
				return s, fmt.Errorf("morpheme without a reading: %q", line)
			}
			// The mark ’ stands behind a devoiced sound.
			s.words = append(s.words, strings.ReplaceAll(fields[9], "’", ""))
		case section == "[Output label]":
			p, err := parsePhone(line)
			if err != nil {
				return s, err
			}
			s.phones = append(s.phones, p)
		}
	}
	if err := lines.Err(); err != nil {
		return s, fmt.Errorf("read trace: %w", err)
	}
	if len(s.phones) < 3 || len(s.words) == 0 {
		return s, errors.New("trace without a word")
	}
	return s, nil
}

func parsePhone(line string) (phone, error) {
	var from, to int64
	var context string
	if _, err := fmt.Sscan(line, &from, &to, &context); err != nil {
		return phone{}, fmt.Errorf("label %q: %w", line, err)
	}
	context, _, _ = strings.Cut(context, "/") // behind it follow accents and counts
	_, context, before := strings.Cut(context, "-")
	name, _, after := strings.Cut(context, "+")
	if !before || !after {
		return phone{}, fmt.Errorf("label without a phone: %q", line)
	}
	const unitsPerSample = 10_000_000 / audio.SampleRateHz
	return phone{name, int(from / unitsPerSample), int(to / unitsPerSample)}, nil
}
