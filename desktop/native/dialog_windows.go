package native

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	messageBox          = user32.NewProc("MessageBoxW")
	setForegroundWindow = user32.NewProc("SetForegroundWindow")
)

const (
	boxIconStop    = 0x10
	boxIconInfo    = 0x40
	boxForeground  = 0x10000 // MB_SETFOREGROUND
	boxAboveOthers = 0x40000 // MB_TOPMOST
)

// SystemDialogs tells whether ShowDialog has dialogs of the system.
const SystemDialogs = true

// ShowDialog shows a dialog of the system in front of every program and returns when
// the person has closed it.
func ShowDialog(title, text string, good bool) error {
	titlePointer, err := windows.UTF16PtrFromString(title)
	if err != nil {
		return fmt.Errorf("show a dialog: %w", err)
	}
	textPointer, err := windows.UTF16PtrFromString(text)
	if err != nil {
		return fmt.Errorf("show a dialog: %w", err)
	}
	style := uintptr(boxIconStop | boxForeground | boxAboveOthers)
	if good {
		style = boxIconInfo | boxForeground | boxAboveOthers
	}
	// Its owner is the program's window, which is in the way of nothing while the
	// dialog is open; without one the dialog stands for itself.
	window, _ := ownWindow()
	if window != 0 {
		setForegroundWindow.Call(uintptr(window)) // Windows may refuse: MB_SETFOREGROUND tries again
	}
	pressed, _, err := messageBox.Call(uintptr(window),
		uintptr(unsafe.Pointer(textPointer)), uintptr(unsafe.Pointer(titlePointer)), style)
	if pressed == 0 {
		return fmt.Errorf("show a dialog: %w", err)
	}
	return nil
}
