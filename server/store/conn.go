package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"

	"modernc.org/sqlite" // SQLite in Go: no C compiler is needed to build
)

// native is a connection as the driver makes it, with what database/sql uses of it.
type native interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// conn is a connection that keeps statements compiled. What a call writes goes to it
// directly: database/sql would take a lock, a context and its goroutine for each
// statement, and compile every BEGIN and COMMIT anew. One goroutine uses it at a time.
type conn struct {
	native
	compiled map[string]statement
	args     []driver.NamedValue // of the statement that runs
}

// statement is a compiled one, as the driver makes it.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// connector opens connections that keep statements compiled.
type connector struct{ driver.Connector }

// Connect is driver.Connector's.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{native: opened.(native), compiled: make(map[string]statement)}, nil
}

// openPool makes a pool of connections to what name says. Nothing is opened yet.
func openPool(name string) (*sql.DB, error) {
	to, err := sqlite.NewConnector(name)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector{to}), nil
}

// use has do use a connection of a pool. ctx bounds the wait for one.
func use(ctx context.Context, pool *sql.DB, do func(*conn) error) error {
	one, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer one.Close() //nolint:errcheck // it goes back to its pool
	return one.Raw(func(c any) error { return do(c.(*conn)) })
}

// Close lets the statements go first: with one of them SQLite would keep the file open.
func (c *conn) Close() (err error) {
	for _, s := range c.compiled {
		err = errors.Join(err, s.Close())
	}
	c.compiled = nil
	return errors.Join(err, c.native.Close())
}

// prepared is a statement, compiled where it has not been.
func (c *conn) prepared(query string) (statement, error) {
	if s, ok := c.compiled[query]; ok {
		return s, nil
	}
	fresh, err := c.Prepare(query)
	if err != nil {
		return nil, err
	}
	s := fresh.(statement)
	c.compiled[query] = s
	return s, nil
}

// exec runs a statement that is kept compiled. The query is one of the program's own few.
func (c *conn) exec(query string, args ...any) (driver.Result, error) {
	s, err := c.prepared(query)
	if err != nil {
		return nil, err
	}
	if err := c.bind(args); err != nil {
		return nil, err
	}
	return s.ExecContext(context.Background(), c.args) // a context that can end would cost a goroutine
}

// first reads the first row of a query that is kept compiled, as the driver has the
// values. It is sql.ErrNoRows where there is none.
func (c *conn) first(query string, to []driver.Value, args ...any) (err error) {
	s, err := c.prepared(query)
	if err != nil {
		return err
	}
	if err := c.bind(args); err != nil {
		return err
	}
	rows, err := s.QueryContext(context.Background(), c.args)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if err := rows.Next(to); !errors.Is(err, io.EOF) {
		return err
	}
	return sql.ErrNoRows
}

// bind makes the arguments what a driver takes.
func (c *conn) bind(args []any) error {
	c.args = c.args[:0]
	for i, arg := range args {
		value, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return err
		}
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: value})
	}
	return nil
}
