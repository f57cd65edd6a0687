// Package sheet writes and reads tables as CSV for Excel: UTF-8 with a byte order mark,
// lines that end in CR LF (RFC 4180), and no cell that a spreadsheet takes for a formula
// (security.md D5). It knows none of the tables.
package sheet

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// mark is what makes Excel read a file as UTF-8.
const mark = "\ufeff"

// formula are the first characters that make a spreadsheet compute a cell.
const formula = "=+-@\t\r"

// Write writes a table. A cell that might be a formula gets an apostrophe before it,
// which Read takes away.
func Write(to io.Writer, header []string, rows [][]string) error {
	if _, err := io.WriteString(to, mark); err != nil {
		return err
	}
	out := csv.NewWriter(to)
	out.UseCRLF = true
	for _, row := range append([][]string{header}, rows...) {
		safe := make([]string, len(row))
		for n, cell := range row {
			safe[n] = guarded(cell)
		}
		if err := out.Write(safe); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func guarded(cell string) string {
	if cell != "" && strings.ContainsAny(cell[:1], formula+"'") {
		return "'" + cell
	}
	return cell
}

// Row is a line of a table by the names of its columns. Line counts from 1.
type Row struct {
	Line  int
	Cells map[string]string
}

// Read reads a table that has at least the wanted columns, in any order, and none that
// are neither wanted nor optional. The error names the line.
func Read(from io.Reader, wanted, optional []string) ([]Row, error) {
	text := bufio.NewReader(from)
	if start, _ := text.Peek(len(mark)); string(start) == mark {
		_, _ = text.Discard(len(mark)) // it was peeked at
	}
	in := csv.NewReader(text)
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty: its first line names the columns")
	}
	if err != nil {
		return nil, err
	}
	for n := range header {
		header[n] = strings.ToLower(strings.TrimSpace(header[n]))
		if !slices.Contains(wanted, header[n]) && !slices.Contains(optional, header[n]) {
			return nil, fmt.Errorf("line 1: no column is called %q: they are %s", header[n], strings.Join(append(slices.Clone(wanted), optional...), ", "))
		}
	}
	for _, name := range wanted {
		if !slices.Contains(header, name) {
			return nil, fmt.Errorf("line 1: the column %q is missing", name)
		}
	}
	var rows []Row
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := in.FieldPos(0)
		row := Row{Line: line, Cells: make(map[string]string, len(header))}
		for n, cell := range cells {
			row.Cells[header[n]] = plain(cell)
		}
		rows = append(rows, row)
	}
}

func plain(cell string) string {
	cell = strings.TrimSpace(cell)
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsAny(cell[1:2], formula+"'") {
		return cell[1:]
	}
	return cell
}
