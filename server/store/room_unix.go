//go:build unix

package store

import "golang.org/x/sys/unix"

// freeBytes is the space of a folder's file system that is left for who is not root.
func freeBytes(folder string) (uint64, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(folder, &stat); err != nil {
		return 0, err
	}
	return uint64(stat.Bavail) * uint64(stat.Bsize), nil
}
