package frontend

import (
	"embed"
	"io/fs"
)

// all: because Vite may write names that begin with a dot or an underscore, and
// because .gitkeep alone must satisfy the pattern in a fresh clone.
//
//go:embed all:dist
var dist embed.FS

// FS is the built application with index.html at its root. It is a plain fs.FS
// on purpose: from an embed.FS Wails guesses a folder on disk in dev mode.
func FS() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path: only a broken program gets here
	}
	return sub
}
