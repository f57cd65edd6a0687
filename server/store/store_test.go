package store

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/shared/order"
)

// noon is when these tests take place.
var noon = time.Date(2026, 4, 1, 3, 0, 0, 0, time.UTC)

// operator is a user that openTest puts into every database.
var operator = ivr.UserKey{Merchant: "shop", User: "op1"}

// openTest opens a database of its own with one merchant and one operator.
func openTest(t testing.TB) *Store {
	t.Helper()
	content, err := template()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "data", "tsunagi.db")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return openAt(t, path)
}

// template is the file that every test begins with. Making the schema takes most of
// the time of a small test, so it is made once.
var template = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "store")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // it lies in the system's own folder
	path := filepath.Join(folder, "tsunagi.db")
	s, err := Open(context.Background(), path)
	if err != nil {
		return nil, err
	}
	err = errors.Join(
		s.PutMerchant(context.Background(), ivr.DefaultMerchant("shop", "つなぎ商店")),
		s.PutUser(context.Background(), ivr.User{Key: operator, Role: ivr.RoleOperator, IVRNumber: "05030001024"}),
		s.Close())
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func openAt(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func orderNamed(id order.TransactionID) order.Order {
	return order.Order{TransactionID: id, Amount: 36_500, PaymentCount: order.Once}
}

func TestOpenMakesThingsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes: the folder's rights decide")
	}
	s := openAt(t, filepath.Join(t.TempDir(), "data", "tsunagi.db"))
	for path, want := range map[string]fs.FileMode{
		filepath.Dir(s.path): 0o700, s.path: 0o600, s.path + "-wal": 0o600, s.path + "-shm": 0o600,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("mode of %s: got %o, want %o", path, got, want)
		}
	}
}

func TestOpenSetsDurability(t *testing.T) {
	s := openTest(t)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		var got string
		if err := s.write.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("PRAGMA %s: got %s, want %s", pragma, got, want)
		}
	}
}

func TestReadersCannotWrite(t *testing.T) {
	s := openTest(t)
	if _, err := s.read.Exec("DELETE FROM users"); err == nil {
		t.Error("the reading connections accept a change")
	}
}

func TestOpenKeepsAndFindsOddPaths(t *testing.T) {
	folder := "データ 50%?#"
	if runtime.GOOS == "windows" {
		folder = "データ 50%#" // no name there has a question mark
	}
	path := filepath.Join(t.TempDir(), folder, "a b.db")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.PutMerchant(t.Context(), ivr.DefaultMerchant("shop", "つなぎ商店")); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again := openAt(t, path)
	if m, err := again.Merchant(t.Context(), "shop"); err != nil || m.Name != "つなぎ商店" {
		t.Errorf("after reopening: got %q, %v", m.Name, err)
	}
}

func TestOpenRefusesNewer(t *testing.T) {
	s := openTest(t)
	if _, err := s.write.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), s.path); !errors.Is(err, ErrNewer) {
		t.Errorf("got %v, want ErrNewer", err)
	}
}

func TestOpenRefusesDamaged(t *testing.T) {
	tests := []struct {
		name   string
		damage func([]byte) []byte
	}{
		{"not a database", func([]byte) []byte { return []byte("this is a letter to the tax office, not a database at all") }},
		{"cut short", func(b []byte) []byte { return b[:len(b)/2] }},
		{"a page overwritten", func(b []byte) []byte { copy(b[4096+8:2*4096], make([]byte, 4096)); return b }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "tsunagi.db")
			content, err := template()
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, tt.damage(bytes.Clone(content)), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(t.Context(), path); !errors.Is(err, ErrDamaged) {
				t.Errorf("got %v, want ErrDamaged", err)
			}
		})
	}
}

// A power cut leaves the file and its log as the last fsync left them. A copy of
// both, taken while the database is open, is just that.
func TestCrashKeepsWhatWasCommitted(t *testing.T) {
	s := openTest(t)
	if err := s.BeginAttempt(t.Context(), attempt("a1", "order-1")); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	for _, suffix := range []string{"", "-wal"} {
		content, err := os.ReadFile(s.path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(copied+suffix, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	after := openAt(t, copied)
	got, err := after.AttemptsIn(t.Context(), ivr.AttemptSending)
	if err != nil || len(got) != 1 || got[0].ID != "a1" {
		t.Errorf("attempts being sent after the crash: got %v, %v; want a1", got, err)
	}
}

func TestChangeThatFailsChangesNothing(t *testing.T) {
	s := openTest(t)
	broken := errors.New("second thoughts")
	err := s.jointly(t.Context(), func(w *writing) error {
		if _, err := w.exec("UPDATE merchants SET name = 'gone'"); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want the error of the change", err)
	}
	if m, err := s.Merchant(t.Context(), "shop"); err != nil || m.Name != "つなぎ商店" {
		t.Errorf("after the rollback: got %q, %v", m.Name, err)
	}
}

func TestCancelledContextChangesNothing(t *testing.T) {
	s := openTest(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.BeginAttempt(ctx, attempt("a1", "order-1")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if _, err := s.Attempt(t.Context(), "a1"); !errors.Is(err, ivr.ErrNotFound) {
		t.Errorf("got %v, want ivr.ErrNotFound", err)
	}
}
