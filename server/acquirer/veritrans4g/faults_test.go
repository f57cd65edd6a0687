package veritrans4g

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/server/gatewaysim"
	"tsunagi/server/payment"
	"tsunagi/shared/order"
)

// faultWants is what becomes of an authorization for each fault of the simulator.
var faultWants = map[gatewaysim.FaultKind]struct {
	reply  payment.Reply
	cause  string
	booked int // successes in the gateway's books right afterwards
}{
	gatewaysim.Reset:           {payment.ReplyLost, "connection_lost", 0},
	gatewaysim.BlackHole:       {payment.ReplyLost, "deadline", 0},
	gatewaysim.BadGateway:      {payment.ReplyLost, "http_502", 0},
	gatewaysim.Redirect:        {payment.ReplyLost, "http_307", 0},
	gatewaysim.ResetAfter:      {payment.ReplyLost, "connection_lost", 1},
	gatewaysim.CutOff:          {payment.ReplyLost, "cut_off", 1},
	gatewaysim.Silence:         {payment.ReplyLost, "deadline", 1},
	gatewaysim.Late:            {payment.ReplyLost, "deadline", 1},
	gatewaysim.Slow:            {payment.ReplyLost, "deadline", 0},
	gatewaysim.Error500:        {payment.ReplyLost, "http_500", 1},
	gatewaysim.BadGatewayAfter: {payment.ReplyLost, "http_502", 1},
	gatewaysim.Error503:        {payment.ReplyLost, "http_503", 1},
	gatewaysim.Page:            {payment.ReplyLost, "unreadable", 1},
	gatewaysim.Empty:           {payment.ReplyLost, "unreadable", 1},
	gatewaysim.Truncated:       {payment.ReplyLost, "unreadable", 1},
	gatewaysim.Twice:           {payment.ReplyLost, "unreadable", 1},
	gatewaysim.DoubleName:      {payment.ReplyLost, "unreadable", 1},
	gatewaysim.NoStatus:        {payment.ReplyLost, "no_status", 1},
	gatewaysim.OddStatus:       {payment.ReplyLost, "contradiction", 1},
	gatewaysim.Contradiction:   {payment.ReplyLost, "contradiction", 1},
	gatewaysim.UnknownCode:     {payment.ReplyLost, "unknown_code", 1},
	gatewaysim.WrongOrder:      {payment.ReplyLost, "wrong_echo", 1},
	gatewaysim.WrongAmount:     {payment.ReplyLost, "wrong_echo", 1},
	gatewaysim.Echo:            {payment.ReplyApproved, "", 1},
	gatewaysim.EchoAll:         {payment.ReplyLost, "contradiction", 1},
	gatewaysim.UTF16:           {payment.ReplyLost, "unreadable", 1},
	gatewaysim.Latin:           {payment.ReplyLost, "unreadable", 1},
	gatewaysim.Huge:            {payment.ReplyLost, "too_long", 1},
	gatewaysim.Again:           {payment.ReplyApproved, "", 1},
	gatewaysim.AgainLost:       {payment.ReplyLost, "repeated_success", 0},
	gatewaysim.PendingPaid:     {payment.ReplyPending, "pending", 0},
	gatewaysim.PendingFailed:   {payment.ReplyPending, "pending", 0},
}

// Every fault has the reply that is safe for money, and the inquiry afterwards says
// what the gateway's books say.
func TestFaults(t *testing.T) {
	for _, kind := range gatewaysim.FaultKinds() {
		t.Run(string(kind), func(t *testing.T) {
			want, known := faultWants[kind]
			if !known {
				t.Fatal("no row says what becomes of it")
			}
			g, gateway := start(t, gatewaysim.Config{
				Faults: []gatewaysim.Fault{{Kind: kind, Order: "ivr-*", Times: 1, Delay: time.Hour}},
			}, nil)
			ctx := t.Context()
			if want.cause == "deadline" {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, patience)
				defer cancel()
			}
			got := g.Authorize(ctx, ask("ivr-1", 1000), canary)
			if got.Reply != want.reply || got.Cause != want.cause {
				t.Errorf("got %s %q, want %s %q", got.Reply, got.Cause, want.reply, want.cause)
			}
			if got.WroteAt.IsZero() {
				t.Error("no byte was seen to leave")
			}
			if n := gateway.Successes("ivr-1"); n != want.booked {
				t.Errorf("the gateway booked %d successes, want %d", n, want.booked)
			}
			inquiry, err := g.Inquire(t.Context(), key("ivr-1"))
			if err != nil {
				t.Fatal(err)
			}
			found := 0
			for _, transaction := range inquiry.Transactions {
				if transaction.Kind == payment.KindAuthorize && transaction.Reply == payment.ReplyApproved {
					found++
				}
			}
			if found != want.booked {
				t.Errorf("the inquiry found %d successes, the books have %d", found, want.booked)
			}
		})
	}
}

