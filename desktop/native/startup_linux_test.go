package native

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func openTestStartup(t *testing.T) Startup {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	startup, err := OpenStartup()
	if err != nil {
		t.Fatal(err)
	}
	return startup
}

func TestStartupSwitchedOffElsewhere(t *testing.T) {
	startup := openTestStartup(t)
	if err := startup.Set(true); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(os.Getenv("XDG_CONFIG_HOME"), "autostart", "tsunagi.desktop")
	if check, err := exec.LookPath("desktop-file-validate"); err == nil {
		if out, err := exec.Command(check, path).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteString("Hidden=true\n"); err != nil {
		t.Fatal(err)
	}
	if on, err := startup.Enabled(); on || err != nil {
		t.Errorf("got %t, %v, want it off", on, err)
	}
}
