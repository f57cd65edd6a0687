//go:build unix

package store

import (
	"errors"
	"os"
)

// syncFile puts a file, or the names in a folder, on disk.
func syncFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
