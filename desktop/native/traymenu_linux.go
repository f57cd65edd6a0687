package native

import (
	"maps"
	"slices"

	"github.com/godbus/dbus/v5"
)

// The menu of a status icon is drawn by its host, which asks for it by the interface
// com.canonical.dbusmenu, version 3 (libdbusmenu's dbus-menu.xml).
const (
	menuInterface = "com.canonical.dbusmenu"
	menuPath      = dbus.ObjectPath("/StatusNotifierItem/Menu")
)

// The menu's items by number.
const (
	menuRoot = int32(iota)
	menuOpen
	menuQuit
)

// trayMenu has two items, which never change while the icon is there.
type trayMenu struct{ options TrayOptions }

// menuNode is an item with what is under it.
type menuNode struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant // of menuNode
}

// menuProperties is an item as a host asks for many at once.
type menuProperties struct {
	ID         int32
	Properties map[string]dbus.Variant
}

// menuEvent is something that the person did to an item.
type menuEvent struct {
	ID   int32
	Kind string
	Data dbus.Variant
	At   uint32
}

func (m trayMenu) items() map[int32]map[string]dbus.Variant {
	label := func(words string) map[string]dbus.Variant {
		return map[string]dbus.Variant{"label": dbus.MakeVariant(words)}
	}
	return map[int32]map[string]dbus.Variant{
		menuRoot: {"children-display": dbus.MakeVariant("submenu")},
		menuOpen: label(m.options.OpenWords),
		menuQuit: label(m.options.QuitWords),
	}
}

// GetLayout is an item with those under it; a depth of 0 leaves them out. The revision
// is always the first: nothing changes.
func (m trayMenu) GetLayout(parent, depth int32, _ []string) (revision uint32, layout menuNode, _ *dbus.Error) {
	items := m.items()
	properties, known := items[parent]
	if !known {
		return 0, menuNode{}, noSuchItem()
	}
	layout = menuNode{ID: parent, Properties: properties, Children: []dbus.Variant{}}
	if parent == menuRoot && depth != 0 {
		for _, id := range []int32{menuOpen, menuQuit} {
			layout.Children = append(layout.Children, dbus.MakeVariant(menuNode{ID: id, Properties: items[id], Children: []dbus.Variant{}}))
		}
	}
	return 1, layout, nil
}

// GetGroupProperties are those of the items; no number at all means every item.
func (m trayMenu) GetGroupProperties(ids []int32, _ []string) ([]menuProperties, *dbus.Error) {
	items := m.items()
	if len(ids) == 0 {
		ids = slices.Sorted(maps.Keys(items))
	}
	list := []menuProperties{}
	for _, id := range ids {
		if properties, known := items[id]; known {
			list = append(list, menuProperties{id, properties})
		}
	}
	return list, nil
}

// GetProperty is one of an item's.
func (m trayMenu) GetProperty(id int32, name string) (dbus.Variant, *dbus.Error) {
	value, known := m.items()[id][name]
	if !known {
		return dbus.Variant{}, noSuchItem()
	}
	return value, nil
}

// Event is told of everything the person does; only the choice of an item matters.
func (m trayMenu) Event(id int32, kind string, _ dbus.Variant, _ uint32) *dbus.Error {
	if kind != "clicked" {
		return nil
	}
	switch id {
	case menuOpen:
		m.options.Open()
	case menuQuit:
		m.options.Quit()
	default:
		return noSuchItem()
	}
	return nil
}

// EventGroup answers with the numbers that there are no items for.
func (m trayMenu) EventGroup(events []menuEvent) (unknown []int32, _ *dbus.Error) {
	unknown = []int32{}
	for _, e := range events {
		if m.Event(e.ID, e.Kind, e.Data, e.At) != nil {
			unknown = append(unknown, e.ID)
		}
	}
	return unknown, nil
}

// AboutToShow answers that the menu is as it was asked for.
func (trayMenu) AboutToShow(_ int32) (needsUpdate bool, _ *dbus.Error) { return false, nil }

// AboutToShowGroup answers the same for many.
func (trayMenu) AboutToShowGroup(_ []int32) (needUpdate, unknown []int32, _ *dbus.Error) {
	return []int32{}, []int32{}, nil
}

func noSuchItem() *dbus.Error {
	return dbus.NewError("org.freedesktop.DBus.Error.InvalidArgs", []any{"the menu has no such item"})
}
