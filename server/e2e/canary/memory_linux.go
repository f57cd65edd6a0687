package canary

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// hugeMapping is more than a server's heap in a test; larger mappings are reserved
// address space, of which nothing is written.
const hugeMapping = 1 << 30

// Region is a mapping of a process's memory.
type Region struct {
	From, To int64
	Locked   bool // never swapped out
	Hidden   bool // left out of dumps
	Name     string
}

// Regions lists what a process can write to.
func Regions(pid int) ([]Region, error) {
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

// Memory searches the writable memory of a running process, and tells apart what was
// found in locked memory and elsewhere.
func (s *Search) Memory(pid int) (locked, elsewhere []string, err error) {
	regions, err := Regions(pid)
	if err != nil {
		return nil, nil, err
	}
	// Those first where cards are kept: the process goes on, and they do not stay for long.
	slices.SortStableFunc(regions, func(a, b Region) int {
		switch {
		case a.Locked == b.Locked:
			return 0
		case a.Locked:
			return -1
		}
		return 1
	})
	contents, err := read(pid, regions)
	if err != nil {
		return nil, nil, err
	}
	for n, r := range regions {
		found := s.Bytes(fmt.Sprintf("%x %s", r.From, r.Name), contents[n])
		if r.Locked && r.Hidden {
			locked = append(locked, found...)
		} else {
			elsewhere = append(elsewhere, found...)
		}
	}
	return locked, elsewhere, nil
}

// read copies all regions at once, before anything is searched: the process goes on.
func read(pid int, regions []Region) (contents [][]byte, err error) {
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, memory.Close()) }()
	for _, r := range regions {
		content := make([]byte, r.To-r.From)
		// What cannot be read is a guard page, or gone meanwhile.
		n, _ := io.ReadFull(io.NewSectionReader(memory, r.From, r.To-r.From), content)
		contents = append(contents, content[:n])
	}
	return contents, nil
}
