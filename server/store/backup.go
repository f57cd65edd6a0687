package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Backup writes a copy of the database as it stands at one moment, while others work
// with it. The file must not be there yet; only its owner may read it.
func (s *Store) Backup(ctx context.Context, path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("back up to %s: %w", path, err)
	}
	err = file.Close()
	if err == nil {
		_, err = s.write.ExecContext(ctx, "VACUUM INTO ?", path) // an empty file is filled, with its mode
	}
	if err == nil {
		err = syncFile(path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("back up to %s: %w", path, err), os.Remove(path))
	}
	return nil
}

// Restore puts a backup in the place of the database at path, whose lock the caller
// holds. The backup is checked first, its chain of attempt events included. What was
// there is kept under another name, which is returned; the mark beside it stays, so
// that the next Open knows that its journal may lack payments (Restored).
func Restore(ctx context.Context, path, backup string) (kept string, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("restore %s: %w", backup, err)
		}
	}()
	fresh := path + ".restoring"
	if err := copyFile(fresh, backup); err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, removeAll(fresh, fresh+"-wal", fresh+"-shm"))
		}
	}()
	s, err := Open(ctx, fresh)
	if err != nil {
		return "", err
	}
	if err := errors.Join(s.VerifyAttemptEvents(ctx), s.Close()); err != nil {
		return "", err
	}
	if _, err := os.Stat(path); err == nil {
		kept = path + ".before-" + time.Now().UTC().Format("20060102T150405Z")
		for _, suffix := range []string{"-wal", "-shm", ""} { // the log first: it belongs to what is moved
			if err := os.Rename(path+suffix, kept+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return "", err
			}
		}
	}
	if err := os.Rename(fresh, path); err != nil {
		return kept, err
	}
	return kept, syncFile(filepath.Dir(path))
}

func copyFile(to, from string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

func removeAll(paths ...string) (err error) {
	for _, path := range paths {
		if e := os.Remove(path); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}
