package control

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// start serves the table in a folder and stops with the test.
func start(t *testing.T, folder string, table *Table) *Server {
	t.Helper()
	listener, err := Listen(folder)
	if err != nil {
		t.Fatal(err)
	}
	s := Serve(listener, table, slog.New(slog.DiscardHandler))
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

func askSum(t *testing.T, folder string) error {
	t.Helper()
	c, err := Dial(t.Context(), folder)
	if err != nil {
		return err
	}
	defer c.Close() //nolint:errcheck // nothing hangs on it
	sum, err := Call(t.Context(), c, opAdd, addition{40, 2})
	if err == nil && sum != 42 {
		t.Errorf("got %d, want 42", sum)
	}
	return err
}

func TestACommandReachesTheServerOfItsFolder(t *testing.T) {
	folder := t.TempDir()
	if err := askSum(t, folder); !errors.Is(err, ErrNotRunning) {
		t.Errorf("before it runs: got %v, want ErrNotRunning", err)
	}
	if err := askSum(t, filepath.Join(folder, "none")); !errors.Is(err, ErrNotRunning) {
		t.Errorf("no folder: got %v, want ErrNotRunning", err)
	}
	s := start(t, folder, testTable(nil, nil))
	if err := askSum(t, folder); err != nil {
		t.Error(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if err := askSum(t, folder); !errors.Is(err, ErrNotRunning) {
		t.Errorf("after it has ended: got %v, want ErrNotRunning", err)
	}
}

func TestADeepFolderIsReachedToo(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "windows" {
		t.Skip("only Linux has /proc/self/fd, and Windows no limit")
	}
	folder := filepath.Join(t.TempDir(), strings.Repeat("d", 60), strings.Repeat("e", 60))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	s := start(t, folder, testTable(nil, nil))
	if err := askSum(t, folder); err != nil {
		t.Error(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
	start(t, folder, testTable(nil, nil)) // over what the first has left
	if err := askSum(t, folder); err != nil {
		t.Error(err)
	}
}

func TestCloseWaitsForWhatIsUnderWay(t *testing.T) {
	folder := t.TempDir()
	began, ended := make(chan struct{}, 1), make(chan error, 1)
	s := start(t, folder, testTable(began, ended))
	c, err := Dial(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // nothing hangs on it
	answered := make(chan error, 1)
	go func() {
		_, err := Call(context.Background(), c, opWait, None{})
		answered <- err
	}()
	<-began
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the operation's context: got %v", err)
		}
	default:
		t.Error("Close came back while an operation was under way")
	}
	if err := <-answered; err == nil || err.Error() != context.Canceled.Error() {
		t.Errorf("the asker got %v, want the operation's own error", err)
	}
}
