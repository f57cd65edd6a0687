package faults

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tsunagi/server/gatewaysim"
	"tsunagi/server/phone"
	"tsunagi/shared/order"
)

const (
	pan     = "4111111111111111"
	keyPace = 80 * time.Millisecond

	// lifeLimit ends a life in which the point did not come; lockTime is longer than
	// a statement waits for a lock.
	lifeLimit = 14 * time.Second
	lockTime  = 7 * time.Second
	simDelay  = 300 * time.Millisecond // of the gateway
	slowBy    = 7 * time.Second        // more than the deadline that the site has
)

// point is where a life is hit.
type point string

// The eight points of spec/payments.md.
const (
	beforeJournal point = "before the journal"
	afterJournal  point = "after the journal"
	inFlight      point = "after dial, mid body" // of an order that is booked late
	afterBooking  point = "after the gateway's commit"
	midResponse   point = "mid response"
	beforeCommit  point = "before the outcome's commit"
	afterCommit   point = "after the commit, before the screens"
	afterTelling  point = "after it was told"
)

var points = []point{
	beforeJournal, afterJournal, inFlight, afterBooking, midResponse, beforeCommit, afterCommit, afterTelling,
}

// signs are the words of the log at which a point has come, or is near.
var signs = map[point]string{
	beforeJournal: "02.セキュリティコード取得", afterJournal: "attempt written down", inFlight: "attempt written down",
	midResponse: "attempt written down", beforeCommit: "attempt written down", afterCommit: "03.カード与信_",
	afterTelling: "call ended",
}

// plan is what one life does, made from the seed alone.
type plan struct {
	point point
	nth   int                    // at whose sign: the first call that comes to the point, or a later one
	late  time.Duration          // after the sign
	lock  bool                   // the database is locked there; the kill comes when it is free again
	forms []order.Form           // one for each operator
	bad   []bool                 // whose card is refused
	wrong []gatewaysim.FaultKind // what the gateway does with each; empty: nothing
}

func (p plan) String() string {
	what := "kill -9"
	if p.lock {
		what = "database locked, then kill -9"
	}
	amounts := make([]string, len(p.forms))
	for n, f := range p.forms {
		amounts[n] = strings.TrimSpace(f.TransactionID + " " + string(p.wrong[n]))
	}
	return fmt.Sprintf("%s %v after %q of call %d; %s", what, p.late, p.point, p.nth, strings.Join(amounts, ", "))
}

// faultFor is what the gateway does wrong with an order; nothing, in one of three.
func faultFor(r *rand.Rand) gatewaysim.FaultKind {
	if r.IntN(3) == 0 {
		return ""
	}
	kinds := gatewaysim.FaultKinds()
	return kinds[r.IntN(len(kinds))]
}

func newPlan(r *rand.Rand, life int) plan {
	p := plan{point: points[(life+r.IntN(2))%len(points)], nth: 1 + r.IntN(operators), lock: r.IntN(4) == 0}
	span := map[point]time.Duration{inFlight: 5 * time.Second, midResponse: simDelay, afterTelling: time.Second}[p.point]
	if span > 0 {
		p.late = time.Duration(r.Int64N(int64(span)))
	}
	if p.point == beforeCommit {
		p.late = simDelay - 10*time.Millisecond + time.Duration(r.Int64N(int64(20*time.Millisecond)))
	}
	for n := range operators {
		id := fmt.Sprintf("T-%d-%d", life, n)
		if life > 0 && r.IntN(5) == 0 {
			id = fmt.Sprintf("T-%d-%d", r.IntN(life), r.IntN(operators)) // an order of before, once more
		}
		var wrong gatewaysim.FaultKind
		switch {
		case n > 0:
			wrong = faultFor(r)
		case p.point == inFlight:
			wrong = gatewaysim.Slow
		}
		p.wrong = append(p.wrong, wrong)
		p.forms = append(p.forms, order.Form{TransactionID: id, Amount: fmt.Sprint(1000*(life+1) + n), PaymentCount: "1"})
		p.bad = append(p.bad, r.IntN(5) == 0)
	}
	return p
}

// TestFaults lets sites live and die and counts the money.
func TestFaults(t *testing.T) {
	for n := range *sites {
		seed := *seed + uint64(n)
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			s := openSite(t)
			defer s.kill()
			r := rand.New(rand.NewPCG(seed, 0))
			var all []heard
			for life := range *lives {
				p := newPlan(r, life)
				all = append(all, s.live(p)...)
				s.check(fmt.Sprintf("seed %d, life %d (%s)", seed, life, p), all)
				if t.Failed() {
					t.Fatalf("replay: go test ./server/faults -seed %d -sites 1 -lives %d\nlog of this life:\n%s", seed, *lives, s.Log.Tail())
				}
			}
			s.settleAll()
			s.check(fmt.Sprintf("seed %d, at the end", seed), all)
			s.checkFiles()
			s.summary(t, all)
		})
	}
}

