package store

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"tsunagi/server"
)

func TestBackupAndRestore(t *testing.T) {
	folder := t.TempDir()
	path, backup := filepath.Join(folder, "tsunagi.db"), filepath.Join(folder, "backup.db")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	first := attempt("a1", "order-1")
	if err := s.BeginAttempt(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(backup); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the backup has mode %v, %v", info.Mode(), err)
	}
	if err := s.Backup(t.Context(), backup); !errors.Is(err, os.ErrExist) {
		t.Errorf("over a backup: got %v", err)
	}
	if err := s.BeginAttempt(t.Context(), attempt("a2", "order-2")); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	kept, err := Restore(t.Context(), path, backup)
	if err != nil || !strings.HasPrefix(kept, path+".before-") {
		t.Fatalf("got %q, %v", kept, err)
	}
	for name, want := range map[string][]ivr.AttemptID{path: {"a1"}, kept: {"a1", "a2"}} {
		s, err := Open(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		attempts, err := s.AttemptsIn(t.Context(), ivr.AttemptSending)
		if err != nil || len(attempts) != len(want) {
			t.Errorf("%s has %d attempts, %v; want %v", name, len(attempts), err, want)
		}
		if _, restored, err := s.Restored(t.Context()); err != nil || restored != (name == path || name == kept) {
			t.Errorf("%s: restored %t, %v", name, restored, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// What is no backup, or one that somebody has changed, leaves everything as it was.
func TestRestoreRefuses(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "tsunagi.db")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.BeginAttempt(t.Context(), attempt("a1", "order-1")); err != nil {
		t.Fatal(err)
	}
	tampered, garbage := filepath.Join(folder, "tampered.db"), filepath.Join(folder, "garbage.db")
	if err := s.Backup(t.Context(), tampered); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	other, err := Open(t.Context(), tampered)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"DROP TRIGGER attempt_events_no_update", "UPDATE attempt_events SET cause = 'another'"} {
		if _, err := other.write.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(garbage, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for backup, want := range map[string]error{tampered: ErrTampered, garbage: ErrDamaged, filepath.Join(folder, "none"): os.ErrNotExist} {
		if kept, err := Restore(t.Context(), path, backup); !errors.Is(err, want) || kept != "" {
			t.Errorf("%s: got %q, %v, want %v", filepath.Base(backup), kept, err, want)
		}
	}
	after, err := os.ReadFile(path)
	if err != nil || string(after) != string(before) {
		t.Errorf("the database was changed: %v", err)
	}
	left, _ := filepath.Glob(path + ".*ing*")
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
