package canary

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// hugeMapping is more than a program's heap in a test; larger mappings are reserved
// address space, of which nothing is written, or the race detector's.
const hugeMapping = 1 << 30

// Region is a mapping of a process's memory.
type Region struct {
	From, To int64
	Locked   bool // never swapped out
	Hidden   bool // left out of dumps
	Name     string
	Content  []byte // its pages that are in use, one after the other
}

// Memory searches the writable memory of a running process, and tells apart what was
// found in locked memory and elsewhere.
func (s *Search) Memory(pid int) (locked, elsewhere []string, err error) {
	regions, err := Copy(pid)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range regions {
		found := s.Bytes(fmt.Sprintf("%x %s", r.From, r.Name), r.Content)
		if r.Locked && r.Hidden {
			locked = append(locked, found...)
		} else {
			elsewhere = append(elsewhere, found...)
		}
	}
	return locked, elsewhere, nil
}

// Copy copies what a running process can write to, all of it before anything is
// searched: the process goes on. Pages that it has never touched are left out. A
// runtime may reserve gigabytes of them, and who reads them makes them real; a copy
// that took seconds would hold what the process came to only meanwhile.
func Copy(pid int) ([]Region, error) {
	regions, err := mappings(pid)
	if err != nil {
		return nil, err
	}
	// Those first where cards are kept, which do not stay there for long.
	slices.SortStableFunc(regions, func(a, b Region) int {
		switch {
		case a.Locked == b.Locked:
			return 0
		case a.Locked:
			return -1
		}
		return 1
	})
	return regions, read(pid, regions)
}

// mappings lists what a process can write to, without the content.
func mappings(pid int) ([]Region, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps", pid))
	if err != nil {
		return nil, err
	}
	var regions []Region
	writable := false
	for line := range bytes.Lines(text) {
		var r Region
		var rights, offset, device, inode string
		n, _ := fmt.Sscanf(string(line), "%x-%x %s %s %s %s %s", &r.From, &r.To, &rights, &offset, &device, &inode, &r.Name)
		switch {
		case n >= 3:
			if writable = strings.HasPrefix(rights, "rw") && r.To-r.From < hugeMapping; writable {
				regions = append(regions, r)
			}
		case writable && bytes.HasPrefix(line, []byte("VmFlags:")):
			last := &regions[len(regions)-1]
			for _, flag := range bytes.Fields(line) {
				last.Locked = last.Locked || string(flag) == "lo"
				last.Hidden = last.Hidden || string(flag) == "dd"
			}
		}
	}
	return regions, nil
}

// read fills in the regions' contents.
func read(pid int, regions []Region) (err error) {
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, memory.Close()) }()
	pages, err := os.Open(fmt.Sprintf("/proc/%d/pagemap", pid))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pages.Close()) }()
	for n := range regions {
		if err := regions[n].fill(memory, pages); err != nil {
			return err
		}
	}
	return nil
}

// fill reads the pages that are in use: in memory or swapped out, as the kernel's list
// has them, 8 bytes a page (proc_pid_pagemap(5)).
func (r *Region) fill(memory, pages io.ReaderAt) error {
	const inMemory, swappedOut = 1 << 63, 1 << 62
	page := int64(os.Getpagesize())
	list := make([]byte, (r.To-r.From)/page*8)
	if n, err := pages.ReadAt(list, r.From/page*8); err != nil {
		return fmt.Errorf("the pages of %x-%x: %d of %d bytes: %w", r.From, r.To, n, len(list), err)
	}
	var used []int64
	for n := range int64(len(list) / 8) {
		if binary.NativeEndian.Uint64(list[n*8:])&(inMemory|swappedOut) != 0 {
			used = append(used, n)
		}
	}
	r.Content = make([]byte, 0, int64(len(used))*page)
	for len(used) > 0 {
		run := 1 // pages that lie side by side are read at once
		for run < len(used) && used[run] == used[0]+int64(run) {
			run++
		}
		// What cannot be read is gone meanwhile.
		n, _ := memory.ReadAt(r.Content[len(r.Content):len(r.Content)+run*int(page)], r.From+used[0]*page)
		r.Content = r.Content[:len(r.Content)+n]
		used = used[run:]
	}
	return nil
}