// live is one life of the server, up to its death.
func (s *site) live(p plan) []heard {
	s.t.Helper()
	s.gateway.ClearFaults()
	for n, kind := range p.wrong {
		if kind == "" {
			continue
		}
		if err := s.gateway.AddFault(gatewaysim.Fault{Kind: kind, Order: p.forms[n].TransactionID, Times: 1, Delay: slowBy}); err != nil {
			s.t.Fatal(err)
		}
	}
	s.Start()
	ctx, end := context.WithTimeout(s.t.Context(), lifeLimit)
	defer end()
	for _, o := range s.operators {
		if err := o.connect(ctx); err != nil {
			s.t.Fatalf("%s comes back: %v", o.user, err)
		}
	}
	hit := make(chan struct{})
	var comers atomic.Int32
	come := func() {
		if comers.Add(1) == int32(p.nth) {
			close(hit)
		}
	}
	s.onLine(func(line string) {
		if sign := signs[p.point]; sign != "" && strings.Contains(line, sign) {
			come()
		}
	})
	var calls sync.WaitGroup
	list := make([]heard, operators)
	for n, o := range s.operators {
		calls.Go(func() {
			call := o.serve(ctx, p.forms[n], cardFor(p.bad[n]))
			list[n] = heard{order.TransactionID(p.forms[n].TransactionID), call.Outcome}
		})
	}
	over := make(chan struct{})
	go func() { calls.Wait(); close(over) }()
	s.strike(p, hit, over, come)
	end()
	<-over
	s.onLine(nil)
	for _, o := range s.operators {
		o.leave()
	}
	return list
}

// strike waits for the point and ends the life there.
func (s *site) strike(p plan, hit, over <-chan struct{}, come func()) {
	s.t.Helper()
	limit := time.NewTimer(lifeLimit)
	defer limit.Stop()
	if p.point == afterBooking {
		stop := s.watchBooks(come)
		defer stop()
	}
	select {
	case <-hit:
		<-time.After(p.late)
	case <-over:
	case <-limit.C:
	}
	if p.lock {
		s.lock(over)
	}
	s.kill()
}

// lock keeps the server from writing, for longer than its statements wait, or until
// all calls have ended.
func (s *site) lock(over <-chan struct{}) {
	s.t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.Database()+"?_pragma=busy_timeout(5000)&_txlock=immediate")
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // nothing was changed
	tx, err := db.Begin()
	if err != nil {
		return // the server is writing on and on: then it is not locked
	}
	held := time.NewTimer(lockTime)
	defer held.Stop()
	select {
	case <-held.C:
	case <-over:
	}
	_ = tx.Rollback()
}

// watchBooks tells each time as soon as the acquirer has booked something more.
func (s *site) watchBooks(come func()) (stop func()) {
	size := func() int64 {
		info, err := os.Stat(s.books())
		if err != nil {
			return 0
		}
		return info.Size()
	}
	before := size()
	ended, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		look := time.NewTicker(time.Millisecond)
		defer look.Stop()
		for {
			select {
			case <-look.C:
				if now := size(); now > before {
					before = now
					come()
				}
			case <-ended:
				return
			}
		}
	}()
	return func() { close(ended); <-gone }
}

// backdate moves all that the journal and the gateway remember into the past: time has
// passed.
func (s *site) backdate(by time.Duration) {
	s.t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.Database()+"?_pragma=busy_timeout(5000)")
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // the change below is committed or has failed
	if _, err := db.Exec(`UPDATE attempts SET created_at = created_at - ?1, sending_at = sending_at - ?1,
		done_at = done_at - ?1, not_found_at = not_found_at - ?1`, by.Milliseconds()); err != nil {
		s.t.Fatal(err)
	}
	s.closeGateway()
	text, err := os.ReadFile(s.books())
	if err != nil {
		s.t.Fatal(err)
	}
	var shifted bytes.Buffer
	for line := range bytes.Lines(text) {
		var booked gatewaysim.Line
		if err := json.Unmarshal(line, &booked); err != nil {
			s.t.Fatal(err)
		}
		booked.At = booked.At.Add(-by)
		if !booked.SettlesAt.IsZero() {
			booked.SettlesAt = booked.SettlesAt.Add(-by)
		}
		if err := json.NewEncoder(&shifted).Encode(booked); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := os.WriteFile(s.books(), shifted.Bytes(), 0o600); err != nil {
		s.t.Fatal(err)
	}
	s.openGateway()
}

// cardFor is a test card, or one that is refused with AG48.
func cardFor(bad bool) phone.Card {
	expiry := "1230"
	if bad {
		expiry = "1199"
	}
	card, err := phone.NewCard([]byte(pan), []byte(expiry), []byte("123"))
	if err != nil {
		panic(err) // a constant
	}
	return card
}
