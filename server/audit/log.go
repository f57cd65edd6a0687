package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"tsunagi/server"
)

// Book keeps the lines. store.Store is one.
type Book interface {
	// AppendAudit has the lines on disk, all of them, when it returns nil.
	AppendAudit(ctx context.Context, records ...ivr.AuditRecord) error
}

// ErrSilent says that the audit log cannot be written.
var ErrSilent = errors.New("the audit log cannot be written")

const (
	writeDeadline = 2 * time.Second
	retryAfter    = 5 * time.Second // between two tries of Ready
	longestText   = 500             // characters of a field
)

// Log writes events. Make one with New; its methods may be called together.
type Log struct {
	book Book
	log  *slog.Logger

	mu     sync.Mutex
	since  time.Time // since when it cannot be written; zero: it can
	tried  time.Time // last
	missed int       // events lost since then
}

// New makes a log over a book. log may be nil.
func New(book Book, log *slog.Logger) *Log {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Log{book: book, log: log}
}

// Write appends an event. It happens whoever hangs up: only the deadlines of ctx are
// dropped, not its values. An error means that it is perhaps not written, and that
// Ready refuses until lines can be written again.
func (l *Log) Write(ctx context.Context, e Event) error {
	if !slices.Contains(Kinds(), e.Kind) {
		return fmt.Errorf("audit: no kind is spelled %q", e.Kind)
	}
	err := l.append(ctx, recordOf(e))
	l.note(err, 1)
	if err != nil {
		l.log.Error("an audit line was not written", "kind", string(e.Kind), "result", string(e.Result),
			"who", e.Who.String(), "error", err)
	}
	return err
}

func (l *Log) append(ctx context.Context, records ...ivr.AuditRecord) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeDeadline)
	defer cancel()
	return l.book.AppendAudit(ctx, records...)
}

// recordOf is an event as it is kept, of now.
func recordOf(e Event) ivr.AuditRecord {
	return ivr.AuditRecord{
		At: time.Now().UTC(), Kind: string(e.Kind), Result: string(e.Result),
		Who:    ivr.UserKey{Merchant: ivr.MerchantID(plain(string(e.Who.Merchant))), User: ivr.UserID(plain(string(e.Who.User)))},
		Source: plain(e.Source), Object: plain(e.Object), Detail: plain(e.Detail),
	}
}

// note remembers whether the log can be written, and how many events are lost.
func (l *Log) note(err error, events int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		l.since, l.missed = time.Time{}, 0
		return
	}
	l.tried = time.Now()
	if l.since.IsZero() {
		l.since = l.tried
	}
	l.missed += events
}

// Ready is ErrSilent while the log cannot be written: no call may begin then (L5).
// Every few seconds it tries whether it can be again, and says so in a line.
func (l *Log) Ready(ctx context.Context) error {
	l.mu.Lock()
	since, missed := l.since, l.missed
	try := !since.IsZero() && time.Since(l.tried) >= retryAfter
	if try {
		l.tried = time.Now()
	}
	l.mu.Unlock()
	switch {
	case since.IsZero():
		return nil
	case !try:
		return ErrSilent
	}
	err := l.append(ctx, recordOf(Event{
		Kind: AuditRecovered, Result: OK,
		Detail: fmt.Sprintf("since %s; events lost: %d", since.UTC().Format(time.RFC3339), missed),
	}))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSilent, err)
	}
	l.note(nil, 0)
	return nil
}

// digits is a run of digits as long as a card's, also one with blanks or hyphens.
var digits = regexp.MustCompile(`[0-9](?:[ -]?[0-9]){11,}`)

// plain is text that may stand in the log: in one line, not too long, and without
// what may be a card's number. An attempt's or call's own name is let through.
func plain(text string) string {
	if isPlain(text) {
		return text
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " "))
	if !name.MatchString(text) {
		text = digits.ReplaceAllStringFunc(text, func(run string) string { return fmt.Sprintf("(%d digits)", len(run)) })
	}
	if runes := []rune(text); len(runes) > longestText {
		text = string(runes[:longestText]) + "…"
	}
	return text
}

// isPlain tells of a short text in ASCII with few digits that it may stand as it is.
func isPlain(text string) bool {
	digits := 0
	for n := range len(text) {
		switch c := text[n]; {
		case c >= '0' && c <= '9':
			digits++
		case c < ' ' || c > '~':
			return false
		}
	}
	return digits < 12 && len(text) <= longestText
}

// name is a UUID, as calls and attempts have: its groups of digits are no card's.
var name = regexp.MustCompile(`^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
