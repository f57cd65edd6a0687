package native

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-ole/go-ole"
	"golang.org/x/sys/windows/registry"
)

func TestRegisterApp(t *testing.T) {
	const path = `Software\Classes\AppUserModelId\Tsunagi.Test`
	t.Cleanup(func() { registry.DeleteKey(registry.CURRENT_USER, path) }) //nolint:errcheck // it may be gone
	if err := registerApp(path); err != nil {
		t.Fatal(err)
	}
	if err := registerApp(path); err != nil {
		t.Fatalf("once more: %v", err)
	}
	key, err := registry.OpenKey(registry.CURRENT_USER, path, registry.QUERY_VALUE)
	if err != nil {
		t.Fatal(err)
	}
	defer key.Close()
	if got, _, err := key.GetStringValue("DisplayName"); got != "Tsunagi" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

// A Windows without toasts, as wine is one, costs the notifications and nothing else;
// one that has them shows, replaces and clears.
func TestNotifierOpensOrSaysWhy(t *testing.T) {
	notifier, err := OpenNotifier()
	if err != nil {
		var refusal *ole.OleError
		if !errors.As(err, &refusal) || refusal.Code() != 0x80040154 { // REGDB_E_CLASSNOTREG
			t.Errorf("got %v, want toasts, or no class for them", err)
		}
		return
	}
	for i, n := range []Notification{{Title: "20", Percent: 100, First: true}, {Title: "19", Percent: 95}, {Title: "20", Percent: 100, First: true}} {
		if err := notifier.Show(n); err != nil {
			t.Errorf("show %d: %v", i+1, err)
		}
	}
	if err := notifier.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

func TestGuarded(t *testing.T) {
	if err := guarded(func() error { panic("no interface") }); err == nil || !strings.Contains(err.Error(), "no interface") {
		t.Errorf("got %v, want the panic as an error", err)
	}
}
