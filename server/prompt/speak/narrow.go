package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"tsunagi/server/audio"
)

// presence is a lift in dB of the consonants, which the telephone's band takes the
// most from.
const presence = "6"

// narrow brings a WAV file to the telephone's band and rate.
func narrow(wide, work string) ([]int16, error) {
	path := filepath.Join(work, "narrow.wav")
	// -D: dither would make every run a different file. The gain keeps the filter
	// from clipping; loudness is set later.
	filter := exec.Command("sox", "-D", wide, "-b", "16", "-c", "1", path,
		"gain", "-n", "-9", "equalizer", "2800", "1q", presence,
		"rate", "-v", strconv.Itoa(audio.SampleRateHz), "sinc", "-t", "80", "300-3400")
	if out, err := filter.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("run sox: %w: %s", err, bytes.TrimSpace(out))
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read sound: %w", err)
	}
	pcm, _, err := audio.ReadWAV(bytes.NewReader(file))
	return pcm, err
}
