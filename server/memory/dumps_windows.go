package memory

import (
	"fmt"
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/windows"
)

var werAddExcludedApplication = windows.NewLazySystemDLL("wer.dll").NewProc("WerAddExcludedApplication")

// forbidDumps has Windows Error Reporting leave this program alone: no dialog, no
// report, no dump (WerAddExcludedApplication; the entry is the user's and stays).
func forbidDumps() error {
	windows.SetErrorMode(windows.SEM_FAILCRITICALERRORS | windows.SEM_NOGPFAULTERRORBOX | windows.SEM_NOOPENFILEERRORBOX)
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("switch error reporting off: %w", err)
	}
	name, err := windows.UTF16PtrFromString(filepath.Base(program))
	if err != nil {
		return fmt.Errorf("switch error reporting off: %w", err)
	}
	if err := werAddExcludedApplication.Find(); err != nil {
		return nil // a Windows without error reporting writes no reports
	}
	const thisUserOnly = 0
	if result, _, _ := werAddExcludedApplication.Call(uintptr(unsafe.Pointer(name)), thisUserOnly); int32(result) < 0 {
		return fmt.Errorf("switch error reporting off: WerAddExcludedApplication: %#x", uint32(result))
	}
	return nil
}
