package store

import (
	"database/sql"
	"errors"
	"time"

	"tsunagi/server"
)

// toMs writes a point in time; the zero time is NULL.
func toMs(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}

// msTime reads a point in time; NULL is the zero time.
type msTime struct{ to *time.Time }

// Scan makes msTime a destination of sql.Rows.Scan.
func (m msTime) Scan(from any) error {
	var n sql.NullInt64
	if err := n.Scan(from); err != nil {
		return err
	}
	*m.to = time.Time{}
	if n.Valid {
		*m.to = time.UnixMilli(n.Int64).UTC()
	}
	return nil
}

// found turns database/sql's way of saying "none" into ours.
func found(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ivr.ErrNotFound
	}
	return err
}
