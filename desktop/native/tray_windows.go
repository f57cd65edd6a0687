package native

import (
	"fmt"
	"runtime"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	shell32             = windows.NewLazySystemDLL("shell32.dll")
	shellNotifyIcon     = shell32.NewProc("Shell_NotifyIconW")
	appendMenu          = user32.NewProc("AppendMenuW")
	createPopupMenu     = user32.NewProc("CreatePopupMenu")
	createWindowEx      = user32.NewProc("CreateWindowExW")
	defWindowProc       = user32.NewProc("DefWindowProcW")
	destroyIcon         = user32.NewProc("DestroyIcon")
	destroyMenu         = user32.NewProc("DestroyMenu")
	destroyWindow       = user32.NewProc("DestroyWindow")
	dispatchMessage     = user32.NewProc("DispatchMessageW")
	getCursorPos        = user32.NewProc("GetCursorPos")
	getMessage          = user32.NewProc("GetMessageW")
	postMessage         = user32.NewProc("PostMessageW")
	postQuitMessage     = user32.NewProc("PostQuitMessage")
	registerClassEx     = user32.NewProc("RegisterClassExW")
	registerMessage     = user32.NewProc("RegisterWindowMessageW")
	trackPopupMenu      = user32.NewProc("TrackPopupMenu")
	trayClass           = windows.StringToUTF16Ptr("TsunagiTray")
	taskbarCreatedWords = windows.StringToUTF16Ptr("TaskbarCreated")
)

const (
	iconAdd, iconModify, iconDelete         = 0, 1, 2 // NIM_ADD, NIM_MODIFY, NIM_DELETE
	iconHasMessage, iconHasIcon, iconHasTip = 1, 2, 4 // NIF_MESSAGE, NIF_ICON, NIF_TIP
	wmNull, wmDestroy, wmClose              = 0, 2, 0x10
	wmLeftButtonUp, wmRightButtonUp         = 0x0202, 0x0205
	wmIcon                                  = 0x8001 // WM_APP + 1: the person does something to the icon
	menuReturnsChoice                       = 0x0100 // TPM_RETURNCMD
	menuAbovePointer                        = 0x0020 // TPM_BOTTOMALIGN
	choseOpen, choseQuit                    = 1, 2
	trayLimit                               = 5 * time.Second
)

// notifyIconData is NOTIFYICONDATAW.
type notifyIconData struct {
	size           uint32
	window         windows.HWND
	id             uint32
	flags, message uint32
	icon           windows.Handle
	tip            [128]uint16
	state, mask    uint32
	info           [256]uint16
	version        uint32
	infoTitle      [64]uint16
	infoFlags      uint32
	item           windows.GUID
	balloonIcon    windows.Handle
}

// windowClassEx is WNDCLASSEXW.
type windowClassEx struct {
	size, style                        uint32
	procedure                          uintptr
	classExtra, windowExtra            int32
	instance, icon, cursor, background windows.Handle
	menuName, className                *uint16
	smallIcon                          windows.Handle
}

// windowMessage is MSG.
type windowMessage struct {
	window         windows.HWND
	message        uint32
	wParam, lParam uintptr
	time           uint32
	x, y           int32
	private        uint32
}

// shellIcon is a Tray by Shell_NotifyIcon. Its window, which nobody sees, belongs to a
// thread, as every window does.
type shellIcon struct {
	options TrayOptions
	window  windows.HWND
	// taskbarCreated is the message that says that there is a new taskbar.
	taskbarCreated uint32

	asked chan func()   // what the person chose, for the goroutine that does it
	gone  chan struct{} // closed when the window is

	mu   sync.Mutex
	data notifyIconData
}

// shellIcons are the icons by their windows: a window procedure is told no more than
// the window. Windows keeps as many procedures as were ever made, so there is one.
var shellIcons = struct {
	sync.Mutex
	byWindow map[windows.HWND]*shellIcon
}{byWindow: make(map[windows.HWND]*shellIcon)}

var trayWindows = sync.OnceValues(func() (taskbarCreated uint32, err error) {
	class := windowClassEx{procedure: windows.NewCallback(trayProcedure), className: trayClass}
	class.size = uint32(unsafe.Sizeof(class))
	if atom, _, err := registerClassEx.Call(uintptr(unsafe.Pointer(&class))); atom == 0 {
		return 0, fmt.Errorf("register the window's class: %w", err)
	}
	number, _, err := registerMessage.Call(uintptr(unsafe.Pointer(taskbarCreatedWords)))
	if number == 0 {
		return 0, fmt.Errorf("register TaskbarCreated: %w", err)
	}
	return uint32(number), nil
})

// OpenTray shows the icon. An error means that there is none.
func OpenTray(options TrayOptions) (Tray, error) {
	t := &shellIcon{options: options, asked: make(chan func(), 1), gone: make(chan struct{})}
	opened := make(chan error, 1)
	go t.run(opened)
	if err := <-opened; err != nil {
		return nil, fmt.Errorf("show the tray icon: %w", err)
	}
	go t.serve()
	return t, nil
}

// run is the window's thread, from its making to its end.
func (t *shellIcon) run(opened chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(t.gone)
	if err := t.open(); err != nil {
		opened <- err
		return
	}
	opened <- nil
	var m windowMessage
	for {
		more, _, _ := getMessage.Call(uintptr(unsafe.Pointer(&m)), 0, 0, 0)
		if int32(more) <= 0 { // WM_QUIT, or an error
			return
		}
		dispatchMessage.Call(uintptr(unsafe.Pointer(&m)))
	}
}

