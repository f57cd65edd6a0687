package main

import (
	"testing"

	"tsunagi/desktop/alarm"
	"tsunagi/desktop/native"
)

// testFrame is a window on a screen of 1920×1080.
type testFrame struct {
	now     native.Place
	least   size
	onTop   bool
	screen  size
	visible bool
	fronts  int
}

func (f *testFrame) Place() native.Place { return f.now }

func (f *testFrame) Put(place native.Place, least size) {
	if place.Maximised {
		f.now = native.Place{Width: f.Screen().width, Height: f.Screen().height, Maximised: true}
	} else {
		f.now = place
	}
	f.least = least
}

func (f *testFrame) OnTop(on bool) { f.onTop = on }
func (f *testFrame) Front()        { f.visible, f.fronts = true, f.fronts+1 }
func (f *testFrame) Hide()         { f.visible = false }
func (f *testFrame) Minimise()     { f.visible = false }

func (f *testFrame) Screen() size {
	if f.screen == (size{}) {
		return size{1920, 1080}
	}
	return f.screen
}

// testMachine has a window and nothing else.
func testMachine() machine {
	return machine{Options: alarm.Options{Log: quiet, Raise: func(bool) {}}, frame: &testFrame{}, quit: func() {}}
}

func openWindow(t *testing.T, folder string) (*window, *testFrame) {
	t.Helper()
	settings, _, err := native.OpenSettings(folder)
	if err != nil {
		t.Fatal(err)
	}
	f := &testFrame{}
	w := &window{frame: f, settings: settings, log: quiet}
	w.restore()
	return w, f
}

func TestEachModeComesBackToItsPlace(t *testing.T) {
	folder := t.TempDir()
	w, f := openWindow(t, folder)
	if want := (native.Place{X: 320, Y: 140, Width: 1280, Height: 800}); f.now != want || f.least != leastSize {
		t.Errorf("first start: got %+v, at least %v, want the middle", f.now, f.least)
	}
	f.now = native.Place{X: 7, Y: 8, Width: 1100, Height: 700}
	w.setMini(true)
	if f.now.Width != 360 || f.now.Height != 180 || f.least != miniSize || !f.onTop {
		t.Errorf("mini: got %+v, at least %v, on top %t", f.now, f.least, f.onTop)
	}
	f.now.X, f.now.Y = 1500, 30
	w.setMini(true) // already
	w.setMini(false)
	if want := (native.Place{X: 7, Y: 8, Width: 1100, Height: 700}); f.now != want || f.least != leastSize || f.onTop {
		t.Errorf("back: got %+v, at least %v, on top %t", f.now, f.least, f.onTop)
	}
	w.setMini(true)
	if f.now.X != 1500 || f.now.Y != 30 {
		t.Errorf("mini again: got %+v", f.now)
	}
	w.remember() // the program ends in mini
	_, next := openWindow(t, folder)
	if want := (native.Place{X: 7, Y: 8, Width: 1100, Height: 700}); next.now != want {
		t.Errorf("next start: got %+v, want %+v", next.now, want)
	}
}

func TestMaximisedWindow(t *testing.T) {
	folder := t.TempDir()
	w, f := openWindow(t, folder)
	f.now = native.Place{X: 7, Y: 8, Width: 1100, Height: 700}
	w.remember()
	f.now = native.Place{Width: 1920, Height: 1040, Maximised: true}
	w.remember()
	w, f = openWindow(t, folder)
	if !f.now.Maximised {
		t.Errorf("next start: got %+v, want it maximised", f.now)
	}
	if got := w.settings.Places().Full; got.Width != 1100 || got.X != 7 {
		t.Errorf("the place under the maximised one is lost: %+v", got)
	}
}

func TestMiniNeedNotBeOnTop(t *testing.T) {
	w, f := openWindow(t, t.TempDir())
	w.setMini(true)
	change := func(onTop bool) {
		if err := w.settings.Change(func(s *native.Settings) { s.MiniOnTop = onTop }); err != nil {
			t.Fatal(err)
		}
		w.settle()
	}
	if change(false); f.onTop {
		t.Error("still on top after the setting")
	}
	if change(true); !f.onTop {
		t.Error("not on top after the setting")
	}
	w.setMini(false)
	if w.settle(); f.onTop {
		t.Error("the full window is on top")
	}
}

// A screen may be gone, or another one be there.
func TestPlaceStaysOnTheScreen(t *testing.T) {
	place := native.Place{X: 3000, Y: -50, Width: 1600, Height: 1200}
	tests := []struct {
		name   string
		screen size
		want   native.Place
	}{
		{"large", size{2560, 1440}, native.Place{X: 960, Y: 0, Width: 1600, Height: 1200}},
		{"small", size{1280, 720}, native.Place{X: 0, Y: 0, Width: 1280, Height: 720}},
		{"too small for the design", size{960, 540}, native.Place{X: 0, Y: 0, Width: 960, Height: 540}},
		{"unknown", size{}, place},
	}
	for _, test := range tests {
		if got := fit(place, fullSize, leastSize.within(test.screen), test.screen); got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.name, got, test.want)
		}
	}
}
