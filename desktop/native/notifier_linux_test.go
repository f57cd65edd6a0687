package native

import (
	"bufio"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// startBus gives the test a session bus of its own.
func startBus(t *testing.T) {
	t.Helper()
	daemon := exec.Command("dbus-daemon", "--session", "--nofork", "--print-address")
	out, err := daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		t.Fatalf("%v (apt-get install dbus)", err)
	}
	t.Cleanup(func() {
		daemon.Process.Kill() //nolint:errcheck // it may be gone
		daemon.Wait()         //nolint:errcheck // killed
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", strings.TrimSpace(address))
}

// notifications is a service org.freedesktop.Notifications that writes down what it
// is told.
type notifications struct {
	conn *dbus.Conn

	mu     sync.Mutex
	lastID uint32
	shown  []shownNotification
	closed []uint32
}

type shownNotification struct {
	Replaces, ID uint32
	Summary      string
	Actions      []string
	Value        int32
	Urgency      byte
	Expire       int32
}

func startNotifications(t *testing.T) *notifications {
	t.Helper()
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	n := &notifications{conn: conn}
	if err := conn.Export(n, notifyPath, notifyService); err != nil {
		t.Fatal(err)
	}
	if reply, err := conn.RequestName(notifyService, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("own the name: %v, %v", reply, err)
	}
	return n
}

// Notify is the method of the specification.
func (n *notifications) Notify(_ string, replaces uint32, _, summary, _ string, actions []string, hints map[string]dbus.Variant, expire int32) (uint32, *dbus.Error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	id := replaces
	if id == 0 {
		n.lastID++
		id = n.lastID
	}
	value, _ := hints["value"].Value().(int32)
	urgency, _ := hints["urgency"].Value().(byte)
	n.shown = append(n.shown, shownNotification{replaces, id, summary, actions, value, urgency, expire})
	return id, nil
}

// CloseNotification is the method of the specification.
func (n *notifications) CloseNotification(id uint32) *dbus.Error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closed = append(n.closed, id)
	return nil
}

func (n *notifications) seen() ([]shownNotification, []uint32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.shown), slices.Clone(n.closed)
}

func (n *notifications) signal(t *testing.T, name string, body ...any) {
	t.Helper()
	if err := n.conn.Emit(notifyPath, notifyService+"."+name, body...); err != nil {
		t.Fatal(err)
	}
}

func openNotifier(t *testing.T) Notifier {
	t.Helper()
	notifier, err := OpenNotifier()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { notifier.Close() }) //nolint:errcheck // checked where it matters
	return notifier
}

func show(t *testing.T, notifier Notifier, title string, percent int, first bool) {
	t.Helper()
	if err := notifier.Show(Notification{Title: title, Percent: percent, First: first}); err != nil {
		t.Fatal(err)
	}
}

// Desktop Notifications Specification: a notification sent with replaces_id takes the
// place of the one with that ID, without a second one popping up.
func TestNotificationReplacesItself(t *testing.T) {
	startBus(t)
	service, notifier := startNotifications(t), openNotifier(t)
	show(t, notifier, "20", 100, true)
	show(t, notifier, "19", 95, false)
	if err := notifier.Clear(); err != nil {
		t.Fatal(err)
	}
	show(t, notifier, "20", 100, true)
	shown, closed := service.seen()
	want := []shownNotification{
		{0, 1, "20", []string{"default", "20"}, 100, 2, 0},
		{1, 1, "19", []string{"default", "19"}, 95, 2, 0},
		{0, 2, "20", []string{"default", "20"}, 100, 2, 0},
	}
	if !slices.EqualFunc(shown, want, func(a, b shownNotification) bool {
		return slices.Equal(a.Actions, b.Actions) && a.ID == b.ID && a.Replaces == b.Replaces && a.Summary == b.Summary &&
			a.Value == b.Value && a.Urgency == b.Urgency && a.Expire == b.Expire
	}) {
		t.Errorf("shown %+v, want %+v", shown, want)
	}
	if !slices.Equal(closed, []uint32{1}) {
		t.Errorf("closed %v, want the first", closed)
	}
}

func TestClickOnTheOwnNotification(t *testing.T) {
	startBus(t)
	service, notifier := startNotifications(t), openNotifier(t)
	show(t, notifier, "20", 100, true)
	service.signal(t, "ActionInvoked", "no number", 5) // of a service that is broken
	service.signal(t, "ActionInvoked")
	service.signal(t, "ActionInvoked", uint32(77), "default") // of another program
	service.signal(t, "ActionInvoked", uint32(1), "default")
	select {
	case <-notifier.Clicked():
	case <-time.After(10 * time.Second):
		t.Fatal("the click did not come")
	}
	select {
	case <-notifier.Clicked():
		t.Error("a click on another program's notification counts")
	default:
	}
}

// One that was put away does not pop up again each second, but the next countdown does.
func TestNotificationThatWasPutAway(t *testing.T) {
	startBus(t)
	service, notifier := startNotifications(t), openNotifier(t)
	show(t, notifier, "20", 100, true)
	service.signal(t, "NotificationClosed", uint32(1), uint32(2))
	service.signal(t, "ActionInvoked", uint32(1), "default")
	// The signals are in order: once a later one was taken, so was the first.
	own := notifier.(*dbusNotifier)
	for done := false; !done; {
		own.mu.Lock()
		done = own.closed
		own.mu.Unlock()
		runtime.Gosched()
	}
	show(t, notifier, "19", 95, false)
	if shown, _ := service.seen(); len(shown) != 1 {
		t.Errorf("popped up again: %+v", shown)
	}
	show(t, notifier, "20", 100, true)
	if shown, _ := service.seen(); len(shown) != 2 || shown[1].Replaces != 0 {
		t.Errorf("the next countdown: %+v", shown)
	}
}

func TestWithoutANotificationService(t *testing.T) {
	startBus(t)
	notifier := openNotifier(t)
	if err := notifier.Show(Notification{Title: "20", First: true}); err == nil {
		t.Error("shown by nobody")
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	if _, err := OpenNotifier(); err == nil {
		t.Error("opened without a bus")
	}
}

func TestDockShowsTheBar(t *testing.T) {
	startBus(t)
	listener, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if err := listener.AddMatchSignal(dbus.WithMatchInterface("com.canonical.Unity.LauncherEntry")); err != nil {
		t.Fatal(err)
	}
	signals := make(chan *dbus.Signal, 8)
	listener.Signal(signals)
	dock, err := OpenTaskbar()
	if err != nil {
		t.Fatal(err)
	}
	if err := dock.Show(45, true); err != nil {
		t.Fatal(err)
	}
	if err := dock.Close(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []map[string]any{
		{"progress": 0.45, "progress-visible": true, "urgent": true},
		{"progress-visible": false, "urgent": false},
	} {
		signal := <-signals
		properties := signal.Body[1].(map[string]dbus.Variant)
		for name, value := range want {
			if properties[name].Value() != value {
				t.Errorf("%s: got %v, want %v", name, properties[name], value)
			}
		}
		if signal.Body[0] != "application://tsunagi.desktop" {
			t.Errorf("for %v", signal.Body[0])
		}
	}
}
