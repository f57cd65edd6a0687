package native

import (
	"errors"
	"fmt"

	"github.com/godbus/dbus/v5"
)

// findTrayHost asks for the host of StatusNotifierItems: without one an icon would be
// shown nowhere, and a window hidden behind it would be lost.
func findTrayHost() error {
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return fmt.Errorf("open the session bus: %w", err)
	}
	defer conn.Close()
	var there bool
	if err := conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, "org.kde.StatusNotifierWatcher").Store(&there); err != nil {
		return err
	}
	if !there {
		return errors.New("this desktop has no host for status icons")
	}
	return nil
}
