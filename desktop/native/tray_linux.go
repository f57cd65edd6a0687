package native

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/introspect"
	"github.com/godbus/dbus/v5/prop"
)

// The StatusNotifierItem specification, by the names that are in use:
// https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/
const (
	itemInterface = "org.kde.StatusNotifierItem"
	itemPath      = dbus.ObjectPath("/StatusNotifierItem")
	watcherName   = "org.kde.StatusNotifierWatcher"
	watcherPath   = dbus.ObjectPath("/StatusNotifierWatcher")
)

// statusItem is a Tray on a connection to the session bus of its own: with the
// connection the icon goes, wherever it was shown.
type statusItem struct {
	conn  *dbus.Conn
	props *prop.Properties
	done  chan struct{} // closed when the receiving goroutine is gone
}

// pixmap is a picture of the specification: ARGB, each pixel big-endian.
type pixmap struct {
	Width, Height int32
	Pixels        []byte
}

// toolTip is the specification's. The first two fields are an icon of its own.
type toolTip struct {
	IconName    string
	Icon        []pixmap
	Title, Text string
}

// OpenTray shows the icon. An error means that there is none, for instance on a Linux
// whose desktop has no notification area.
func OpenTray(options TrayOptions) (Tray, error) {
	conn, err := trayHost()
	if err != nil {
		return nil, fmt.Errorf("find the notification area: %w", err)
	}
	t := &statusItem{conn: conn, done: make(chan struct{})}
	if err := t.export(options); err != nil {
		conn.Close()
		return nil, fmt.Errorf("show the tray icon: %w", err)
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	go t.stayRegistered(signals)
	return t, nil
}

// export puts the item and its menu on the bus, and then tells the host of them.
func (t *statusItem) export(options TrayOptions) error {
	// A host asks for the item by its connection; the name is for whoever looks on.
	if _, err := t.conn.RequestName(fmt.Sprintf("%s-%d-1", itemInterface, os.Getpid()), dbus.NameFlagDoNotQueue); err != nil {
		return err
	}
	icon, err := pixmapOf(MoodPlain)
	if err != nil {
		return err
	}
	t.props, err = exportObject(t.conn, itemPath, itemInterface, itemMethods{options}, map[string]any{
		"Category": "ApplicationStatus", "Id": "tsunagi", "Title": "Tsunagi", "Status": "Active", "WindowId": int32(0),
		"IconName": "", "IconThemePath": "", "IconPixmap": []pixmap{icon}, "ToolTip": toolTip{Title: "Tsunagi"},
		"ItemIsMenu": false, "Menu": menuPath,
	})
	if err != nil {
		return err
	}
	_, err = exportObject(t.conn, menuPath, menuInterface, trayMenu{options}, map[string]any{
		"Version": uint32(3), "TextDirection": "ltr", "Status": "normal", "IconThemePath": []string{},
	})
	if err != nil {
		return err
	}
	// A host that starts anew knows nothing of the items of the old one.
	err = t.conn.AddMatchSignal(dbus.WithMatchSender("org.freedesktop.DBus"),
		dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, watcherName))
	if err != nil {
		return err
	}
	return t.register()
}

func (t *statusItem) register() error {
	return t.conn.Object(watcherName, watcherPath).
		Call(watcherName+".RegisterStatusNotifierItem", 0, string(itemPath)).Err
}

// stayRegistered ends with the connection.
func (t *statusItem) stayRegistered(signals <-chan *dbus.Signal) {
	defer close(t.done)
	for signal := range signals {
		if len(signal.Body) != 3 { // name, old owner, new owner
			continue
		}
		if owner, ok := signal.Body[2].(string); ok && owner != "" {
			_ = t.register() // a host that is gone again is followed by another
		}
	}
}

func (t *statusItem) Show(mood Mood, words string) error {
	icon, err := pixmapOf(mood)
	if err != nil {
		return err
	}
	t.props.SetMust(itemInterface, "IconPixmap", []pixmap{icon})
	t.props.SetMust(itemInterface, "ToolTip", toolTip{Title: words})
	return errors.Join(
		t.conn.Emit(itemPath, itemInterface+".NewIcon"),
		t.conn.Emit(itemPath, itemInterface+".NewToolTip"),
	)
}

func (t *statusItem) Close() {
	t.conn.Close()
	<-t.done
}

// itemMethods are what a host calls when the person does something to the icon.
type itemMethods struct{ options TrayOptions }

func (m itemMethods) Activate(_, _ int32) *dbus.Error {
	m.options.Open()
	return nil
}

func (m itemMethods) SecondaryActivate(x, y int32) *dbus.Error { return m.Activate(x, y) }

// ContextMenu is for items that draw their menu themselves: the host has ours.
func (itemMethods) ContextMenu(_, _ int32) *dbus.Error { return nil }

func (itemMethods) Scroll(_ int32, _ string) *dbus.Error { return nil }

// exportObject puts an object with one interface on the bus, its properties readable
// and everything described.
func exportObject(conn *dbus.Conn, path dbus.ObjectPath, name string, methods any, values map[string]any) (*prop.Properties, error) {
	spec := make(map[string]*prop.Prop)
	for property, value := range values {
		spec[property] = &prop.Prop{Value: value, Emit: prop.EmitTrue}
	}
	if err := conn.Export(methods, path, name); err != nil {
		return nil, err
	}
	props, err := prop.Export(conn, path, map[string]map[string]*prop.Prop{name: spec})
	if err != nil {
		return nil, err
	}
	node := &introspect.Node{Name: string(path), Interfaces: []introspect.Interface{
		introspect.IntrospectData, prop.IntrospectData,
		{Name: name, Methods: introspect.Methods(methods), Properties: props.Introspection(name)},
	}}
	return props, conn.Export(introspect.NewIntrospectable(node), path, "org.freedesktop.DBus.Introspectable")
}

func pixmapOf(mood Mood) (pixmap, error) {
	data, err := trayIcon(mood, "png")
	if err != nil {
		return pixmap{}, err
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return pixmap{}, fmt.Errorf("icon of the tray: %w", err)
	}
	return argb(picture), nil
}

func argb(picture image.Image) pixmap {
	bounds := picture.Bounds()
	p := pixmap{Width: int32(bounds.Dx()), Height: int32(bounds.Dy())}
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			c := color.NRGBAModel.Convert(picture.At(x, y)).(color.NRGBA)
			p.Pixels = append(p.Pixels, c.A, c.R, c.G, c.B)
		}
	}
	return p
}

// trayHost is a connection to a bus that has a host of StatusNotifierItems: without one
// an icon would be shown nowhere, and a window hidden behind it would be lost.
func trayHost() (*dbus.Conn, error) {
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return nil, fmt.Errorf("open the session bus: %w", err)
	}
	var there bool
	err = conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, watcherName).Store(&there)
	if err == nil && !there {
		err = errors.New("this desktop has no host for status icons")
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// HasTray tells whether this system has a place for the icon.
func HasTray() bool {
	conn, err := trayHost()
	if err != nil {
		return false
	}
	conn.Close()
	return true
}