// An inquiry that fails in any way is an error: an empty one would say that nobody paid.
func TestInquiryFaults(t *testing.T) {
	for _, kind := range gatewaysim.FaultKinds() {
		switch kind {
		case gatewaysim.Slow, gatewaysim.Late, gatewaysim.Again, gatewaysim.AgainLost, gatewaysim.PendingPaid, gatewaysim.PendingFailed,
			gatewaysim.Echo, gatewaysim.WrongAmount, gatewaysim.WrongOrder:
			continue // not a search's fault, or held by TestNoTrace
		}
		t.Run(string(kind), func(t *testing.T) {
			g, _ := start(t, gatewaysim.Config{
				Faults: []gatewaysim.Fault{{Kind: kind, Command: "Search", Times: 1}},
			}, nil)
			if got := g.Authorize(t.Context(), ask("ivr-1", 1000), canary); got.Reply != payment.ReplyApproved {
				t.Fatalf("got %+v", got)
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if got, err := g.Inquire(ctx, key("ivr-1")); err == nil {
				t.Errorf("got %+v, want an error", got)
			}
		})
	}
}

// With a wrong key nothing is paid and nothing is refused either: a refusal would be
// the customer's trouble.
func TestWrongKey(t *testing.T) {
	g, gateway := start(t, gatewaysim.Config{}, func(c *Config) {
		c.Accounts = Accounts{of: map[ivr.MerchantID]account{"shop": newAccount(vectorCCID, strings.Repeat("0", 64))}}
	})
	if got := g.Authorize(t.Context(), ask("ivr-1", 1000), canary); got.Reply != payment.ReplyLost || got.Cause != "unknown_code" {
		t.Errorf("got %+v", got)
	}
	if err := g.Check(t.Context(), "shop"); err == nil {
		t.Error("Check is content with a wrong key")
	}
	if books := gateway.Ledger(""); len(books) != 0 {
		t.Errorf("the gateway booked %+v", books)
	}
}

func TestCheck(t *testing.T) {
	g, _ := start(t, gatewaysim.Config{}, nil)
	if err := g.Check(t.Context(), "shop"); err != nil {
		t.Error(err)
	}
	if err := g.Check(t.Context(), "other"); err == nil {
		t.Error("Check is content without an account")
	}
}

// lockedBuffer is a log's sink.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// Whatever goes wrong, nothing of the card is in an answer, an error, a log, or the
// gateway's books (security.md C8, C9).
func TestNoTrace(t *testing.T) {
	var sink lockedBuffer
	log.SetOutput(&sink) // net/http's way to complain
	defer log.SetOutput(os.Stderr)
	logger := slog.New(slog.NewTextHandler(&sink, &slog.HandlerOptions{Level: slog.LevelDebug}))
	ledger := filepath.Join(t.TempDir(), "ledger.jsonl")
	for n, kind := range gatewaysim.FaultKinds() {
		g, gateway := start(t, gatewaysim.Config{
			Log: logger, Ledger: ledger,
			Faults: []gatewaysim.Fault{{Kind: kind, Times: 1, Delay: time.Hour}, {Kind: kind, Command: "Search", Times: 1, Delay: time.Hour}},
		}, nil)
		id := order.TransactionID(fmt.Sprintf("ivr-%d", n))
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		answer := g.Authorize(ctx, ask(id, 1000), canary)
		inquiry, err := g.Inquire(ctx, key(id))
		cancel()
		answer.WroteAt = time.Time{} // figures of its own
		for i := range inquiry.Transactions {
			inquiry.Transactions[i].At = time.Time{}
		}
		fmt.Fprintf(&sink, "%s: %+v\n%+v\n%v\n", kind, answer, inquiry, err)
		if err := gateway.Close(); err != nil {
			t.Error(err)
		}
	}
	books, err := os.ReadFile(ledger)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(books, []byte("ivr-")) || !strings.Contains(sink.b.String(), "echo_all") {
		t.Fatal("nothing was captured")
	}
	for name, text := range map[string]string{"log": withoutTimes(sink.b.String()), "books": withoutTimes(string(books))} {
		for _, trace := range []string{
			canary.pan, canary.code, canary.expiry, canary.expiry[:2] + "/" + canary.expiry[2:],
			canary.pan[:6], canary.pan[len(canary.pan)-6:], "3782-8224-6310-005", "378282*",
		} {
			if at := strings.Index(text, trace); at >= 0 {
				t.Errorf("the %s has %q: …%s…", name, trace, text[max(0, at-80):min(len(text), at+40)])
			}
		}
	}
}

var timePattern = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:\d\d)|127\.0\.0\.1:\d+`)

// withoutTimes drops times and ports, whose figures may be any.
func withoutTimes(text string) string {
	return timePattern.ReplaceAllString(text, "")
}
