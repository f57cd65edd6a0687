package prompt

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tsunagi/shared/order"
)

func TestLibrary(t *testing.T) {
	l, err := OpenLibrary(fstest.MapFS{
		"greeting.wav":              recording(t, 8000, 8000),
		"goodbye.wav":               recording(t, 1600, 8000),
		"en/goodbye.wav":            recording(t, 3200, 8000),
		"shop/goodbye.wav":          recording(t, 4800, 8000),
		"shop/merchant-name.wav":    recording(t, 6400, 8000),
		"shop/en/merchant-name.wav": recording(t, 8000, 8000),
		"shop/en/number-36.txt":     {Data: []byte("not a recording")},
		"empty/README.txt":          {Data: []byte("none yet")},
	})
	if err != nil {
		t.Fatal(err)
	}
	frames := func(merchant string, language order.Language, name Name) int {
		if clip := l.Voice(merchant, language).Clip(name); clip != nil {
			return clip.Frames()
		}
		return 0
	}
	for _, row := range []struct {
		merchant string
		language order.Language
		name     Name
		want     int // frames of 20 ms
	}{
		{"shop", order.Japanese, Goodbye, 30},
		{"shop", "", Goodbye, 30},
		{"shop", order.Japanese, Greeting, 50},
		{"shop", order.Japanese, MerchantName, 40},
		{"shop", order.English, MerchantName, 50},
		{"shop", order.English, Goodbye, 20},
		{"other", order.Japanese, Goodbye, 10},
		{"other", order.English, Goodbye, 20},
		{"other", order.Japanese, MerchantName, 0},
		{"empty", order.Japanese, Goodbye, 10},
		{"en", order.Japanese, Goodbye, 10},
	} {
		if got := frames(row.merchant, row.language, row.name); got != row.want {
			t.Errorf("%s of %q in %q: got %d frames, want %d", row.name, row.merchant, row.language, got, row.want)
		}
	}
	if l.Voice("shop", order.English).Language() != order.English {
		t.Error("English is spoken by another voice")
	}
	var shelves []string
	for _, s := range l.Shelves() {
		shelves = append(shelves, s.Merchant+" "+string(s.Language))
		all := len(s.Own) + len(s.Missing)
		if speech := len(NamesIn(s.Language)) - 2; all != speech || slices.Contains(s.Missing, s.Own[0]) {
			t.Errorf("%s: %d own and %d missing, want %d in all", s.Merchant, len(s.Own), len(s.Missing), speech)
		}
	}
	if want := []string{" ja", " en", "shop ja", "shop en"}; !slices.Equal(shelves, want) {
		t.Errorf("shelves %q, want %q", shelves, want)
	}
}

func TestLibraryTellsOfEveryWrongRecording(t *testing.T) {
	_, err := OpenLibrary(fstest.MapFS{
		"press-send.wav":        recording(t, 160, 16_000),
		"shop/welcome.wav":      recording(t, 160, 8000),
		"shop/goodbye.wav":      recording(t, 160, 8000),
		"shop/en/goodbye.wav":   recording(t, 0, 8000),
		"shop/en/number-36.wav": recording(t, 160, 8000),
	})
	if !errors.Is(err, ErrRate) || !errors.Is(err, ErrUnknownName) || !errors.Is(err, ErrEmpty) {
		t.Fatalf("not everything that is wrong is told: %v", err)
	}
	for _, want := range []string{"press-send.wav", `in "shop": welcome.wav`, `in "shop/en": goodbye.wav`, "number-36.wav"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not tell of %s: %v", want, err)
		}
	}
}

func TestLibraryOfASiteWithoutRecordings(t *testing.T) {
	l, err := OpenLibrary(nil)
	if err != nil || len(l.Shelves()) != 0 {
		t.Fatalf("%v, %v", l, err)
	}
	if l.Voice("shop", order.English).Clip(Goodbye) == nil || l.Voice("", "").Clip(Goodbye) == nil {
		t.Error("nobody says goodbye")
	}
}
