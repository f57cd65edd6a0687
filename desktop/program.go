package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	goruntime "runtime"
	"sync"
	"sync/atomic"

	"github.com/wailsapp/wails/v2/pkg/logger"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/windows"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"tsunagi/desktop/server"
	"tsunagi/frontend"
	"tsunagi/shared/message"
)

// program is one run, from the making of the window to its end.
type program struct {
	flags flags
	app   *App
	log   *slog.Logger

	loaded  chan struct{} // closed when the page is there
	load    sync.Once     // guards loaded: a page may load again
	second  chan struct{} // a second start handed over
	over    chan struct{} // closed when the window is gone
	ended   chan struct{} // closed when run has returned
	leaving atomic.Bool   // the person ends the program, though it has a tray icon
	err     error         // why it could not start; read after ended
}

func newProgram(f flags, log *slog.Logger) *program {
	return &program{
		flags:  f,
		app:    newApp(),
		log:    log,
		loaded: make(chan struct{}),
		second: make(chan struct{}, 1),
		over:   make(chan struct{}),
		ended:  make(chan struct{}),
	}
}

// window is the program's only one, in the sizes of the design.
func (p *program) window() *options.App {
	return &options.App{
		Title: "Tsunagi",
		Width: fullSize.width, Height: fullSize.height, MinWidth: leastSize.width, MinHeight: leastSize.height,
		StartHidden:      true,                          // until it is where it was left
		BackgroundColour: options.NewRGB(248, 248, 248), // --bg-chrome, until the page is there
		AssetServer:      &assetserver.Options{Assets: frontend.FS()},
		Bind:             []any{p.app},
		ErrorFormatter:   formatError,
		SingleInstanceLock: &options.SingleInstanceLock{
			UniqueId:               p.instance(),
			OnSecondInstanceLaunch: func(options.SecondInstanceData) { p.handOver() },
		},
		OnStartup:     p.run,
		OnDomReady:    func(context.Context) { p.load.Do(func() { close(p.loaded) }) },
		OnBeforeClose: func(context.Context) (stay bool) { return p.app.leave() && !p.leaving.Load() },
		OnShutdown:    func(context.Context) { close(p.over); <-p.ended },

		// A reload, a dropped file or a zoom by accident must not take the form away.
		EnableDefaultContextMenu: false,
		DragAndDrop:              &options.DragAndDrop{DisableWebViewDrop: true},
		Windows: &windows.Options{
			Theme: windows.SystemDefault, WebviewUserDataPath: cmp.Or(p.flags.ConfigDir, pagesFolder()),
			DisablePinchZoom: true, IsZoomControlEnabled: false, EnableSwipeGestures: false,
		},
		Linux: &linux.Options{ProgramName: "tsunagi", WebviewGpuPolicy: linux.WebviewGpuPolicyNever},

		// Below these levels Wails logs the arguments of every call: passwords.
		LogLevel:           logger.INFO,
		LogLevelProduction: logger.WARNING,
	}
}

// instance names what may run only once: an installation, which is its folder.
func (p *program) instance() string {
	return fmt.Sprintf("tsunagi-%.8x", sha256.Sum256([]byte(p.flags.ConfigDir)))
}

// handOver never waits: one hint to come to the front is as good as two.
func (p *program) handOver() {
	select {
	case p.second <- struct{}{}:
	default:
	}
}

// run lives as long as the window. Wails calls it on a goroutine of its own.
func (p *program) run(ctx context.Context) {
	defer close(p.ended)
	opened, err := openFiles(p.flags, p.log)
	if err != nil {
		p.fail(ctx, err)
		return
	}
	// A second start ends before its page is loaded, and must not resume the session
	// of the first.
	select {
	case <-p.loaded:
	case <-p.over:
		return
	}
	m := thisMachine(ctx, p.flags, p.log)
	emit := func(e server.Event) { runtime.EventsEmit(ctx, eventName, e) }
	m.quit = func() { p.leaving.Store(true); runtime.Quit(ctx) }
	parts, stop := connect(opened, p.flags.auto, p.log, emit, m)
	defer stop()
	parts.window.restore()
	switch {
	case !p.flags.Background:
		m.frame.Front()
	case !parts.tray.shown():
		m.frame.Front() // minimising takes a window that is shown
		m.frame.Minimise()
	}
	if goruntime.GOOS == "linux" {
		parts.window.restore() // GTK moves a window only once it is shown
	}
	p.app.start(parts)
	for {
		select {
		case <-p.second:
			m.frame.Front()
		case <-p.over:
			return
		}
	}
}

// fail tells the person why there will be no window, and ends the program.
func (p *program) fail(ctx context.Context, err error) {
	p.err = err
	_, dialogErr := runtime.MessageDialog(ctx, runtime.MessageDialogOptions{
		Type: runtime.ErrorDialog, Title: "Tsunagi", Message: message.CannotStart + "\n\n" + err.Error(),
	})
	if dialogErr != nil {
		p.log.Error("show why the program cannot start", slog.Any("error", dialogErr))
	}
	runtime.Quit(ctx)
}
