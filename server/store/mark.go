package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// head is the end of a chain: the number of its last row and that row's hash.
type head struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
}

func headOf(seq int64, hash []byte) head { return head{seq, hex.EncodeToString(hash)} }

// markText is what stands in the file beside the database. A database from an old
// backup has fewer rows than it says, or other ones.
type markText struct {
	Attempts head  `json:"attempts"`
	Audit    head  `json:"audit"`
	At       int64 `json:"at"`                 // of the last attempt event, ms
	Restored int64 `json:"restored,omitempty"` // since when the journal is incomplete, ms
}

// markBytes is the file's fixed length, so that one write replaces it whole.
const markBytes = 320

// mark remembers outside the database how far its chains have come. It is not
// synced: after a power cut it is behind the database, which says nothing.
type mark struct {
	mu   sync.Mutex
	path string
	file *os.File // open since the first change
	text markText
	had  bool // the file was there and could be read
}

func readMark(path string) (*mark, error) {
	m := &mark{path: path}
	content, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return m, nil
	case err != nil:
		return nil, err
	}
	m.had = json.Unmarshal(content, &m.text) == nil
	return m, nil
}

// note notes the last rows of the chains that are on disk.
func (m *mark) note(e ends) {
	if e == (ends{}) {
		return
	}
	m.change(func(t *markText) {
		if e.attempts.Seq > 0 {
			t.Attempts, t.At = e.attempts, e.attemptsAt.UnixMilli()
		}
		if e.audit.Seq > 0 {
			t.Audit = e.audit
		}
	})
}

// change rewrites the file. That it fails changes nothing of what is promised: an
// older mark recognises fewer backups, a missing one all.
func (m *mark) change(change func(*markText)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(&m.text)
	text, err := json.Marshal(m.text)
	if err != nil || len(text) >= markBytes {
		return
	}
	if m.file == nil {
		if m.file, err = os.OpenFile(m.path, os.O_CREATE|os.O_WRONLY, 0o600); err != nil {
			return
		}
	}
	_, _ = m.file.WriteAt([]byte(string(text)+strings.Repeat(" ", markBytes-1-len(text))+"\n"), 0)
}

// close lets go of the file.
func (m *mark) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.file != nil {
		_ = m.file.Close() // see change
		m.file = nil
	}
}

// searchable is how far back the acquirer's books are asked for where a restored
// journal is empty.
const searchable = 31 * 24 * time.Hour

// Restored tells whether the database is older than what this folder has seen, or
// came from elsewhere: then its journal may lack payments, from since on. It says so
// at every start until Complete. A new and empty database is not restored.
func (s *Store) Restored(ctx context.Context) (since time.Time, restored bool, err error) {
	var last struct {
		seq, at int64
		hash    []byte
	}
	err = s.read.QueryRowContext(ctx, "SELECT seq, at, hash FROM attempt_events ORDER BY seq DESC LIMIT 1").
		Scan(&last.seq, &last.at, &last.hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, false, fmt.Errorf("read the end of the journal: %w", err)
	}
	s.mark.mu.Lock()
	text, had := s.mark.text, s.mark.had
	s.mark.mu.Unlock()
	whole, err := s.contains(ctx, text.Attempts)
	switch {
	case err != nil:
		return time.Time{}, false, fmt.Errorf("read the journal: %w", err)
	case text.Restored != 0:
		return time.UnixMilli(text.Restored), true, nil
	case had && whole, !had && last.seq == 0:
		return time.Time{}, false, nil
	case last.seq > 0:
		since = time.UnixMilli(last.at)
	default:
		since = time.UnixMilli(text.At).Add(-searchable)
	}
	if had && last.seq >= text.Attempts.Seq {
		since = since.Add(-searchable) // another history: nobody knows where it begins
	}
	s.mark.change(func(t *markText) {
		t.Attempts, t.At, t.Restored = headOf(last.seq, last.hash), last.at, since.UnixMilli()
	})
	return since, true, nil
}

// contains tells whether the chain of attempt events has that row.
func (s *Store) contains(ctx context.Context, h head) (bool, error) {
	if h.Seq == 0 {
		return true, nil
	}
	var hash []byte
	err := s.read.QueryRowContext(ctx, "SELECT hash FROM attempt_events WHERE seq = ?", h.Seq).Scan(&hash)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return hex.EncodeToString(hash) == h.Hash, err
}

// Complete says that a restored journal lacks nothing any more.
func (s *Store) Complete() { s.mark.change(func(t *markText) { t.Restored = 0 }) }
