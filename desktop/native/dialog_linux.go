package native

import "errors"

// SystemDialogs tells whether ShowDialog has dialogs of the system. On Linux those are
// GTK's, which the window's own library shows on its thread.
const SystemDialogs = false

// ShowDialog is not for Linux.
func ShowDialog(string, string, bool) error {
	return errors.New("dialogs are GTK's here")
}
