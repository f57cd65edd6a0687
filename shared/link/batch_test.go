package link

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"testing"
	"time"
)

// recorder is a line that notes what is written to it, and by when it must be gone.
type recorder struct {
	net.Conn
	writes   [][]byte
	deadline time.Time
	broken   error
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.broken != nil {
		return 0, r.broken
	}
	r.writes = append(r.writes, bytes.Clone(p))
	return len(p), nil
}

func (r *recorder) SetWriteDeadline(t time.Time) error {
	r.deadline = t
	return nil
}

func TestBatchLeavesInOneGo(t *testing.T) {
	large := bytes.Repeat([]byte("x"), batchBytes)
	for name, row := range map[string]struct {
		before, held []string // written before hold, and between hold and release
		want         []string // writes on the line
	}{
		"nothing held":          {[]string{"a"}, nil, []string{"a"}},
		"without hold":          {[]string{"a", "b"}, nil, []string{"a", "b"}},
		"held":                  {nil, []string{"a", "b", "c"}, []string{"abc"}},
		"held after others":     {[]string{"a"}, []string{"b", "c"}, []string{"a", "bc"}},
		"just full":             {nil, []string{"ab", string(large[2:])}, []string{"ab" + string(large[2:])}},
		"one that has no room":  {nil, []string{"ab", string(large[1:]), "c"}, []string{"ab", string(large[1:]) + "c"}},
		"one larger than a lot": {nil, []string{"a", string(large) + "b", "c", "d"}, []string{"a", string(large) + "b", "cd"}},
	} {
		t.Run(name, func(t *testing.T) {
			line := new(recorder)
			b := &batch{Conn: line}
			write := func(texts []string) {
				for _, text := range texts {
					if n, err := io.WriteString(b, text); n != len(text) || err != nil {
						t.Errorf("got %d, %v, want %d", n, err, len(text))
					}
				}
			}
			write(row.before)
			b.hold()
			write(row.held)
			if err := b.release(); err != nil {
				t.Error(err)
			}
			var got []string
			for _, p := range line.writes {
				got = append(got, string(p))
			}
			if !slices.Equal(got, row.want) {
				t.Errorf("got %.20q, want %.20q", got, row.want)
			}
		})
	}
}

func TestBatchTellsWhatDidNotLeave(t *testing.T) {
	line := &recorder{broken: net.ErrClosed}
	b := &batch{Conn: line}
	b.hold()
	by := time.Unix(1_790_000_000, 0)
	if err := b.SetWriteDeadline(by); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(b, "a"); err != nil {
		t.Fatalf("what is held fails already: %v", err)
	}
	if err := b.release(); !errors.Is(err, net.ErrClosed) || !line.deadline.Equal(by) {
		t.Errorf("got %v by %v, want %v by %v", err, line.deadline, net.ErrClosed, by)
	}
}
