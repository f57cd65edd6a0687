package native

import (
	"fmt"
	"image"
	"image/color"
	"slices"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// panel is a StatusNotifierWatcher, as a desktop's panel has one.
type panel struct {
	conn       *dbus.Conn
	registered chan dbus.BusObject
}

// RegisterStatusNotifierItem is the method of the specification.
func (p panel) RegisterStatusNotifierItem(path string, sender dbus.Sender) *dbus.Error {
	p.registered <- p.conn.Object(string(sender), dbus.ObjectPath(path))
	return nil
}

func startPanel(t *testing.T) panel {
	t.Helper()
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	p := panel{conn, make(chan dbus.BusObject, 10)}
	if err := conn.Export(p, watcherPath, watcherName); err != nil {
		t.Fatal(err)
	}
	p.own(t)
	return p
}

func (p panel) own(t *testing.T) {
	t.Helper()
	if _, err := p.conn.RequestName(watcherName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
}

func (p panel) item(t *testing.T) dbus.BusObject {
	t.Helper()
	return within(t, "the icon at the panel", p.registered)
}

func within[T any](t *testing.T, what string, came <-chan T) T {
	t.Helper()
	select {
	case value := <-came:
		return value
	case <-time.After(10 * time.Second):
		t.Fatalf("%s did not come", what)
		panic("unreachable")
	}
}

func property[T any](t *testing.T, item dbus.BusObject, name string) T {
	t.Helper()
	var value T
	if err := item.StoreProperty(name, &value); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return value
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

// clicks are what the person chose.
func clicks() (TrayOptions, <-chan string) {
	chosen := make(chan string, 4)
	return TrayOptions{
		Open: func() { chosen <- "open" }, Quit: func() { chosen <- "quit" }, OpenWords: "開く", QuitWords: "終了",
	}, chosen
}

func openTray(t *testing.T, options TrayOptions) Tray {
	t.Helper()
	tray, err := OpenTray(options)
	if err != nil {
		t.Fatal(err)
	}
	return tray
}

// trayAtPanel is an icon that a panel shows, and what the person chooses of it.
func trayAtPanel(t *testing.T) (panel, Tray, dbus.BusObject, <-chan string) {
	t.Helper()
	startBus(t)
	p := startPanel(t)
	options, chosen := clicks()
	tray := openTray(t, options)
	t.Cleanup(tray.Close)
	return p, tray, p.item(t), chosen
}

// The StatusNotifierItem specification: the item is registered with the watcher, bears
// its words and icon as properties, and a click activates it.
func TestTrayIcon(t *testing.T) {
	_, tray, item, chosen := trayAtPanel(t)
	if err := tray.Show(MoodSend, "送信してください"); err != nil {
		t.Fatal(err)
	}
	if icon := property[[]pixmap](t, item, itemInterface+".IconPixmap"); len(icon) != 1 || icon[0].Width != 64 || len(icon[0].Pixels) != 64*64*4 {
		t.Errorf("got %d icons", len(icon))
	}
	if tip := property[toolTip](t, item, itemInterface+".ToolTip"); tip.Title != "送信してください" {
		t.Errorf("tip: got %+v", tip)
	}
	if err := item.Call(itemInterface+".Activate", 0, 0, 0).Err; err != nil {
		t.Fatal(err)
	}
	if got := within(t, "the click", chosen); got != "open" {
		t.Errorf("a click is %s", got)
	}
}

// com.canonical.dbusmenu: the host asks for the menu and tells what was chosen of it.
func TestTrayMenu(t *testing.T) {
	panel, _, item, chosen := trayAtPanel(t)
	menu := panel.conn.Object(item.Destination(), property[dbus.ObjectPath](t, item, itemInterface+".Menu"))
	var revision uint32
	var layout menuNode
	if err := menu.Call(menuInterface+".GetLayout", 0, menuRoot, int32(-1), []string{}).Store(&revision, &layout); err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, child := range layout.Children {
		var node menuNode
		if err := child.Store(&node); err != nil {
			t.Fatal(err)
		}
		words = append(words, fmt.Sprint(node.ID, " ", node.Properties["label"].Value()))
	}
	if want := []string{"1 開く", "2 終了"}; !slices.Equal(words, want) {
		t.Errorf("menu: got %q, want %q", words, want)
	}
	var group []menuProperties
	if err := menu.Call(menuInterface+".GetGroupProperties", 0, []int32{menuQuit, 99}, []string{}).Store(&group); err != nil {
		t.Fatal(err)
	}
	if len(group) != 1 || group[0].Properties["label"].Value() != "終了" {
		t.Errorf("properties: got %+v", group)
	}
	for id, want := range map[int32]string{menuOpen: "open", menuQuit: "quit"} {
		if err := menu.Call(menuInterface+".Event", 0, id, "clicked", dbus.MakeVariant(""), uint32(0)).Err; err != nil {
			t.Fatal(err)
		}
		if got := within(t, "the choice", chosen); got != want {
			t.Errorf("item %d: got %s, want %s", id, got, want)
		}
	}
	for name, call := range map[string]*dbus.Call{
		"an event":   menu.Call(menuInterface+".Event", 0, int32(99), "clicked", dbus.MakeVariant(""), uint32(0)),
		"a layout":   menu.Call(menuInterface+".GetLayout", 0, int32(99), int32(-1), []string{}),
		"a property": menu.Call(menuInterface+".GetProperty", 0, int32(99), "label"),
	} {
		if call.Err == nil {
			t.Errorf("%s of an item that is not there was answered", name)
		}
	}
}

// The setting is switched off and on as often as the person likes.
func TestTrayComesBack(t *testing.T) {
	startBus(t)
	panel := startPanel(t)
	var before string
	for range 3 {
		options, chosen := clicks()
		tray := openTray(t, options)
		item := panel.item(t)
		if err := tray.Show(MoodReady, "待機"); err != nil {
			t.Fatal(err)
		}
		if err := item.Call(itemInterface+".Activate", 0, 0, 0).Err; err != nil {
			t.Fatal(err)
		}
		within(t, "the click", chosen)
		tray.Close()
		// A panel sees the owner of the item leave the bus.
		until(t, "the icon's end", func() bool {
			var there bool
			err := panel.conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, item.Destination()).Store(&there)
			return err == nil && !there
		})
		if item.Destination() == before {
			t.Error("the icon came back on the old connection")
		}
		before = item.Destination()
	}
}

// Quit leads to Close, on the goroutine that the bus has called.
func TestTrayClosesFromItsOwnMenu(t *testing.T) {
	startBus(t)
	panel := startPanel(t)
	closed := make(chan struct{})
	var tray Tray
	opened := make(chan struct{})
	tray = openTray(t, TrayOptions{Open: func() {}, Quit: func() {
		<-opened
		tray.Close()
		close(closed)
	}})
	close(opened)
	item := panel.item(t)
	menu := panel.conn.Object(item.Destination(), menuPath)
	menu.Go(menuInterface+".Event", dbus.FlagNoReplyExpected, nil, menuQuit, "clicked", dbus.MakeVariant(""), uint32(0))
	within(t, "the end", closed)
}

// A panel that crashes and starts anew finds the icon again.
func TestTrayFindsTheNextHost(t *testing.T) {
	panel, _, first, _ := trayAtPanel(t)
	if _, err := panel.conn.ReleaseName(watcherName); err != nil {
		t.Fatal(err)
	}
	panel.own(t)
	if again := panel.item(t); again.Destination() != first.Destination() {
		t.Errorf("got %s, want %s", again.Destination(), first.Destination())
	}
}

func TestIconIsBigEndianARGB(t *testing.T) {
	picture := image.NewNRGBA(image.Rect(3, 3, 5, 4))
	picture.SetNRGBA(3, 3, color.NRGBA{R: 1, G: 2, B: 3, A: 128})
	picture.SetNRGBA(4, 3, color.NRGBA{R: 4, G: 5, B: 6, A: 255})
	got := argb(picture)
	if got.Width != 2 || got.Height != 1 || !slices.Equal(got.Pixels, []byte{128, 1, 2, 3, 255, 4, 5, 6}) {
		t.Errorf("got %+v", got)
	}
}
