package store

import (
	"errors"
	"os"
)

// syncFile puts a file on disk. A folder cannot be synced here.
func syncFile(path string) error {
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return err
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
