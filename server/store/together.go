package store

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"sync"
	"time"
)

// How long after one commit the next begins. A commit, with its wait for the disk, costs
// more than all that a hundred calls write meanwhile, and so the more is written, the more
// is gathered for one. While little is written nobody waits for others, and never anybody
// so long that it could be seen.
const (
	apartForEach = 250 * time.Microsecond // that was written within the last second,
	atOnce       = 10                     // but for these
	apartAtMost  = 15 * time.Millisecond
)

// together lets single statements that are written at about the same time share one
// transaction, and so one wait for the disk. A goroutine commits while somebody waits: it is the one whose
// stack grows for SQLite, and not that of each call.
type together struct {
	mu      sync.Mutex
	waiting []*written
	leading bool      // the goroutine is there
	began   time.Time // the last commit
	lately  float64   // changes within the last second, the old ones fading away
	came    time.Time // the last of them
}

// written is one statement on its way.
type written struct {
	do   func(*sql.Tx) error // a single statement, which SQLite does whole or not at all
	err  error
	done chan struct{} // closed when it is committed, or is not going to be
}

// jointly runs a single statement in a transaction with those of others, and returns
// when it is committed.
func (s *Store) jointly(do func(*sql.Tx) error) error {
	t, own := &s.together, &written{do: do, done: make(chan struct{})}
	if t.add(own) {
		go s.lead()
	}
	<-own.done
	return own.err
}

// add lets a change wait, and tells whether nobody is there yet to commit it.
func (t *together) add(own *written) (leaderless bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.lately = 1 + t.lately*math.Exp(-now.Sub(t.came).Seconds())
	t.came = now
	t.waiting = append(t.waiting, own)
	leaderless = !t.leading
	t.leading = true
	return leaderless
}

// lead gathers and commits until nobody waits.
func (s *Store) lead() {
	t := &s.together
	for t.goOn() {
		time.Sleep(t.apart())
		batch := t.next()
		s.commit(batch)
		for _, w := range batch {
			close(w.done)
		}
	}
}

// goOn tells whether somebody waits; else the goroutine is no more.
func (t *together) goOn() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.leading = len(t.waiting) > 0
	return t.leading
}

// apart is how long it is until the next commit should begin.
func (t *together) apart() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	spacing := time.Duration((t.lately - atOnce) * float64(apartForEach))
	return min(max(spacing, 0), apartAtMost) - time.Since(t.began)
}

// next is who waits.
func (t *together) next() []*written {
	t.mu.Lock()
	defer t.mu.Unlock()
	batch := t.waiting
	t.waiting = nil
	t.began = time.Now()
	return batch
}

// commit writes a batch. A statement that is refused changes nothing and leaves the
// others alone; without the commit none of them has happened.
func (s *Store) commit(batch []*written) {
	tx, err := s.write.BeginTx(context.Background(), nil) // nobody's hanging up undoes what others write
	if err == nil {
		for _, w := range batch {
			w.err = w.do(tx)
		}
		err = tx.Commit()
	}
	if err == nil {
		return
	}
	for _, w := range batch {
		w.err = errors.Join(w.err, err)
	}
}

// prepared is a statement that is compiled once, at its first use.
type prepared struct {
	mu   sync.Mutex
	stmt *sql.Stmt // nil before
}

// exec runs a statement on the writing connection together with others.
func (s *Store) exec(ctx context.Context, p *prepared, query string, args ...any) (sql.Result, error) {
	stmt, err := s.prepared(ctx, p, query)
	if err != nil {
		return nil, err
	}
	var result sql.Result
	err = s.jointly(func(tx *sql.Tx) (err error) {
		if err := ctx.Err(); err != nil {
			return err
		}
		result, err = tx.Stmt(stmt).Exec(args...) // a context would cost a goroutine
		return err
	})
	return result, err
}

// prepared is a statement of the writing connection, compiled where it has not been.
func (s *Store) prepared(ctx context.Context, p *prepared, query string) (_ *sql.Stmt, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stmt == nil {
		p.stmt, err = s.write.PrepareContext(context.WithoutCancel(ctx), query)
	}
	return p.stmt, err
}
