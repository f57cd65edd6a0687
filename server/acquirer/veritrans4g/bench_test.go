package veritrans4g

import (
	"fmt"
	"sync/atomic"
	"testing"

	"tsunagi/server/gatewaysim"
	"tsunagi/server/payment"
	"tsunagi/shared/order"
)

// BenchmarkAuthorize is an authorization as it goes, handshake included, with the
// simulated gateway in the same process. The speed wanted is 200 a second.
func BenchmarkAuthorize(b *testing.B) {
	g, _ := start(b, gatewaysim.Config{}, nil)
	var orders atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			id := order.TransactionID(fmt.Sprintf("ivr-%d", orders.Add(1)))
			if got := g.Authorize(b.Context(), ask(id, 1000), canary); got.Reply != payment.ReplyApproved {
				b.Errorf("got %+v", got)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "authorizations/s")
}
