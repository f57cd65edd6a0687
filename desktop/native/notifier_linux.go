package native

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"
)

// The Desktop Notifications Specification, 1.2. The calls go through dbus itself: a
// notification service that hangs must not hold up a countdown, and its signals are
// not to be trusted with their types.
const (
	notifyService = "org.freedesktop.Notifications"
	notifyPath    = dbus.ObjectPath("/org/freedesktop/Notifications")
	callLimit     = time.Second

	urgencyCritical = byte(2) // stays, also over a screen in full-screen mode
	neverExpires    = int32(0)
	defaultAction   = "default" // what a click on the notification itself invokes
)

// dbusNotifier is a Notifier on the session bus.
type dbusNotifier struct {
	conn    *dbus.Conn
	object  dbus.BusObject
	clicked chan struct{}
	done    chan struct{} // closed when the receiving goroutine is gone

	mu     sync.Mutex
	id     uint32 // of what is shown; 0: nothing is
	closed bool   // the person has put it away
}

// OpenNotifier connects to the session bus. An error means that the person gets no
// notifications.
func OpenNotifier() (Notifier, error) {
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return nil, fmt.Errorf("open the session bus: %w", err)
	}
	err = conn.AddMatchSignal(dbus.WithMatchObjectPath(notifyPath), dbus.WithMatchInterface(notifyService))
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("listen to notifications: %w", err)
	}
	n := &dbusNotifier{
		conn: conn, object: conn.Object(notifyService, notifyPath),
		clicked: make(chan struct{}, 1), done: make(chan struct{}),
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	go n.receive(signals)
	return n, nil
}

func (n *dbusNotifier) Clicked() <-chan struct{} { return n.clicked }

func (n *dbusNotifier) Show(what Notification) error {
	n.mu.Lock()
	id, away := n.id, n.closed && !what.First
	n.mu.Unlock()
	if away {
		return nil
	}
	hints := map[string]dbus.Variant{
		"urgency":       dbus.MakeVariant(urgencyCritical),
		"value":         dbus.MakeVariant(int32(what.Percent)),
		"desktop-entry": dbus.MakeVariant("tsunagi"),
	}
	ctx, cancel := context.WithTimeout(context.Background(), callLimit)
	defer cancel()
	call := n.object.CallWithContext(ctx, notifyService+".Notify", 0,
		"Tsunagi", id, "tsunagi", what.Title, what.Body, []string{defaultAction, what.Title}, hints, neverExpires)
	var shown uint32
	if err := call.Store(&shown); err != nil {
		return fmt.Errorf("show a notification: %w", err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.id, n.closed = shown, false
	return nil
}

func (n *dbusNotifier) Clear() error {
	n.mu.Lock()
	id := n.id
	n.id, n.closed = 0, false
	n.mu.Unlock()
	if id == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), callLimit)
	defer cancel()
	if call := n.object.CallWithContext(ctx, notifyService+".CloseNotification", 0, id); call.Err != nil {
		return fmt.Errorf("close a notification: %w", call.Err)
	}
	return nil
}

func (n *dbusNotifier) Close() error {
	err := n.Clear()
	n.conn.Close() // ends the signals
	<-n.done
	return err
}

// receive takes the signals until the bus is closed. They come for the notifications
// of every program.
func (n *dbusNotifier) receive(signals <-chan *dbus.Signal) {
	defer close(n.done)
	for signal := range signals {
		if len(signal.Body) < 1 {
			continue
		}
		id, ok := signal.Body[0].(uint32)
		if !ok {
			continue
		}
		n.mu.Lock()
		own := id != 0 && id == n.id
		if own && signal.Name == notifyService+".NotificationClosed" {
			n.id, n.closed = 0, true
		}
		n.mu.Unlock()
		if own && signal.Name == notifyService+".ActionInvoked" {
			select {
			case n.clicked <- struct{}{}:
			default: // one click is as good as two
			}
		}
	}
}
