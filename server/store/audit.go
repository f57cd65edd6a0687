package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"tsunagi/server"
)

// defaultPage is how many lines of the audit log are listed where nobody says.
const defaultPage = 100

// AppendAudit adds lines to the audit log, in one transaction. They are on disk when nil
// is returned.
func (s *Store) AppendAudit(ctx context.Context, records ...ivr.AuditRecord) error {
	err := s.jointly(ctx, func(w *writing) error {
		prev, err := w.lastHash("SELECT hash FROM audit ORDER BY seq DESC LIMIT 1")
		if err != nil {
			return err
		}
		var seq int64
		for _, r := range records {
			hash := sealAudit(prev, r)
			result, err := w.exec(`
				INSERT INTO audit (at, kind, result, merchant_id, user_id, source, object, detail, hash_prev, hash)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				r.At.UnixMilli(), r.Kind, r.Result, string(r.Who.Merchant), string(r.Who.User),
				r.Source, r.Object, r.Detail, prev, hash)
			if err != nil {
				return err
			}
			if seq, err = result.LastInsertId(); err != nil {
				return err
			}
			prev = hash
		}
		if seq > 0 {
			w.audit = headOf(seq, prev)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write %d lines of the audit log: %w", len(records), err)
	}
	return nil
}

// sealAudit is the hash of a line and of all before it.
func sealAudit(prev []byte, r ivr.AuditRecord) []byte {
	// JSON keeps the fields apart whatever they contain; strings and an integer
	// cannot fail to marshal.
	text, _ := json.Marshal([]any{
		hex.EncodeToString(prev), r.At.UnixMilli(), r.Kind, r.Result, r.Who.Merchant, r.Who.User, r.Source, r.Object, r.Detail,
	})
	sum := sha256.Sum256(text)
	return sum[:]
}

const auditColumns = "seq, at, kind, result, merchant_id, user_id, source, object, detail"

// AuditLines lists lines of the audit log, newest first.
func (s *Store) AuditLines(ctx context.Context, q ivr.AuditQuery) ([]ivr.AuditRecord, error) {
	limit := q.Limit
	if limit <= 0 {
		limit = defaultPage
	}
	lines, err := list(ctx, s.read, scanAudit, "SELECT "+auditColumns+` FROM audit
		WHERE (?1 IS NULL OR at >= ?1) AND (?2 IS NULL OR at <= ?2) AND (?3 = '' OR merchant_id = ?3)
			AND (?4 = '' OR user_id = ?4) AND (?5 = '' OR kind = ?5) AND (?6 = 0 OR seq < ?6)
		ORDER BY seq DESC LIMIT ?7`,
		toMs(q.From), toMs(q.To), q.Merchant, q.User, q.Kind, q.Before, limit)
	if err != nil {
		return nil, fmt.Errorf("list the audit log: %w", err)
	}
	return lines, nil
}

func scanAudit(row scanner) (ivr.AuditRecord, error) {
	var r ivr.AuditRecord
	err := row.Scan(&r.Seq, msTime{&r.At}, &r.Kind, &r.Result, &r.Who.Merchant, &r.Who.User, &r.Source, &r.Object, &r.Detail)
	return r, err
}

// VerifyAudit walks the whole audit log and tells how many lines it has. It is
// ErrTampered, with the line's number, where one was changed, removed or put in:
// the chain tells inside, the database's own count and the mark beside the database
// tell at the end. Who can rewrite all three is not found out: keep copies elsewhere.
func (s *Store) VerifyAudit(ctx context.Context) (lines int64, err error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+auditColumns+", hash_prev, hash FROM audit ORDER BY seq")
	if err != nil {
		return 0, fmt.Errorf("verify the audit log: %w", err)
	}
	defer rows.Close() //nolint:errcheck // reading only; rows.Err is asked below
	prev, last := []byte{}, int64(0)
	for rows.Next() {
		var r ivr.AuditRecord
		var before, hash []byte
		if err := rows.Scan(&r.Seq, msTime{&r.At}, &r.Kind, &r.Result, &r.Who.Merchant, &r.Who.User, &r.Source,
			&r.Object, &r.Detail, &before, &hash); err != nil {
			return 0, fmt.Errorf("verify the audit log: %w", err)
		}
		if r.Seq != last+1 {
			return lines, fmt.Errorf("verify the audit log: line %d is missing: %w", last+1, ErrTampered)
		}
		if !bytes.Equal(before, prev) || !bytes.Equal(hash, sealAudit(before, r)) {
			return lines, fmt.Errorf("verify the audit log: line %d: %w", r.Seq, ErrTampered)
		}
		prev, last = hash, r.Seq
		lines++
	}
	if err := rows.Err(); err != nil {
		return 0, fmt.Errorf("verify the audit log: %w", err)
	}
	return lines, s.verifyEnd(ctx, headOf(last, prev))
}

// VerifyAuditEnd tells at once whether lines were cut off behind the last one, also by an
// older backup in the database's place: ErrTampered. It is to be asked before the first
// line of a run, which moves the marks that tell it.
func (s *Store) VerifyAuditEnd(ctx context.Context) error {
	var last int64
	hash := []byte{}
	err := s.read.QueryRowContext(ctx, "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").Scan(&last, &hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("verify the audit log: %w", err)
	}
	return s.verifyEnd(ctx, headOf(last, hash))
}

// verifyEnd tells whether lines were cut off behind the last one.
func (s *Store) verifyEnd(ctx context.Context, end head) error {
	var given int64
	err := s.read.QueryRowContext(ctx, "SELECT seq FROM sqlite_sequence WHERE name = 'audit'").Scan(&given)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("verify the audit log: %w", err)
	}
	// Read anew: a server may be writing while this is asked by another process.
	m, err := readMark(s.mark.path)
	if err != nil {
		return fmt.Errorf("verify the audit log: %w", err)
	}
	marked := m.text.Audit
	switch {
	case given > end.Seq, marked.Seq == end.Seq && marked.Seq > 0 && marked.Hash != end.Hash:
		return fmt.Errorf("verify the audit log: lines after %d are missing: %w", end.Seq, ErrTampered)
	case marked.Seq > end.Seq && !s.grown(ctx, end.Seq):
		return fmt.Errorf("verify the audit log: lines after %d are missing: %w", end.Seq, ErrTampered)
	}
	return nil
}

// grown tells whether the log has gone on since its end was read.
func (s *Store) grown(ctx context.Context, since int64) bool {
	var last int64
	err := s.read.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM audit").Scan(&last)
	return err == nil && last > since
}
