package board_test

import (
	"context"
	"fmt"
	"testing"

	"tsunagi/server"
	"tsunagi/server/board"
	"tsunagi/shared/wire"
)

// BenchmarkTold is a step of a call, a row and a picture, until its operator's and a
// supervisor's reader have it; there are a hundred operators.
func BenchmarkTold(b *testing.B) {
	picture := board.New()
	boss := picture.Subscribe(ofShop)
	defer boss.Close()
	who := make([]ivr.UserKey, 100)
	readers := make([]*board.Subscription, len(who))
	for i := range who {
		who[i] = ivr.UserKey{Merchant: "shop", User: ivr.UserID(fmt.Sprint("op", i))}
		readers[i] = picture.Subscribe(board.Filter{Merchant: "shop", Operator: who[i].User, Rows: true})
		defer readers[i].Close()
		takeAll(b, readers[i])
	}
	takeAll(b, boss)
	step := row(suzuki, "c1", 1)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		at := i % len(who)
		step.Operator = who[at]
		picture.Append(step)
		picture.Put(who[at], wire.Call{ID: string(who[at].User), State: wire.StateCardNumber, Digits: i})
		if told := takeAll(b, readers[at]) + takeAll(b, boss); told != 4 {
			b.Fatalf("told %d, want 4", told)
		}
	}
}

// gone is a context that lets Next wait for nothing.
var gone = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

func takeAll(b *testing.B, s *board.Subscription) (updates int) {
	b.Helper()
	for {
		if _, err := s.Next(gone); err != nil {
			return updates
		}
		updates++
	}
}
