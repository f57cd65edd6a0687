package store

import (
	"context"
	"database/sql"
)

// scanner is a row to read from: *sql.Row or *sql.Rows.
type scanner interface{ Scan(to ...any) error }

// list reads every row of a query.
func list[T any](ctx context.Context, db *sql.DB, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // reading only; rows.Err is asked below
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}
