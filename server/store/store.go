package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"tsunagi/server"
)

// Reasons why Open refuses a file.
var (
	ErrNewer   = errors.New("the database was written by a newer version of this program")
	ErrDamaged = errors.New("the database is damaged; restore a backup")
)

// readers bounds the connections that read while another one writes.
const readers = 4

// Store is an open database. Make one with Open.
type Store struct {
	path  string
	write *sql.DB // one connection: changes queue here
	read  *sql.DB
	mark  *mark // how far the chains have come, beside the database

	together *together // what calls write down

	byNumber  known[string, ivr.User]
	ofNumber  *sql.Stmt // asked at each call
	merchants known[ivr.MerchantID, ivr.Merchant]
	others    others

	minFree uint64 // bytes; see Room
}

// Open opens the database at path, makes it where there is none, checks it and
// brings it to the present schema. The errors for a person to act on are ErrNewer
// and ErrDamaged; the caller closes the Store.
func Open(ctx context.Context, path string) (*Store, error) {
	s, err := open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	return s, nil
}

func open(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := makePrivate(path); err != nil {
		return nil, err
	}
	write, err := connect(path, 1, "_txlock=immediate", "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)",
		"_pragma=foreign_keys(1)")
	if err != nil {
		return nil, err
	}
	read, err := connect(path, readers, "_pragma=query_only(1)")
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	mark, err := readMark(path + ".mark")
	if err != nil {
		return nil, errors.Join(err, read.Close(), write.Close())
	}
	s := &Store{path: path, write: write, read: read, mark: mark, together: newTogether(), minFree: minFreeBytes}
	go s.lead()
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// prepare checks the file before it changes anything in it.
func (s *Store) prepare(ctx context.Context) error {
	if err := s.check(ctx); err != nil {
		return err
	}
	if err := migrate(ctx, s.write); err != nil {
		return err
	}
	var err error
	s.ofNumber, err = s.read.PrepareContext(ctx, "SELECT "+userColumns+" FROM users WHERE ivr_number = ?")
	return err
}

// Close ends all use. Connections in use finish what they do.
func (s *Store) Close() error {
	s.together.close()
	defer s.mark.close()
	// The reader goes first: the last connection to close is the one that may
	// write, so that SQLite can fold the log into the file and remove it.
	return errors.Join(s.read.Close(), s.write.Close())
}

// check asks SQLite whether the file is whole.
func (s *Store) check(ctx context.Context) error {
	rows, err := s.write.QueryContext(ctx, "PRAGMA quick_check(3)")
	if err != nil {
		return damage(err)
	}
	defer rows.Close() //nolint:errcheck // reading only; rows.Err is asked below
	for rows.Next() {
		var finding string
		if err := rows.Scan(&finding); err != nil {
			return damage(err)
		}
		if finding != "ok" {
			return fmt.Errorf("%w: %s", ErrDamaged, finding)
		}
	}
	return damage(rows.Err())
}

// makePrivate sees to it that the file exists and that only its owner may use it,
// before SQLite opens it: the log files beside it take over its mode.
func makePrivate(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(file.Chmod(0o600), file.Close())
}

// connect makes a pool of at most connections. Nothing is opened yet.
func connect(path string, connections int, options ...string) (*sql.DB, error) {
	slashed := filepath.ToSlash(path)
	if filepath.VolumeName(path) != "" {
		slashed = "/" + slashed // file:///C:/…: in file://C:/… the drive would be a host
	}
	name := url.URL{Scheme: "file", Path: slashed, RawQuery: "_pragma=busy_timeout(5000)"}
	for _, option := range options {
		name.RawQuery += "&" + option
	}
	db, err := openPool(name.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}