func (t *shellIcon) open() error {
	var err error
	if t.taskbarCreated, err = trayWindows(); err != nil {
		return err
	}
	// A window of the desktop's, though never shown: TaskbarCreated reaches no other.
	window, _, err := createWindowEx.Call(0, uintptr(unsafe.Pointer(trayClass)), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	if window == 0 {
		return fmt.Errorf("make its window: %w", err)
	}
	t.window = windows.HWND(window)
	shellIcons.Lock()
	shellIcons.byWindow[t.window] = t
	shellIcons.Unlock()
	t.data = notifyIconData{window: t.window, id: 1, flags: iconHasMessage, message: wmIcon}
	t.data.size = uint32(unsafe.Sizeof(t.data))
	if err := t.draw(MoodPlain, "Tsunagi"); err != nil {
		destroyWindow.Call(window)
		return err
	}
	if err := t.tell(iconAdd); err != nil {
		destroyWindow.Call(window)
		return err
	}
	return nil
}

// serve does what was chosen, away from the window's thread: it may close the window.
func (t *shellIcon) serve() {
	for {
		select {
		case do := <-t.asked:
			do()
		case <-t.gone:
			return
		}
	}
}

func (t *shellIcon) Show(mood Mood, words string) error {
	if err := t.draw(mood, words); err != nil {
		return err
	}
	return t.tell(iconModify)
}

// draw makes the icon and the words what the next tell shows.
func (t *shellIcon) draw(mood Mood, words string) error {
	file, err := trayIcon(mood, "ico")
	if err != nil {
		return err
	}
	icon, err := loadIcon(file)
	if err != nil {
		return err
	}
	tip, err := windows.UTF16FromString(words)
	if err != nil {
		return fmt.Errorf("words of the tray icon: %w", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.data.icon != 0 {
		destroyIcon.Call(uintptr(t.data.icon)) // the taskbar has a copy of its own
	}
	t.data.icon = icon
	t.data.tip = [len(t.data.tip)]uint16{}
	copy(t.data.tip[:len(t.data.tip)-1], tip)
	t.data.flags |= iconHasIcon | iconHasTip
	return nil
}

func (t *shellIcon) tell(what uintptr) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	done, _, err := shellNotifyIcon.Call(what, uintptr(unsafe.Pointer(&t.data)))
	if done == 0 {
		return fmt.Errorf("tell the taskbar: %w", err)
	}
	return nil
}

func (t *shellIcon) Close() {
	postMessage.Call(uintptr(t.window), wmClose, 0, 0)
	select {
	case <-t.gone:
	case <-time.After(trayLimit): // the program ends without it
	}
}

// trayProcedure answers the messages of every icon's window, on its thread.
func trayProcedure(window windows.HWND, message uint32, wParam, lParam uintptr) uintptr {
	shellIcons.Lock()
	t := shellIcons.byWindow[window]
	shellIcons.Unlock()
	switch {
	case t == nil: // being made
	case message == wmIcon && uint32(lParam) == wmLeftButtonUp:
		t.ask(t.options.Open)
		return 0
	case message == wmIcon && uint32(lParam) == wmRightButtonUp:
		t.choose()
		return 0
	case message == t.taskbarCreated: // explorer has started anew, and knows no icons
		_ = t.tell(iconAdd) // as it was told before
		return 0
	case message == wmClose:
		destroyWindow.Call(uintptr(window))
		return 0
	case message == wmDestroy:
		t.leave()
		return 0
	}
	result, _, _ := defWindowProc.Call(uintptr(window), uintptr(message), wParam, lParam)
	return result
}

// leave is the end of the window, which its thread is told of.
func (t *shellIcon) leave() {
	_ = t.tell(iconDelete) // an icon of a window that is gone leaves by itself in the end
	t.mu.Lock()
	destroyIcon.Call(uintptr(t.data.icon))
	t.data.icon = 0
	t.mu.Unlock()
	shellIcons.Lock()
	delete(shellIcons.byWindow, t.window)
	shellIcons.Unlock()
	postQuitMessage.Call(0)
}

// ask has the other goroutine do something; one thing at a time is enough.
func (t *shellIcon) ask(do func()) {
	select {
	case t.asked <- do:
	default:
	}
}

// choose shows the menu at the pointer and waits for the choice.
func (t *shellIcon) choose() {
	menu, _, _ := createPopupMenu.Call()
	if menu == 0 {
		return
	}
	defer destroyMenu.Call(menu)
	appendItem(menu, choseOpen, t.options.OpenWords)
	appendItem(menu, choseQuit, t.options.QuitWords)
	var pointer struct{ x, y int32 }
	getCursorPos.Call(uintptr(unsafe.Pointer(&pointer)))
	// Without these two a menu stays open when the person clicks elsewhere (TrackPopupMenu, Remarks).
	setForegroundWindow.Call(uintptr(t.window))
	chosen, _, _ := trackPopupMenu.Call(menu, menuReturnsChoice|menuAbovePointer, uintptr(pointer.x), uintptr(pointer.y), 0, uintptr(t.window), 0)
	postMessage.Call(uintptr(t.window), wmNull, 0, 0)
	switch chosen {
	case choseOpen:
		t.ask(t.options.Open)
	case choseQuit:
		t.ask(t.options.Quit)
	}
}

func appendItem(menu, id uintptr, words string) {
	if text, err := windows.UTF16PtrFromString(words); err == nil {
		appendMenu.Call(menu, 0, id, uintptr(unsafe.Pointer(text)))
	}
}

// HasTray is content: every Windows has a notification area.
func HasTray() bool { return true }
