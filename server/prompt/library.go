package prompt

import (
	"errors"
	"fmt"
	"io/fs"

	"tsunagi/shared/order"
)

// Library is the voices of a site: the built-in ones, with the site's own recordings
// over them, with each merchant's own over those. It is immutable.
//
// The site's folder holds recordings for every merchant, and a folder of each merchant
// that has its own, named for the merchant's ID. In either, "en" has those in English:
//
//	greeting.wav            every merchant, Japanese
//	en/greeting.wav         every merchant, English
//	shop/greeting.wav       merchant shop, Japanese
//	shop/en/greeting.wav    merchant shop, English
type Library struct {
	site      map[order.Language]*Voice
	merchants map[string]map[order.Language]*Voice
	shelves   []Shelf
}

// Shelf is what a site or one of its merchants has recorded in a language.
type Shelf struct {
	Merchant string // empty: for every merchant
	Language order.Language
	Own      []Name
	Missing  []Name // spoken by the voice beneath: a listener hears two
}

// OpenLibrary reads a site's folder; nil is a site without one. Its error tells of
// every recording that is wrong.
func OpenLibrary(folder fs.FS) (*Library, error) {
	l := &Library{site: make(map[order.Language]*Voice), merchants: make(map[string]map[order.Language]*Voice)}
	var wrong []error
	for _, language := range order.Languages() {
		v, err := LoadIn(language, nil)
		if err != nil {
			return nil, err
		}
		if l.site[language], err = l.over(v, "", folder); err != nil {
			wrong = append(wrong, err)
			l.site[language] = v // for the merchants' recordings to be looked at too
		}
	}
	if folder == nil {
		return l, nil
	}
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, fmt.Errorf("list folder of recordings: %w", err)
	}
	for _, entry := range entries {
		if !entry.IsDir() || entry.Name() == string(order.English) {
			continue
		}
		wrong = append(wrong, l.addMerchant(entry.Name(), folder))
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *Library) addMerchant(merchant string, site fs.FS) error {
	folder, err := fs.Sub(site, merchant)
	if err != nil {
		return fmt.Errorf("open folder %s: %w", merchant, err)
	}
	voices := make(map[order.Language]*Voice)
	var wrong []error
	for _, language := range order.Languages() {
		if voices[language], err = l.over(l.site[language], merchant, folder); err != nil {
			wrong = append(wrong, err)
		}
	}
	l.merchants[merchant] = voices
	return errors.Join(wrong...)
}

// over is a voice with the recordings of a folder over it, where there are any.
func (l *Library) over(beneath *Voice, merchant string, folder fs.FS) (*Voice, error) {
	if folder == nil {
		return beneath, nil
	}
	where := merchant
	if beneath.language == order.English {
		english, err := fs.Sub(folder, string(order.English))
		if err != nil {
			return nil, fmt.Errorf("open folder of English recordings: %w", err)
		}
		if _, err := fs.Stat(english, "."); errors.Is(err, fs.ErrNotExist) {
			return beneath, nil
		}
		folder, where = english, where+"/"+string(order.English)
	}
	own, err := readFolder(folder, NamesIn(beneath.language))
	if err != nil {
		return nil, fmt.Errorf("in %q: %w", where, err)
	}
	if len(own) == 0 {
		return beneath, nil
	}
	shelf := Shelf{Merchant: merchant, Language: beneath.language}
	for _, name := range NamesIn(beneath.language) {
		switch {
		case own[name] != nil:
			shelf.Own = append(shelf.Own, name)
		case name != Ringback && name != Music: // not speech
			shelf.Missing = append(shelf.Missing, name)
		}
	}
	l.shelves = append(l.shelves, shelf)
	return beneath.with(own), nil
}

// Voice is what a merchant's callers hear in a language; empty is Japanese.
func (l *Library) Voice(merchant string, language order.Language) *Voice {
	if language == "" {
		language = order.Japanese
	}
	if v := l.merchants[merchant][language]; v != nil {
		return v
	}
	return l.site[language]
}

// Shelves lists what was recorded besides the built-in voices. The caller owns it.
func (l *Library) Shelves() []Shelf { return append([]Shelf(nil), l.shelves...) }
