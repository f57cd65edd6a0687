//go:build unix

package store

import (
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"modernc.org/sqlite"

	"tsunagi/server"
	"tsunagi/shared/order"
)

// BenchmarkCall writes down and asks what one paid call does, in its order, with as many
// calls at a time as it says. A call spends most of its time with its customer, and here
// none: the more at a time, the more share a commit. What it costs the processor
// (cpu-ns/op) is the figure to look at; the time is that of waiting for the disk.
func BenchmarkCall(b *testing.B) {
	for _, atOnce := range []int{1, 8, 64} {
		b.Run(fmt.Sprint(atOnce), func(b *testing.B) { benchmarkCalls(b, atOnce) })
	}
}

func benchmarkCalls(b *testing.B, atOnce int) {
	s := openTest(b)
	commits := countCommits(b, s)
	b.ReportAllocs()
	b.ResetTimer()
	before := processorTime(b)
	var group sync.WaitGroup
	var next atomic.Int64
	for range atOnce {
		group.Go(func() {
			for {
				n := next.Add(1)
				if n > int64(b.N) {
					return
				}
				if err := oneCall(b, s, int(n)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op")
	b.ReportMetric(float64(commits.Load())/float64(b.N), "commits/op")
}

// oneCall is what a call with an approved payment asks and writes down.
func oneCall(b *testing.B, s *Store, n int) error {
	ctx := b.Context()
	id := ivr.CallID(fmt.Sprintf("01890000-0000-7000-8000-%012d", n))
	at := noon.Add(time.Duration(n) * time.Second)
	o := orderNamed(order.TransactionID(fmt.Sprintf("T%d", n)))
	if _, err := s.UserByIVRNumber(ctx, "05030001024"); err != nil {
		return err
	}
	if _, err := s.Merchant(ctx, operator.Merchant); err != nil {
		return err
	}
	var lines []ivr.AuditRecord
	tell := func(kind, detail string) {
		lines = append(lines, ivr.AuditRecord{At: at, Kind: kind, Result: "ok", Who: operator, Object: string(id), Detail: detail})
	}
	tell("call_accepted", "05030001024")
	number := 0
	rows := func(points ...string) error {
		for _, point := range points {
			number++
			at = at.Add(time.Second)
			if err := s.AppendRows(ctx, ivr.Row{
				Call: id, Operator: operator, Number: number, At: at, TransactionID: o.TransactionID, Point: point, Result: "OK",
			}); err != nil {
				return err
			}
			tell("call_step", point)
		}
		return nil
	}
	if err := rows("オペレーター接続", "転送", "お客様接続"); err != nil {
		return err
	}
	for range 2 { // paid? open?
		if err := noAttempts(b, s, o.TransactionID); err != nil {
			return err
		}
	}
	if err := s.PutOrder(ctx, id, operator, o, at); err != nil {
		return err
	}
	tell("order_sent", "transaction "+string(o.TransactionID))
	if err := rows("カード番号入力", "有効期限入力", "セキュリティコード入力"); err != nil {
		return err
	}
	a := attempt(ivr.AttemptID(fmt.Sprintf("01890001-0000-7000-8000-%012d", n)), o.TransactionID)
	a.Call, a.SendingAt = id, at
	if err := s.BeginAttempt(ctx, a); err != nil {
		return err
	}
	if err := s.MoveAttempt(ctx, moved(a, ivr.AttemptApproved), a.State); err != nil {
		return err
	}
	if err := rows("決済結果", "終了"); err != nil {
		return err
	}
	tell("call_ended", "done, payment ok")
	if err := s.PutRecord(ctx, ivr.Record{
		ID: id, Operator: operator, Caller: "0312345678", ArrivedAt: at, EndedAt: at.Add(time.Minute), Order: o,
		Outcome: ivr.OutcomePaid, End: "done",
	}); err != nil {
		return err
	}
	return s.AppendAudit(ctx, lines...)
}

// noAttempts asks for the attempts of an order that has none.
func noAttempts(b *testing.B, s *Store, id order.TransactionID) error {
	attempts, err := s.AttemptsOf(b.Context(), operator.Merchant, id)
	if err == nil && len(attempts) > 0 {
		err = fmt.Errorf("order %s was tried before", id)
	}
	return err
}

// processorTime is what the process has had of the processors.
func processorTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// countCommits counts the commits of a store from now on.
func countCommits(b *testing.B, s *Store) *atomic.Int64 {
	var commits atomic.Int64
	err := use(b.Context(), s.write, func(c *conn) error {
		c.native.(sqlite.HookRegisterer).RegisterCommitHook(func() int32 { commits.Add(1); return 0 })
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return &commits
}
