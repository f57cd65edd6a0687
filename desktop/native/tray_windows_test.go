package native

import (
	"testing"
	"time"
	"unsafe"
)

func TestSizesOfTheTraysStructures(t *testing.T) {
	// On 64 bits, as the compilers for Windows lay them out.
	if got := unsafe.Sizeof(notifyIconData{}); got != 976 {
		t.Errorf("NOTIFYICONDATAW: got %d, want 976", got)
	}
	if got := unsafe.Sizeof(windowClassEx{}); got != 80 {
		t.Errorf("WNDCLASSEXW: got %d, want 80", got)
	}
	if got := unsafe.Sizeof(windowMessage{}); got != 48 {
		t.Errorf("MSG: got %d, want 48", got)
	}
}

// The setting is switched off and on as often as the person likes; a click opens, and
// Quit may close the icon itself.
func TestTrayComesBack(t *testing.T) {
	for range 3 {
		opened, closed := make(chan struct{}, 1), make(chan struct{})
		var tray Tray
		made := make(chan struct{})
		tray, err := OpenTray(TrayOptions{
			Open: func() { opened <- struct{}{} },
			Quit: func() {
				<-made
				tray.Close()
				close(closed)
			},
			OpenWords: "開く", QuitWords: "終了",
		})
		if err != nil {
			t.Fatal(err)
		}
		close(made)
		for _, mood := range []Mood{MoodReady, MoodSend, MoodLost, MoodPlain} {
			if err := tray.Show(mood, "Tsunagi\n送信してください"); err != nil {
				t.Errorf("%s: %v", mood, err)
			}
		}
		icon := tray.(*shellIcon)
		postMessage.Call(uintptr(icon.window), wmIcon, 1, wmLeftButtonUp)
		// Explorer that starts anew is told of the icon, which goes on.
		postMessage.Call(uintptr(icon.window), uintptr(icon.taskbarCreated), 0, 0)
		wait(t, "the click", opened)
		icon.ask(icon.options.Quit)
		wait(t, "the end", closed)
		wait(t, "the end of the thread", icon.gone)
		if icon.data.icon != 0 || len(shellIcons.byWindow) != 0 {
			t.Error("the icon or its window is still there")
		}
	}
}

func wait(t *testing.T, what string, came <-chan struct{}) {
	t.Helper()
	select {
	case <-came:
	case <-time.After(10 * time.Second):
		t.Fatalf("%s did not come", what)
	}
}

func TestIconPicture(t *testing.T) {
	// Two pictures, 16 and 32 wide, one byte each.
	file := []byte{
		0, 0, 1, 0, 2, 0,
		16, 16, 0, 0, 1, 0, 32, 0, 1, 0, 0, 0, 38, 0, 0, 0,
		32, 32, 0, 0, 1, 0, 32, 0, 1, 0, 0, 0, 39, 0, 0, 0,
		'S', 'L',
	}
	for width, want := range map[int]string{8: "S", 16: "S", 20: "L", 32: "L", 64: "L"} {
		if got, err := iconPicture(file, width); err != nil || string(got) != want {
			t.Errorf("for %d: got %q, %v, want %s", width, got, err, want)
		}
	}
	for cut := range len(file) - 1 {
		if got, err := iconPicture(file[:cut], 64); err == nil {
			t.Errorf("cut at %d: got %q", cut, got)
		}
	}
	if _, err := iconPicture([]byte{0, 0, 1, 0, 0, 0}, 16); err == nil {
		t.Error("no picture at all is one")
	}
}
