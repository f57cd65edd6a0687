package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tsunagi/server"
)

func auditLine(n int) ivr.AuditRecord {
	return ivr.AuditRecord{
		At: noon.Add(time.Duration(n) * time.Minute), Kind: "login", Result: "ok", Who: operator,
		Source: "192.0.2.1", Object: fmt.Sprint("object-", n), Detail: "d",
	}
}

func openAudited(t *testing.T, lines int) *Store {
	t.Helper()
	s := openTest(t)
	for n := 1; n <= lines; n++ {
		if err := s.AppendAudit(t.Context(), auditLine(n)); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestAuditLines(t *testing.T) {
	s := openAudited(t, 5)
	other := auditLine(6)
	other.Who, other.Kind = ivr.UserKey{Merchant: "other", User: "x"}, "logout"
	if err := s.AppendAudit(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		query ivr.AuditQuery
		want  []int64
	}{
		{"all, newest first", ivr.AuditQuery{}, []int64{6, 5, 4, 3, 2, 1}},
		{"a page", ivr.AuditQuery{Limit: 2}, []int64{6, 5}},
		{"the next page", ivr.AuditQuery{Limit: 2, Before: 5}, []int64{4, 3}},
		{"of a merchant", ivr.AuditQuery{Merchant: "other"}, []int64{6}},
		{"of a user", ivr.AuditQuery{Merchant: "shop", User: "op1", Limit: 1}, []int64{5}},
		{"of a kind", ivr.AuditQuery{Kind: "logout"}, []int64{6}},
		{"of a time", ivr.AuditQuery{From: noon.Add(2 * time.Minute), To: noon.Add(3 * time.Minute)}, []int64{3, 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lines, err := s.AuditLines(t.Context(), tt.query)
			if err != nil {
				t.Fatal(err)
			}
			var got []int64
			for _, l := range lines {
				got = append(got, l.Seq)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	lines, _ := s.AuditLines(t.Context(), ivr.AuditQuery{Limit: 1, Before: 4})
	want := auditLine(3)
	want.Seq = 3
	if len(lines) != 1 || lines[0] != want {
		t.Errorf("got %+v, want %+v", lines, want)
	}
}

func TestAuditIsAppendOnly(t *testing.T) {
	s := openAudited(t, 2)
	for _, change := range []string{"UPDATE audit SET result = 'failed'", "DELETE FROM audit", "DELETE FROM audit WHERE seq = 2"} {
		if _, err := s.write.Exec(change); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: got %v", change, err)
		}
	}
	if n, err := s.VerifyAudit(t.Context()); err != nil || n != 2 {
		t.Errorf("got %d lines, %v", n, err)
	}
}

// Whoever gets past the triggers is found out.
func TestVerifyAudit(t *testing.T) {
	tests := []struct {
		name   string
		change string
		says   string
	}{
		{"nothing changed", "SELECT 1", ""},
		{"a result changed", "UPDATE audit SET result = 'failed' WHERE seq = 2", "line 2"},
		{"a time changed", "UPDATE audit SET at = at + 1 WHERE seq = 3", "line 3"},
		{"another user", "UPDATE audit SET user_id = 'op2' WHERE seq = 1", "line 1"},
		{"one taken out", "DELETE FROM audit WHERE seq = 2", "line 2 is missing"},
		{"the first taken out", "DELETE FROM audit WHERE seq = 1", "line 1 is missing"},
		{"the last taken out", "DELETE FROM audit WHERE seq = 4", "lines after 3 are missing"},
		{"the last taken out, and the count with it",
			"DELETE FROM audit WHERE seq = 4; UPDATE sqlite_sequence SET seq = 3 WHERE name = 'audit'", "lines after 3 are missing"},
		{"all taken out", "DELETE FROM audit", "lines after 0 are missing"},
		{"one put in", "INSERT INTO audit SELECT 5, at, kind, result, merchant_id, user_id, source, object, detail, hash, hash " +
			"FROM audit WHERE seq = 4", "line 5"},
		{"moved", "UPDATE audit SET seq = -seq; UPDATE audit SET seq = CASE seq WHEN -1 THEN 2 WHEN -2 THEN 1 ELSE -seq END", "line 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := openAudited(t, 4)
			if _, err := s.write.Exec("DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; " + tt.change); err != nil {
				t.Fatal(err)
			}
			_, err := s.VerifyAudit(t.Context())
			if tt.says == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !errors.Is(err, ErrTampered) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %q", err, tt.says)
			}
		})
	}
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "tsunagi.db")
	first, err := TakeLock(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = TakeLock(path)
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("(process %d)", os.Getpid())) {
		t.Errorf("a second server: got %v, want ErrLocked and the process", err)
	}
	if s, err := Open(t.Context(), path); err != nil {
		t.Errorf("a command beside the server: %v", err)
	} else if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	again, err := TakeLock(path)
	if err != nil {
		t.Fatalf("after the first has gone: %v", err)
	}
	if err := again.Release(); err != nil {
		t.Error(err)
	}
}

func TestRoom(t *testing.T) {
	s := openTest(t)
	s.minFree = 1
	if err := s.Room(); err != nil {
		t.Errorf("a byte is wanted: got %v", err)
	}
	s.minFree = 1 << 62
	if err := s.Room(); !errors.Is(err, ErrNoRoom) {
		t.Errorf("more than there is: got %v, want ErrNoRoom", err)
	}
}

// A database from an old backup is recognised at every start until it is complete.
func TestRestored(t *testing.T) {
	copyOf := func(t *testing.T, s *Store) []byte {
		t.Helper()
		if _, err := s.write.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(s.path)
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	expect := func(t *testing.T, path string, want bool, since time.Time) {
		t.Helper()
		s, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close() //nolint:errcheck // the folder goes anyway
		got, restored, err := s.Restored(t.Context())
		if err != nil || restored != want || restored && !got.Equal(since) {
			t.Errorf("got %t since %v, %v; want %t since %v", restored, got, err, want, since)
		}
	}
	s := openTest(t)
	if _, restored, err := s.Restored(t.Context()); err != nil || restored {
		t.Errorf("new and empty: got %t, %v", restored, err)
	}
	first := attempt("a1", "order-1")
	if err := s.BeginAttempt(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	backup := copyOf(t, s)
	if err := s.BeginAttempt(t.Context(), attempt("a2", "order-2")); err != nil {
		t.Fatal(err)
	}
	now := copyOf(t, s)
	expect(t, s.path, false, time.Time{})

	path := filepath.Join(t.TempDir(), "tsunagi.db")
	put := func(content []byte) {
		t.Helper()
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(now)
	expect(t, path, true, first.SendingAt) // without a mark: it comes from elsewhere
	marked, err := os.ReadFile(s.path + ".mark")
	if err == nil {
		err = os.WriteFile(path+".mark", marked, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	expect(t, path, false, time.Time{})
	put(backup)
	expect(t, path, true, first.SendingAt)
	expect(t, path, true, first.SendingAt) // a crash before it was complete
	c := openAt(t, path)
	c.Complete()
	if _, restored, err := c.Restored(t.Context()); err != nil || restored {
		t.Errorf("complete: got %t, %v", restored, err)
	}
}
