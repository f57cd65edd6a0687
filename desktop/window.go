package main

import (
	"log/slog"
	"sync"

	"tsunagi/desktop/native"
)

// The sizes of the design (design section 6).
var (
	fullSize  = size{1280, 800}
	leastSize = size{1024, 640}
	miniSize  = size{360, 180}
)

// window is the program's, in one of its two modes: the full one, and the mini one
// that stays above the others. Each comes back to where it was left.
type window struct {
	frame
	settings *native.SettingsFile
	log      *slog.Logger

	mu   sync.Mutex
	mini bool
}

// restore puts the window where the last run left it. It begins in full, for there is
// nothing to send before a login.
func (w *window) restore() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.putLocked()
}

// remember keeps where the window is. That the next start begins elsewhere is no
// reason to stop anybody.
func (w *window) remember() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rememberLocked()
}

// setMini changes the mode.
func (w *window) setMini(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if on == w.mini {
		return
	}
	w.rememberLocked()
	w.mini = on
	w.putLocked()
	w.frame.OnTop(on && w.settings.Settings().MiniOnTop)
}

// settle follows a change of the settings.
func (w *window) settle() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.mini {
		w.frame.OnTop(w.settings.Settings().MiniOnTop)
	}
}

func (w *window) rememberLocked() {
	places, now := w.settings.Places(), w.frame.Place()
	switch {
	case now.Width == 0:
		return // it is gone already
	case w.mini:
		places.Mini = now
	case now.Maximised:
		places.Full.Maximised = true // and where it goes when it no longer is
	default:
		places.Full = now
	}
	if err := w.settings.SetPlaces(places); err != nil {
		w.log.Warn("keep the window's place", slog.Any("error", err))
	}
}

func (w *window) putLocked() {
	places := w.settings.Places()
	place, usual, least := places.Full, fullSize, leastSize
	if w.mini {
		place, usual, least = places.Mini, miniSize, miniSize
	}
	screen := w.frame.Screen()
	least = least.within(screen)
	w.frame.Put(fit(place, usual, least, screen), least)
}

// within is the size that a screen has room for: one of 1920 by 1080 whose everything
// is drawn in twice the size has no room for the least size of the design.
func (s size) within(screen size) size {
	if screen == (size{}) {
		return s // unknown
	}
	return size{min(s.width, screen.width), min(s.height, screen.height)}
}

// fit is the place within the screen, which may be another than the last time. One
// that is new is in the middle.
func fit(place native.Place, usual, least, screen size) native.Place {
	fresh := place.Width == 0
	if fresh {
		place.Width, place.Height = usual.width, usual.height
	}
	if screen == (size{}) {
		return place
	}
	place.Width = max(least.width, min(place.Width, screen.width))
	place.Height = max(least.height, min(place.Height, screen.height))
	if fresh {
		place.X, place.Y = (screen.width-place.Width)/2, (screen.height-place.Height)/2
	}
	place.X = max(0, min(place.X, screen.width-place.Width))
	place.Y = max(0, min(place.Y, screen.height-place.Height))
	return place
}
