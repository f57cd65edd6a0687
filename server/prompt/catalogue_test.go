package prompt

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"tsunagi/shared/order"
)

// unspoken are the prompts without a built-in recording.
var unspoken = []Name{MerchantName, Ringback, Music}

func TestEveryNameHasAFileAndEveryFileAName(t *testing.T) {
	for _, l := range order.Languages() {
		t.Run(string(l), func(t *testing.T) { everyNameHasAFile(t, l) })
	}
}

func everyNameHasAFile(t *testing.T, l order.Language) {
	files := map[Name]bool{}
	folder := "voice/" + string(l) + "/"
	paths, err := fs.Glob(recordings, folder+"*.wav")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		name := strings.TrimSuffix(strings.TrimPrefix(path, folder), ".wav")
		files[Name(name)] = true
	}
	seen := map[Name]bool{}
	for _, line := range CatalogueIn(l) {
		if seen[line.Name] {
			t.Errorf("%s is listed twice", line.Name)
		}
		seen[line.Name] = true
		wantSpoken := !slices.Contains(unspoken, line.Name)
		if (line.Text != "") != wantSpoken {
			t.Errorf("%s: its text is %q, spoken should be %t", line.Name, line.Text, wantSpoken)
		}
		if files[line.Name] != wantSpoken {
			t.Errorf("%s: has a file: %t, want %t; make prompts", line.Name, files[line.Name], wantSpoken)
		}
		delete(files, line.Name)
	}
	for name := range files {
		t.Errorf("%s.wav is in no line of the catalogue", name)
	}
}

// What is said in one language is said in the other, sentence by sentence.
func TestCataloguesHaveTheSameSentences(t *testing.T) {
	if len(english) != len(sentences) {
		t.Fatalf("%d sentences in English, %d in Japanese", len(english), len(sentences))
	}
	for i, line := range sentences {
		if english[i].Name != line.Name {
			t.Errorf("sentence %d is %s in English and %s in Japanese", i, english[i].Name, line.Name)
		}
	}
	if CatalogueIn("fr") != nil {
		t.Error("there is a catalogue in a language that nobody speaks here")
	}
}

// What the specification quotes is said to the letter.
func TestQuotedSentences(t *testing.T) {
	quoted := map[Name]string{
		PressSend:     "送信ボタンを押してください。",
		OrderReceived: "決済情報を取得しました。「1」を押して速やかに転送を完了してください。",
		PleaseWait:    "しばらくお待ちください。",
		AmountIs:      "お支払い金額は、",
		AmountEnd:     "です。",
		Approved:      "決済が完了しました。ありがとうございました。",
	}
	for _, line := range Catalogue() {
		if want, ok := quoted[line.Name]; ok && line.Text != want {
			t.Errorf("%s: got %s, want %s", line.Name, line.Text, want)
		}
		delete(quoted, line.Name)
	}
	for name := range quoted {
		t.Errorf("%s is not in the catalogue", name)
	}
}

func TestEveryPaymentCountIsSpoken(t *testing.T) {
	names := Names()
	for _, count := range order.PaymentCounts() {
		if !slices.Contains(names, PaymentCount(count)) {
			t.Errorf("%s (%s) has no prompt", PaymentCount(count), count.Label())
		}
	}
}

func TestAttribution(t *testing.T) {
	for _, want := range []string{
		"HTS Voice tohoku-f01", "2015 Intelligent Communication Network (Ito-Nose) Laboratory",
		"Tohoku University", "CC BY 4.0", "cmu_us_slt", "Carnegie Mellon University", "Alan W Black",
		"Permission is hereby granted, free of charge", "DISCLAIM ALL WARRANTIES", "https://creativecommons.org/licenses/by/4.0/", "Changes:",
	} {
		if !strings.Contains(Attribution(), want) {
			t.Errorf("the attribution does not say %q", want)
		}
	}
}
