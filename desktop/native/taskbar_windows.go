package native

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"github.com/go-ole/go-ole"
	"golang.org/x/sys/windows"
)

var (
	user32                   = windows.NewLazySystemDLL("user32.dll")
	findWindowEx             = user32.NewProc("FindWindowExW")
	flashWindowEx            = user32.NewProc("FlashWindowEx")
	taskbarList              = ole.NewGUID("{56FDF344-FD6D-11d0-958A-006097C9A090}")
	taskbarList3             = ole.NewGUID("{EA1AFB91-9E28-4B86-90E9-9E9F8A5EEFAF}")
	windowClass, windowTitle = windows.StringToUTF16Ptr("wailsWindow"), windows.StringToUTF16Ptr("Tsunagi")
)

// Places in the table of ITaskbarList3 (shobjidl_core.h).
const (
	slotHrInit           = 3
	slotSetProgressValue = 9
	slotSetProgressState = 10
	slots                = 11
)

const (
	progressNone   = 0    // TBPF_NOPROGRESS
	progressPaused = 8    // TBPF_PAUSED: yellow, the nearest to the orange of a send window
	flashTray      = 0x02 // FLASHW_TRAY
	flashNoFront   = 0x0C // FLASHW_TIMERNOFG: until the window is in front
)

// flashInfo is FLASHWINFO.
type flashInfo struct {
	size    uint32
	window  windows.HWND
	flags   uint32
	count   uint32
	timeout uint32
}

// comTaskbar is a Taskbar by ITaskbarList3. COM wants every call on one thread.
type comTaskbar struct {
	calls chan func(*ole.IUnknown) error
	errs  chan error
}

// OpenTaskbar begins the thread of the task bar's calls.
func OpenTaskbar() (Taskbar, error) {
	t := &comTaskbar{calls: make(chan func(*ole.IUnknown) error), errs: make(chan error)}
	go t.serve()
	if err := <-t.errs; err != nil {
		return nil, fmt.Errorf("open the task bar: %w", err)
	}
	return t, nil
}

// serve carries out the calls until Close.
func (t *comTaskbar) serve() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := ole.CoInitializeEx(0, ole.COINIT_APARTMENTTHREADED); err != nil {
		t.errs <- err
		return
	}
	defer ole.CoUninitialize()
	list, err := ole.CreateInstance(taskbarList, taskbarList3)
	if err == nil {
		err = method(list, slotHrInit)
	}
	t.errs <- err
	if err != nil {
		return
	}
	defer list.Release()
	for call := range t.calls {
		t.errs <- call(list)
	}
	close(t.errs)
}

func (t *comTaskbar) do(call func(*ole.IUnknown) error) error {
	t.calls <- call
	return <-t.errs
}

func (t *comTaskbar) Show(percent int, urgent bool) error {
	return t.do(func(list *ole.IUnknown) error {
		window, err := ownWindow()
		if err != nil {
			return err
		}
		if urgent {
			flash(window, flashTray|flashNoFront)
		}
		return errors.Join(
			method(list, slotSetProgressState, uintptr(window), progressPaused),
			method(list, slotSetProgressValue, uintptr(window), uintptr(percent), 100),
		)
	})
}

func (t *comTaskbar) Clear() error {
	return t.do(func(list *ole.IUnknown) error {
		window, err := ownWindow()
		if err != nil {
			return err
		}
		flash(window, 0)
		return method(list, slotSetProgressState, uintptr(window), progressNone)
	})
}

// Close leaves the button to Windows: the window goes.
func (t *comTaskbar) Close() error {
	close(t.calls)
	<-t.errs
	return nil
}

// method calls one of the interface's own.
func method(list *ole.IUnknown, slot int, args ...uintptr) error {
	table := (*[slots]uintptr)(unsafe.Pointer(list.RawVTable))
	result, _, _ := syscall.SyscallN(table[slot], append([]uintptr{uintptr(unsafe.Pointer(list))}, args...)...)
	if int32(result) < 0 {
		return ole.NewError(result)
	}
	return nil
}

func flash(window windows.HWND, flags uint32) {
	info := flashInfo{window: window, flags: flags}
	info.size = uint32(unsafe.Sizeof(info))
	flashWindowEx.Call(uintptr(unsafe.Pointer(&info))) // answers with what was before
}

// ownWindow is the program's: another start's has the same class and title.
func ownWindow() (windows.HWND, error) {
	var window windows.HWND
	for {
		next, _, _ := findWindowEx.Call(0, uintptr(window), uintptr(unsafe.Pointer(windowClass)), uintptr(unsafe.Pointer(windowTitle)))
		if window = windows.HWND(next); window == 0 {
			return 0, errors.New("the program has no window")
		}
		var owner uint32
		if _, err := windows.GetWindowThreadProcessId(window, &owner); err == nil && int(owner) == os.Getpid() {
			return window, nil
		}
	}
}
