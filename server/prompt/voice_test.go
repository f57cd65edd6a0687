package prompt

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"tsunagi/server/audio"
	"tsunagi/shared/order"
)

// builtIn is the built-in voice, loaded once for all tests: it is immutable.
var builtIn = sync.OnceValues(func() (*Voice, error) { return Load(nil) })

func load(t testing.TB) *Voice {
	t.Helper()
	v, err := builtIn()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func recording(t testing.TB, samples, rateHz int) *fstest.MapFile {
	t.Helper()
	pcm := make([]int16, samples)
	for i := range pcm {
		pcm[i] = int16(i%200*100 - 10_000)
	}
	var file bytes.Buffer
	if err := audio.WriteWAV(&file, pcm, rateHz); err != nil {
		t.Fatal(err)
	}
	return &fstest.MapFile{Data: file.Bytes()}
}

func TestLoadBuiltIn(t *testing.T) {
	v := load(t)
	for _, name := range Names() {
		clip := v.Clip(name)
		if name == MerchantName {
			if clip != nil {
				t.Errorf("%s has a built-in clip", name)
			}
			continue
		}
		if clip == nil {
			t.Errorf("%s has no clip", name)
			continue
		}
		if clip.Frames() == 0 || len(clip.PCMU)%160 != 0 || len(clip.PCMA) != len(clip.PCMU) {
			t.Errorf("%s: %d and %d bytes, want the same whole number of frames", name, len(clip.PCMU), len(clip.PCMA))
		}
	}
	if v.Clip("no-such-prompt") != nil {
		t.Error("an unknown name has a clip")
	}
	if got := v.Clip(Ringback).Duration(); got != 3*time.Second {
		t.Errorf("the ringback tone takes %v, want 3s", got)
	}
}

func TestSayLeavesOutWhatThereIsNot(t *testing.T) {
	v := load(t)
	got := v.Say(MerchantName, Greeting, AmountIs)
	if len(got) != 2 || got[0] != v.Clip(Greeting) || got[1] != v.Clip(AmountIs) {
		t.Errorf("got %d clips, want greeting and amount-is", len(got))
	}
}

func TestAmountIsItsNumerals(t *testing.T) {
	v := load(t)
	got := v.Amount(36_500)
	want := []Name{"number-3-man", "number-6000", "number-500-yen"}
	if len(got) != len(want) {
		t.Fatalf("got %d clips, want %v", len(got), want)
	}
	for i, name := range want {
		if got[i] != v.Clip(name) {
			t.Errorf("clip %d is not %s", i, name)
		}
	}
	for _, n := range []order.Yen{0, -1, order.MaxYen + 1} {
		if got := v.Amount(n); len(got) != 0 {
			t.Errorf("%d yen: got %d clips, want none", n, len(got))
		}
	}
}

func TestMerchantsRecordings(t *testing.T) {
	base := load(t)
	v, err := base.With(fstest.MapFS{
		"merchant-name.wav":    recording(t, 8000, 8000),
		"greeting.WAV":         recording(t, 161, 8000),
		"number-300-yen.wav":   recording(t, 3200, 8000),
		"README.txt":           {Data: []byte("not a recording")},
		"old/press-send.wav":   recording(t, 160, 8000),
		".hidden/whatever.txt": {},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[Name]time.Duration{
		MerchantName:     time.Second,
		Greeting:         40 * time.Millisecond,
		"number-300-yen": 400 * time.Millisecond,
	} {
		if got := v.Clip(name).Duration(); got != want {
			t.Errorf("%s takes %v, want %v", name, got, want)
		}
	}
	if v.Clip(PressSend) != base.Clip(PressSend) {
		t.Error("a prompt that is not replaced is not shared")
	}
	if base.Clip(MerchantName) != nil {
		t.Error("the built-in voice has changed")
	}
	if got := v.Say(MerchantName, Greeting); len(got) != 2 {
		t.Errorf("greeting is %d clips, want the merchant's name before it", len(got))
	}
}

func TestWrongRecordingsAreReportedTogether(t *testing.T) {
	stereo := recording(t, 160, 8000)
	stereo.Data[22] = 2
	cut := recording(t, 160, 8000)
	cut.Data = cut.Data[:100]
	_, err := Load(fstest.MapFS{
		"greeting.wav":      recording(t, 160, 8000),
		"press-send.wav":    recording(t, 160, 44_100),
		"approved.wav":      recording(t, 0, 8000),
		"aborted.wav":       stereo,
		"goodbye.wav":       cut,
		"music.wav":         {Data: []byte("ID3")},
		"welcome.wav":       recording(t, 160, 8000),
		"number-11-yen.wav": recording(t, 160, 8000),
	})
	if err == nil {
		t.Fatal("wrong recordings are accepted")
	}
	for _, want := range []error{ErrRate, ErrEmpty, ErrUnknownName, audio.ErrWAVFormat, audio.ErrWAVCut, audio.ErrNotWAV} {
		if !errors.Is(err, want) {
			t.Errorf("the error does not tell that a file is wrong: %v", want)
		}
	}
	for _, file := range []string{"press-send", "approved", "aborted", "goodbye", "music", "welcome", "number-11-yen"} {
		if !bytes.Contains([]byte(err.Error()), []byte(file+".wav: ")) {
			t.Errorf("the error does not name %s.wav", file)
		}
	}
	if bytes.Contains([]byte(err.Error()), []byte("greeting.wav")) {
		t.Error("the error names a file that is right")
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(nil); err != nil {
			b.Fatal(err)
		}
	}
}
