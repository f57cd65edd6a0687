package gatewaysim

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// Line is one transaction in the books. There is no digit of a card in it.
type Line struct {
	CCID      string    `json:"ccid"`
	Order     string    `json:"order"`
	Txn       int64     `json:"txn"` // the gateway's own number
	Command   string    `json:"command"`
	Status    string    `json:"status"` // success, failure or pending
	Code      string    `json:"code"`   // the first block
	Amount    int64     `json:"amount,omitempty"`
	JPO       string    `json:"jpo,omitempty"`
	Capture   bool      `json:"capture,omitempty"` // authorized and captured at once
	Dummy     bool      `json:"dummy"`
	Member    string    `json:"member,omitempty"`
	FreeKey   string    `json:"freeKey,omitempty"`
	AuthCode  string    `json:"authCode,omitempty"`
	At        time.Time `json:"at"`
	SettlesAt time.Time `json:"settlesAt,omitzero"` // of a pending one
	SettlesTo string    `json:"settlesTo,omitempty"`
}

// asOf is the line as the books show it at a time.
func (l Line) asOf(now time.Time) Line {
	if l.Status != "pending" || l.SettlesAt.IsZero() || now.Before(l.SettlesAt) {
		return l
	}
	l.Status, l.Code = l.SettlesTo, succeeded.code
	if l.Status != "success" {
		l.Code = "AG70"
	}
	return l
}

// Entry is an order in the books, as the control endpoint tells it.
type Entry struct {
	CCID      string `json:"ccid"`
	Order     string `json:"order"`
	Successes int    `json:"successes"` // authorizations that succeeded and were not wholly cancelled: 0 or 1 in a sound world
	Charged   int64  `json:"charged"`   // yen, after cancels
	Lines     []Line `json:"lines"`
}

type orderKey struct{ ccid, order string }

// ledger is the gateway's own memory of what it did.
type ledger struct {
	mu     sync.Mutex
	orders map[orderKey][]Line
	cards  map[orderKey]held // of orders and members; the file has none
	last   int64
	file   *os.File // nil: memory only
	closed bool
}

// errClosed is what a request meets that comes while the gateway ends.
var errClosed = errors.New("the books are closed")

// firstTxn makes transaction numbers of eight figures, as the gateway's are.
const firstTxn = 10_000_000

// openLedger reads the books from a file and goes on writing there. A last line that
// was cut off by a crash is dropped.
func openLedger(name string) (*ledger, error) {
	l := &ledger{orders: make(map[orderKey][]Line), cards: make(map[orderKey]held), last: firstTxn}
	if name == "" {
		return l, nil
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the books: %w", err)
	}
	whole, err := l.load(file)
	if err == nil {
		err = file.Truncate(whole)
	}
	if err == nil {
		_, err = file.Seek(whole, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read the books %s: %w", name, err), file.Close())
	}
	l.file = file
	return l, nil
}

func (l *ledger) load(file *os.File) (whole int64, err error) {
	reader := bufio.NewReader(file)
	for {
		text, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) { // maybe in the middle of a line
			return whole, nil
		}
		if err != nil {
			return 0, err
		}
		var line Line
		if err := json.Unmarshal(text, &line); err != nil {
			return 0, fmt.Errorf("at byte %d: %w", whole, err)
		}
		key := orderKey{line.CCID, line.Order}
		l.orders[key] = append(l.orders[key], line)
		l.last = max(l.last, line.Txn)
		whole += int64(len(text))
	}
}

// enterLocked numbers a line and writes it down.
func (l *ledger) enterLocked(line Line) (Line, error) {
	if l.closed {
		return Line{}, errClosed
	}
	l.last++
	line.Txn, line.At = l.last, time.Now()
	if line.Status == "success" {
		line.AuthCode = fmt.Sprintf("%06d", l.last%1_000_000)
	}
	if l.file != nil {
		text, err := json.Marshal(line)
		if err == nil {
			_, err = l.file.Write(append(text, '\n'))
		}
		if err != nil {
			return Line{}, fmt.Errorf("write the books: %w", err)
		}
	}
	key := orderKey{line.CCID, line.Order}
	l.orders[key] = append(l.orders[key], line)
	return line, nil
}

// standing is what an order amounts to.
type standing struct {
	ever       bool // an authorization has succeeded, whatever became of it
	undecided  bool // one may yet
	successes  int
	authorized int64
	captured   int64
	cancelled  int64
	jpo        string
}

func (s standing) charged() int64 { return s.authorized - s.cancelled }

func (l *ledger) standingLocked(key orderKey) (s standing) {
	now := time.Now()
	for _, line := range l.orders[key] {
		line = line.asOf(now)
		authorizes := line.Command == "Authorize" || line.Command == "ReAuthorize"
		switch {
		case authorizes && line.Status == "pending":
			s.undecided = true
		case line.Status != "success":
		case authorizes:
			s.ever = true
			s.successes++
			s.authorized += line.Amount
			s.jpo = line.JPO
			if line.Capture {
				s.captured += line.Amount
			}
		case line.Command == "Capture":
			s.captured += line.Amount
		case line.Command == "Cancel":
			if s.cancelled += line.Amount; s.charged() == 0 {
				s.successes--
			}
		}
	}
	return s
}

// entries lists the orders of an account (of all where it is empty) whose ID matches
// a pattern (all where it is empty), by ID.
func (l *ledger) entries(ccid, pattern string) []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	entries := []Entry{}
	if ccid != "" && orderID.MatchString(pattern) { // no wildcard in it
		if key := (orderKey{ccid, pattern}); len(l.orders[key]) > 0 {
			entries = append(entries, l.entryLocked(key))
		}
		return entries
	}
	for key := range l.orders {
		matches, err := path.Match(pattern, key.order)
		if (pattern == "" || matches && err == nil) && (ccid == "" || ccid == key.ccid) {
			entries = append(entries, l.entryLocked(key))
		}
	}
	slices.SortFunc(entries, func(a, b Entry) int {
		return cmp.Or(strings.Compare(a.Order, b.Order), strings.Compare(a.CCID, b.CCID))
	})
	return entries
}

func (l *ledger) entryLocked(key orderKey) Entry {
	s := l.standingLocked(key)
	e := Entry{CCID: key.ccid, Order: key.order, Successes: s.successes, Charged: s.charged()}
	now := time.Now()
	for _, line := range l.orders[key] {
		e.Lines = append(e.Lines, line.asOf(now))
	}
	return e
}

func (l *ledger) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.file == nil {
		l.closed = true
		return nil
	}
	l.closed = true
	return l.file.Close()
}
