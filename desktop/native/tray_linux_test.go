package native

import (
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// trayHost is a StatusNotifierWatcher, as a desktop's panel has one.
type trayHost struct{ registered chan string }

// RegisterStatusNotifierItem is the method of the specification.
func (h trayHost) RegisterStatusNotifierItem(_ string, sender dbus.Sender) *dbus.Error {
	h.registered <- string(sender)
	return nil
}

func TestTrayWithoutAHost(t *testing.T) {
	startBus(t)
	if HasTray() {
		t.Error("found a notification area on an empty bus")
	}
	if _, err := OpenTray(TrayOptions{}); err == nil {
		t.Error("showed an icon nowhere")
	}
}

// The StatusNotifierItem specification: the item is registered with the watcher, bears
// its words and icon as properties, and a click activates it.
func TestTrayIcon(t *testing.T) {
	if trayUsed.Load() {
		t.Skip("the icon can be shown once in a run")
	}
	startBus(t)
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	host := trayHost{make(chan string, 10)}
	const watcher = "org.kde.StatusNotifierWatcher"
	if err := conn.Export(host, "/StatusNotifierWatcher", watcher); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName(watcher, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	opened := make(chan struct{}, 1)
	tray, err := OpenTray(TrayOptions{Open: func() { opened <- struct{}{} }, Quit: func() {}, OpenWords: "開く", QuitWords: "終了"})
	if err != nil {
		t.Fatal(err)
	}
	var item dbus.BusObject
	select {
	case name := <-host.registered:
		item = conn.Object(name, "/StatusNotifierItem")
	case <-time.After(10 * time.Second):
		t.Fatal("the icon did not register")
	}
	tray.Show(MoodSend, "送信してください")
	var pixels dbus.Variant
	if pixels, err = item.GetProperty("org.kde.StatusNotifierItem.IconPixmap"); err != nil {
		t.Fatal(err)
	}
	if list, ok := pixels.Value().([][]any); !ok || len(list) == 0 || list[0][0].(int32) != 64 {
		t.Errorf("icon: got %v", pixels.Signature())
	}
	if err := item.Call("org.kde.StatusNotifierItem.Activate", 0, 0, 0).Err; err != nil {
		t.Fatal(err)
	}
	select {
	case <-opened:
	case <-time.After(10 * time.Second):
		t.Error("the click did not come")
	}
	tray.Close()
	if _, err := OpenTray(TrayOptions{}); err != ErrTrayAgain {
		t.Errorf("once more: got %v, want %v", err, ErrTrayAgain)
	}
}
