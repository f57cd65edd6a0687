package speed

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync/atomic"
	"testing"

	"tsunagi/server"
	"tsunagi/server/acquirer/veritrans4g"
	"tsunagi/server/gatewaysim"
	"tsunagi/server/payment"
	"tsunagi/server/store"
	"tsunagi/shared/order"
)

// testCard is a card of the gateway's dummy mode.
type testCard struct{}

func (testCard) Use(fn func(pan, expiry, code []byte) error) error {
	return fn([]byte("4111111111111111"), []byte("1230"), []byte("123"))
}

// open makes a desk over a journal on disk and a gateway.
func open(t testing.TB) *payment.Desk {
	t.Helper()
	folder := t.TempDir()
	const ccid, key = "A100000000000000000000cc", "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
	gateway, err := gatewaysim.Start(gatewaysim.Config{Accounts: []gatewaysim.Account{{CCID: ccid, SecretKey: key}}, Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	accounts, roots := filepath.Join(folder, "accounts.toml"), filepath.Join(folder, "roots.pem")
	for path, text := range map[string]string{
		accounts: fmt.Sprintf("[shop]\nccid = %q\nsecret_key = %q\n", ccid, key), roots: string(gateway.Certificate),
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read, err := veritrans4g.ReadAccounts(accounts)
	if err != nil {
		t.Fatal(err)
	}
	acquirer, err := veritrans4g.New(veritrans4g.Config{URL: gateway.URL, Accounts: read, Dummy: true, RootsFile: roots})
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), filepath.Join(folder, "tsunagi.db"))
	if err != nil {
		t.Fatal(err)
	}
	desk := payment.New(payment.Options{Journal: db, Acquirer: acquirer, Room: db.Room})
	if _, err := desk.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, stop := range []func() error{
			func() error { return desk.Stop(context.Background()) }, db.Close, gateway.Close,
		} {
			if err := stop(); err != nil {
				t.Error(err)
			}
		}
	})
	return desk
}

// pay makes one attempt, which is approved.
func pay(t testing.TB, desk *payment.Desk, n int64) {
	outcome := desk.Authorize(t.Context(), payment.Request{
		Call: ivr.CallID(fmt.Sprint("call-", n)), Operator: ivr.UserKey{Merchant: "shop", User: "sato"}, Number: 1,
		Order: order.Order{TransactionID: order.TransactionID(fmt.Sprint("T-", n)), Amount: 4980, PaymentCount: order.Once},
		Brand: "VISA", Last4: "1111",
	}, testCard{})
	if outcome.Payment() != ivr.OutcomePaid {
		t.Errorf("attempt %d: %+v", n, outcome)
	}
}

// BenchmarkAttempts is attempts with their journal, request and answer, thirty at once.
func BenchmarkAttempts(b *testing.B) {
	desk := open(b)
	var n atomic.Int64
	b.SetParallelism(15)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			pay(b, desk, n.Add(1))
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "attempts/s")
}

// counted is how many attempts the test below makes: few enough for SQLite not to fold
// its log into the file meanwhile, which syncs too.
const counted = 40

// An attempt waits for the disk twice.
func TestAnAttemptWaitsForTheDiskTwice(t *testing.T) {
	if os.Getenv("TSUNAGI_TEST_ATTEMPTS") != "" {
		attempts, err := strconv.ParseInt(os.Getenv("TSUNAGI_TEST_ATTEMPTS"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		desk := open(t)
		for n := range attempts {
			pay(t, desk, n)
		}
		return
	}
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("there is no strace here to count with")
	}
	// The difference of two runs: opening and closing a database sync as well.
	base, more := syncs(t, strace, 10), syncs(t, strace, 10+counted)
	if each := float64(more-base) / counted; each > 2 || each < 1 {
		t.Errorf("an attempt syncs %.2f times, want at most 2 (%d attempts: %d, %d attempts: %d)", each, 10, base, 10+counted, more)
	}
}

// syncs counts how often the disk is waited for while so many attempts are made.
func syncs(t *testing.T, strace string, attempts int) int {
	t.Helper()
	trace := filepath.Join(t.TempDir(), "trace")
	child := exec.Command(strace, "-f", "-qq", "-e", "trace=fsync,fdatasync,sync_file_range", "-o", trace,
		os.Args[0], "-test.run=^TestAnAttemptWaitsForTheDiskTwice$")
	child.Env = append(os.Environ(), fmt.Sprint("TSUNAGI_TEST_ATTEMPTS=", attempts))
	if out, err := child.CombinedOutput(); err != nil {
		t.Skipf("strace cannot look here: %v\n%s", err, out)
	}
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	return len(regexp.MustCompile(`(?m)^\d+ +(?:fsync|fdatasync|sync_file_range)\(`).FindAll(text, -1))
}
