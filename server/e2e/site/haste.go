package site

import (
	"bytes"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tsunagi/server/audio"
	"tsunagi/server/prompt"
	"tsunagi/server/store"
)

// BeQuick has the server's calls take seconds, from its next start on: it says every
// prompt in a quarter of a second, and nobody needs time for a transfer. A telephone
// must have the voice that is returned.
func (s *Server) BeQuick() *prompt.Voice {
	s.t.Helper()
	folder := filepath.Join(s.Dir, "prompts")
	voice := ShortVoice(s.t, folder)
	s.Change(Settings{"folder": quoted(folder)})
	Hasten(s.t, s.Database())
	return voice
}

// Database is the path of the server's database.
func (s *Server) Database() string { return filepath.Join(s.Dir, "data", "tsunagi.db") }

// ShortVoice records every prompt anew in a folder, a quarter of a second each. The
// words are noise, each prompt its own.
func ShortVoice(t *testing.T, folder string) *prompt.Voice {
	t.Helper()
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range prompt.Names() {
		hash := fnv.New64a()
		_, _ = hash.Write([]byte(name))
		noise := rand.New(rand.NewPCG(hash.Sum64(), 1))
		pcm := make([]int16, audio.SampleRateHz/4)
		for n := range pcm {
			pcm[n] = int16(noise.IntN(8000) - 4000)
		}
		var wav bytes.Buffer
		err := audio.WriteWAV(&wav, pcm, audio.SampleRateHz)
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, string(name)+".wav"), wav.Bytes(), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	voice, err := prompt.Load(os.DirFS(folder))
	if err != nil {
		t.Fatal(err)
	}
	return voice
}

// Hasten shortens what a person needs time for, for the merchant "shop" of a database.
func Hasten(t *testing.T, database string) {
	t.Helper()
	db, err := store.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	merchant, err := db.Merchant(t.Context(), "shop")
	merchant.Ringback = 200 * time.Millisecond
	if err := errors.Join(err, db.PutMerchant(t.Context(), merchant), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// Patiently waits until something is so.
func Patiently(t *testing.T, what string, is func() bool) {
	t.Helper()
	limit := time.NewTimer(Patience)
	defer limit.Stop()
	look := time.NewTicker(200 * time.Millisecond)
	defer look.Stop()
	for !is() {
		select {
		case <-look.C:
		case <-limit.C:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}
