package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// errHalfDone says that a change has failed and that what it had done is undone, with
// all else of its transaction.
var errHalfDone = errors.New("a change has failed halfway")

// writing is what a change has of the writing connection, within a transaction.
type writing struct {
	*conn
	ends
	changed bool // something, so far
}

// ends tells how far the chains have come; what is zero has not moved.
type ends struct {
	attempts   head
	attemptsAt time.Time
	audit      head
}

// exec runs a statement that is kept compiled.
func (w *writing) exec(query string, args ...any) (driver.Result, error) {
	result, err := w.conn.exec(query, args...)
	if err != nil {
		return nil, err
	}
	rows, err := result.RowsAffected()
	w.changed = w.changed || rows > 0
	return result, err
}

// untouched tells of a change that has failed with err that it has left nothing behind,
// and the transaction as it was. Of a full disk, say, SQLite does not promise that.
func (w *writing) untouched(err error) bool {
	var e *sqlite.Error
	return !w.changed && (!errors.As(err, &e) || e.Code()&0xff == sqlite3.SQLITE_CONSTRAINT)
}

// transact makes the changes of a batch in one transaction and commits it. Each has its
// own error, without which it is on disk when transact returns nil. On an error nothing
// has happened.
func (s *Store) transact(batch []*written) error {
	var reached ends
	err := use(context.Background(), s.write, func(c *conn) (err error) { // nobody's hanging up undoes what others write
		s.heed(c)
		reached, err = c.transact(batch)
		return err
	})
	if err == nil {
		s.mark.note(reached)
	}
	return err
}

func (c *conn) transact(batch []*written) (reached ends, err error) {
	defer func() {
		if err != nil {
			_, _ = c.exec("ROLLBACK") // which SQLite may have done itself, and then refuses
		}
	}()
	if _, err := c.exec("BEGIN IMMEDIATE"); err != nil {
		return ends{}, err
	}
	for _, one := range batch {
		w := &writing{conn: c, ends: reached}
		one.err = one.do(w)
		switch {
		case one.err == nil:
			reached = w.ends
		case !w.untouched(one.err):
			return ends{}, errHalfDone
		}
	}
	_, err = c.exec("COMMIT")
	return reached, err
}
