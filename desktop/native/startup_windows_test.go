package native

import (
	"strings"
	"testing"

	"golang.org/x/sys/windows/registry"
)

func openTestStartup(t *testing.T) Startup {
	name := "Tsunagi test " + t.Name()
	t.Cleanup(func() { runValue{name}.Set(false) }) //nolint:errcheck // it may be gone
	return runValue{name}
}

func TestRunValueStartsInTheBackground(t *testing.T) {
	startup := openTestStartup(t).(runValue)
	if err := startup.Set(true); err != nil {
		t.Fatal(err)
	}
	key, err := registry.OpenKey(registry.CURRENT_USER, runKey, registry.QUERY_VALUE)
	if err != nil {
		t.Fatal(err)
	}
	defer key.Close()
	got, _, err := key.GetStringValue(startup.name)
	if path, _ := ownPath(); err != nil || !strings.Contains(got, path) || !strings.HasSuffix(got, " --background") {
		t.Errorf("got %q, %v", got, err)
	}
}
