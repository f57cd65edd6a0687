package native

import (
	"fmt"

	"github.com/godbus/dbus/v5"
)

// dockEntry names the program to docks as its desktop file is named.
const dockEntry = "application://tsunagi.desktop"

// dbusDock is a Taskbar by the LauncherEntry signals, which Ubuntu's dock, KDE's
// task bar and others follow. Where nobody listens nothing happens.
type dbusDock struct{ conn *dbus.Conn }

// OpenTaskbar connects to the session bus.
func OpenTaskbar() (Taskbar, error) {
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return nil, fmt.Errorf("open the session bus: %w", err)
	}
	return dbusDock{conn}, nil
}

func (d dbusDock) Show(percent int, urgent bool) error {
	return d.update(map[string]dbus.Variant{
		"progress":         dbus.MakeVariant(float64(percent) / 100),
		"progress-visible": dbus.MakeVariant(true),
		"urgent":           dbus.MakeVariant(urgent),
	})
}

func (d dbusDock) Clear() error {
	return d.update(map[string]dbus.Variant{
		"progress-visible": dbus.MakeVariant(false),
		"urgent":           dbus.MakeVariant(false),
	})
}

func (d dbusDock) Close() error {
	err := d.Clear()
	d.conn.Close()
	return err
}

func (d dbusDock) update(properties map[string]dbus.Variant) error {
	err := d.conn.Emit("/com/canonical/unity/launcherentry/tsunagi", "com.canonical.Unity.LauncherEntry.Update", dockEntry, properties)
	if err != nil {
		return fmt.Errorf("update the dock: %w", err)
	}
	return nil
}
