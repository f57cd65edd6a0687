package native

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	createIconFromResourceEx = user32.NewProc("CreateIconFromResourceEx")
	getSystemMetrics         = user32.NewProc("GetSystemMetrics")
)

const (
	smallIconWidth = 49         // SM_CXSMICON
	iconVersion    = 0x00030000 // of every icon since Windows 3
)

// loadIcon makes an icon of the size that the taskbar has from the file's picture that
// comes nearest. The caller destroys it.
func loadIcon(file []byte) (windows.Handle, error) {
	width, _, _ := getSystemMetrics.Call(smallIconWidth)
	picture, err := iconPicture(file, int(width))
	if err != nil {
		return 0, err
	}
	icon, _, err := createIconFromResourceEx.Call(uintptr(unsafe.Pointer(&picture[0])), uintptr(len(picture)),
		1, iconVersion, width, width, 0)
	if icon == 0 {
		return 0, fmt.Errorf("make an icon: %w", err)
	}
	return windows.Handle(icon), nil
}

// iconPicture finds in an .ico file the smallest picture that is not narrower than
// width, or else the widest. The file has six bytes, of which the last two count the
// pictures, and sixteen for each: width (0 for 256) first, its length in bytes at 8 and
// where it begins at 12.
func iconPicture(file []byte, width int) ([]byte, error) {
	const head, entry = 6, 16
	if len(file) < head {
		return nil, errors.New("an icon's file is too short")
	}
	var best []byte
	var bestWidth int
	for i := range int(binary.LittleEndian.Uint16(file[4:])) {
		at := head + i*entry
		if at+entry > len(file) {
			return nil, errors.New("an icon's file is too short")
		}
		size, begin := binary.LittleEndian.Uint32(file[at+8:]), binary.LittleEndian.Uint32(file[at+12:])
		if size == 0 || uint64(begin)+uint64(size) > uint64(len(file)) {
			return nil, errors.New("an icon's file names a picture outside of it")
		}
		wide := int(file[at])
		if wide == 0 {
			wide = 256
		}
		if best == nil || wide >= width && (bestWidth < width || wide < bestWidth) || wide < width && wide > bestWidth {
			best, bestWidth = file[begin:begin+size], wide
		}
	}
	if best == nil {
		return nil, errors.New("an icon's file has no picture")
	}
	return best, nil
}
