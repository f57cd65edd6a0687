package main

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"tsunagi/server/audio"
)

// How much slower than its model the voice speaks, as speed does for Open JTalk. An
// amount is what a customer must not miss, and flite hurries over its short numbers.
const (
	stretch       = "1.08"
	amountStretch = "1.3"
)

// flite speaks English with the voice slt of Flite (Debian's package flite).
type flite struct {
	work    string // folder for files on the way
	stretch string
}

// speak has a text spoken and narrows it to the telephone's band.
func (s *flite) speak(text string) (spoken, error) {
	wide := filepath.Join(s.work, "wide.wav")
	talk := exec.Command("flite", "-voice", "slt", "--setf", "duration_stretch="+s.stretch, "-psdur", "-o", wide, "-t", text)
	out, err := talk.Output()
	if err != nil {
		return spoken{}, fmt.Errorf("run flite: %w", err)
	}
	result, err := parseDurations(string(bytes.TrimSpace(out)))
	if err != nil {
		return spoken{}, err
	}
	result.pcm, err = narrow(wide, s.work)
	return result, err
}

// parseDurations reads what flite -psdur writes: each phone with the second in which
// it ends, "pau:0.192 dh:0.242". The pauses at both ends become silence.
func parseDurations(line string) (spoken, error) {
	var s spoken
	from := 0
	for _, field := range strings.Fields(line) {
		name, end, found := strings.Cut(field, ":")
		seconds, err := strconv.ParseFloat(end, 64)
		to := int(seconds * audio.SampleRateHz)
		if !found || err != nil || to < from {
			return s, fmt.Errorf("phone without its end: %q", field)
		}
		s.phones = append(s.phones, phone{name, from, to})
		from = to
	}
	if len(s.phones) < 3 {
		return s, errors.New("nothing was spoken")
	}
	for _, at := range []int{0, len(s.phones) - 1} {
		if s.phones[at].name == "pau" {
			s.phones[at].name = "sil"
		}
	}
	s.words = []string{sounds(s.phones) + " "}
	return s, nil
}

// sounds is phones as they are written, silence at the ends left out.
func sounds(phones []phone) string {
	var names []string
	for _, p := range phones {
		if p.name != "sil" {
			names = append(names, p.name)
		}
	}
	return strings.Join(names, " ")
}
