package main

import (
	"context"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"tsunagi/desktop/native"
)

// frame is the program's only window as the system has it. Wails is behind it;
// tests have their own.
type frame interface {
	// Place is where it is. The sizes of a maximised one are of no use.
	Place() native.Place
	// Put moves it, and keeps the person from making it smaller than the least.
	Put(place native.Place, least size)
	// OnTop keeps it above all others.
	OnTop(on bool)
	// Front shows it, in front of all others.
	Front()
	Hide()
	Minimise()
	// Screen is the size of the screen that it is on; zero where nobody knows.
	Screen() size
}

// size is in the system's units, as native.Place.
type size struct{ width, height int }

// wailsFrame holds the context that Wails gave to this window: its functions find the
// window by it.
type wailsFrame struct{ window context.Context }

func (f wailsFrame) Place() native.Place {
	x, y := runtime.WindowGetPosition(f.window)
	width, height := runtime.WindowGetSize(f.window)
	return native.Place{X: x, Y: y, Width: width, Height: height, Maximised: runtime.WindowIsMaximised(f.window)}
}

func (f wailsFrame) Put(place native.Place, least size) {
	if !place.Maximised && runtime.WindowIsMaximised(f.window) {
		runtime.WindowUnmaximise(f.window)
	}
	runtime.WindowSetMinSize(f.window, least.width, least.height)
	// GTK follows the new least size on its own thread, and until then refuses a smaller
	// window: a question to that thread waits its turn.
	runtime.WindowGetSize(f.window)
	runtime.WindowSetSize(f.window, place.Width, place.Height)
	runtime.WindowSetPosition(f.window, place.X, place.Y)
	if place.Maximised {
		runtime.WindowMaximise(f.window)
	}
}

func (f wailsFrame) OnTop(on bool) { runtime.WindowSetAlwaysOnTop(f.window, on) }

func (f wailsFrame) Front() {
	runtime.WindowUnminimise(f.window)
	runtime.WindowShow(f.window)
}

func (f wailsFrame) Hide()     { runtime.WindowHide(f.window) }
func (f wailsFrame) Minimise() { runtime.WindowMinimise(f.window) }

func (f wailsFrame) Screen() size {
	screens, err := runtime.ScreenGetAll(f.window)
	if err != nil {
		return size{}
	}
	for _, s := range screens {
		if s.IsCurrent {
			return size{s.Size.Width, s.Size.Height}
		}
	}
	return size{}
}
