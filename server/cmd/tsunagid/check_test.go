package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tsunagi/server/audio"
	"tsunagi/server/config"
)

// record writes a recording of a second.
func record(t *testing.T, path string, rateHz int) {
	t.Helper()
	var file bytes.Buffer
	if err := audio.WriteWAV(&file, make([]int16, rateHz), rateHz); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// What of a merchant's own recordings is missing is told, what is wrong is an error.
func TestCheckOfRecordings(t *testing.T) {
	folder := t.TempDir()
	conf := config.Config{Prompts: config.Prompts{Folder: folder}}
	record(t, filepath.Join(folder, "shop", "merchant-name.wav"), 8000)
	record(t, filepath.Join(folder, "shop", "en", "goodbye.wav"), 8000)
	if err := checkPrompts(conf); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	tellPrompts(&out, conf)
	for _, want := range []string{
		"shop, ja: 1 own recordings, missing press-send, ", ", goodbye, ", " numerals\n",
		"shop, en: 1 own recordings, missing press-send, ", ", merchant-name, ",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the check does not say %q:\n%s", want, out.String())
		}
	}
	record(t, filepath.Join(folder, "shop", "en", "greeting.wav"), 44_100)
	record(t, filepath.Join(folder, "shop", "welcome.wav"), 8000)
	err := checkPrompts(conf)
	if err == nil {
		t.Fatal("wrong recordings are accepted")
	}
	for _, want := range []string{folder, "greeting.wav: 44100 Hz", "welcome.wav: no prompt has this name"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the check does not say %q: %v", want, err)
		}
	}
}
