package main

import (
	"tsunagi/server/control"
	"tsunagi/server/store"
)

// administration registers what an administrator's commands may do, in the server or,
// where none runs, alone.
func administration(_ *control.Table, _ *store.Store) error { return nil }
