package native

import "testing"

// The list of the person who runs the test is not touched.
func TestStartup(t *testing.T) {
	startup := openTestStartup(t)
	steps := []struct {
		set  func() error
		want bool
	}{
		{func() error { return nil }, false},
		{func() error { return startup.Set(false) }, false}, // of one that is not there
		{func() error { return startup.Set(true) }, true},
		{func() error { return startup.Set(true) }, true},
		{func() error { return startup.Set(false) }, false},
	}
	for i, step := range steps {
		if err := step.set(); err != nil {
			t.Fatalf("step %d: %v", i+1, err)
		}
		if got, err := startup.Enabled(); got != step.want || err != nil {
			t.Errorf("step %d: got %t, %v, want %t", i+1, got, err, step.want)
		}
	}
}

// Desktop Entry Specification, The Exec key.
func TestDesktopEntryQuotesThePath(t *testing.T) {
	got := desktopEntry(`/opt/a b/100%/x"y$z\w` + "`")
	want := "[Desktop Entry]\nType=Application\nName=Tsunagi\nComment=電話でのカード決済\n" +
		`Exec="/opt/a b/100%%/x\\"y\\$z\\\\w\\` + "`\" --background\nIcon=tsunagi\nTerminal=false\n"
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}
