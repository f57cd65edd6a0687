package native

import (
	"fmt"
	"os"
	"strings"
)

// Startup is the system's list of what to start when the person logs in. The list
// is the truth: the person may change it elsewhere.
type Startup interface {
	Enabled() (bool, error)
	// Set puts the program on the list or takes it off.
	Set(on bool) error
}

// backgroundSwitch starts the program without its window in the person's way.
const backgroundSwitch = "--background"

// ownPath is the program on the disk.
func ownPath() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find the program's own file: %w", err)
	}
	return path, nil
}

// desktopEntry is an autostart file after the Desktop Entry Specification 1.5.
func desktopEntry(path string) string {
	// In a quoted argument these four are escaped (The Exec key), and the backslash
	// once more, because the value is a string (Possible value types). A % begins a
	// field code.
	quoted := strings.NewReplacer(`\`, `\\\\`, `"`, `\\"`, "`", "\\\\`", `$`, `\\$`, `%`, `%%`).Replace(path)
	return "[Desktop Entry]\nType=Application\nName=Tsunagi\nComment=電話でのカード決済\n" +
		`Exec="` + quoted + `" ` + backgroundSwitch + "\nIcon=tsunagi\nTerminal=false\n"
}
