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

// The canary: a test card, an expiry and a code that appear nowhere else.
var canary = openCard{"378282246310005", "1229", "7391"}

// patience is the client's deadline for faults that mean silence.
const patience = 400 * time.Millisecond

// start runs the simulated gateway on a port of its own and makes a client for it.
func start(t *testing.T, c gatewaysim.Config, change func(*Config)) (*Acquirer, *gatewaysim.Server) {
	t.Helper()
	c.Accounts = []gatewaysim.Account{{CCID: vectorCCID, SecretKey: vectorKey}}
	c.Listen = "127.0.0.1:0"
	gateway, err := gatewaysim.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := gateway.Close(); err != nil {
			t.Error(err)
		}
	})
	roots := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(roots, gateway.Certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	conf := Config{
		URL: gateway.URL, Dummy: true, RootsFile: roots,
		Accounts: Accounts{of: map[ivr.MerchantID]account{"shop": newAccount(vectorCCID, vectorKey)}},
	}
	if change != nil {
		change(&conf)
	}
	g, err := New(conf)
	if err != nil {
		t.Fatal(err)
	}
	return g, gateway
}

func ask(id order.TransactionID, amount order.Yen) payment.Authorization {
	return payment.Authorization{
		Attempt: "0198c5d0-1234-7abc-8def-0123456789ab", Merchant: "shop",
		Order: order.Order{TransactionID: id, Amount: amount, PaymentCount: order.Once},
	}
}

func key(id order.TransactionID) payment.OrderKey {
	return payment.OrderKey{Merchant: "shop", TransactionID: id}
}

// Both body forms, and both sides' reading of the protocol, agree on a payment.
func TestAuthorize(t *testing.T) {
	for _, form := range []Body{BodyForm, BodyJSON} {
		t.Run(string(form), func(t *testing.T) {
			g, gateway := start(t, gatewaysim.Config{}, func(c *Config) { c.Body = form })
			a := ask("ivr-1", 36500)
			a.Order.PaymentCount, a.Order.MemberID, a.Capture = "12", "member@example", true
			got := g.Authorize(t.Context(), a, canary)
			if got.Reply != payment.ReplyApproved || got.Code != "A001X00100000000" || got.TransactionID != "ivr-1" ||
				got.Amount != 36500 || got.AuthCode == "" || got.GatewayTxn == "" || got.MerchantTxn == "" || got.WroteAt.IsZero() {
				t.Fatalf("got %+v", got)
			}
			books := gateway.Ledger("ivr-1")
			if len(books) != 1 || books[0].Successes != 1 || books[0].Charged != 36500 {
				t.Fatalf("the gateway has %+v", books)
			}
			line := books[0].Lines[0]
			if line.JPO != "61C12" || line.Member != "member@example" || !line.Capture || line.FreeKey != string(a.Attempt) || !line.Dummy {
				t.Errorf("the gateway has %+v", line)
			}
			inquiry, err := g.Inquire(t.Context(), key("ivr-1"))
			if err != nil || len(inquiry.Transactions) != 1 {
				t.Fatalf("got %+v, %v", inquiry, err)
			}
			found := inquiry.Transactions[0]
			if age := time.Since(found.At); age < -time.Second || age > time.Minute {
				t.Errorf("the transaction is %v old: another clock than Japan's?", age)
			}
			found.At = time.Time{}
			want := payment.Transaction{
				ID: got.GatewayTxn, Attempt: a.Attempt, Kind: payment.KindAuthorize, Reply: payment.ReplyApproved,
				Code: "A001000000000000", Amount: 36500, PaymentCount: "12", AuthCode: got.AuthCode,
			}
			if found != want {
				t.Errorf("got  %+v\nwant %+v", found, want)
			}
		})
	}
}

// Section 6: the test cards, and the expiries that force a refusal.
func TestForcedRefusals(t *testing.T) {
	g, _ := start(t, gatewaysim.Config{}, nil)
	tests := []struct {
		c     openCard
		code  string
		class payment.Class
	}{
		{openCard{"4111111111111111", "1230", "123"}, "A001", payment.ClassNone},
		{openCard{"5555555555554444", "1230", "123"}, "A001", payment.ClassNone},
		{openCard{"3528000000000007", "1230", "123"}, "A001", payment.ClassNone},
		{openCard{"378282246310005", "1230", "1234"}, "A001", payment.ClassNone},
		{openCard{"36666666666660", "1230", ""}, "A001", payment.ClassNone},
		{openCard{"4242424242424242", "1230", "123"}, "AC01", payment.ClassInput},
		{openCard{"4111111111111111", "1330", "123"}, "AC02", payment.ClassInput},
		{openCard{"4111111111111111", "0199", "123"}, "AG33", payment.ClassRefused},
		{openCard{"4111111111111111", "0299", "123"}, "AG41", payment.ClassSecurityCode},
		{openCard{"4111111111111111", "0399", "123"}, "AG64", payment.ClassRefused},
		{openCard{"4111111111111111", "0499", "123"}, "AG39", payment.ClassRefused},
		{openCard{"4111111111111111", "0599", "123"}, "AG45", payment.ClassRefused},
		{openCard{"4111111111111111", "0699", "123"}, "AG70", payment.ClassRefused},
		{openCard{"4111111111111111", "0799", "123"}, "AG46", payment.ClassRefused},
		{openCard{"4111111111111111", "0899", "123"}, "AG72", payment.ClassRefused},
		{openCard{"4111111111111111", "0999", "123"}, "AG61", payment.ClassCard},
		{openCard{"4111111111111111", "1099", "123"}, "AG49", payment.ClassRefused},
		{openCard{"4111111111111111", "1199", "123"}, "AG48", payment.ClassCard},
		{openCard{"4111111111111111", "1299", "123"}, "AG44", payment.ClassRefused},
		{openCard{"4111111111111111", "0198", "123"}, "AG47", payment.ClassRefused},
		{openCard{"4111111111111111", "0298", "123"}, "AG71", payment.ClassRefused},
		{openCard{"4111111111111111", "0398", "123"}, "AG51", payment.ClassRefused},
	}
	for n, test := range tests {
		id := order.TransactionID(fmt.Sprintf("ivr-%d", n))
		got := g.Authorize(t.Context(), ask(id, 100), test.c)
		if block(got.Code) != test.code || got.Class != test.class || got.Message == "" {
			t.Errorf("expiry %s: got %+v, want %s %q", test.c.expiry, got, test.code, test.class)
		}
		approved := test.code == "A001"
		if approved != (got.Reply == payment.ReplyApproved) || !approved != (got.Reply == payment.ReplyDeclined) {
			t.Errorf("expiry %s: got %s", test.c.expiry, got.Reply)
		}
	}
}

// A refused order may be tried again under its ID; a paid one is NH18.
func TestDuplicate(t *testing.T) {
	g, gateway := start(t, gatewaysim.Config{}, nil)
	bad := canary
	bad.expiry = "0299"
	for n, want := range []payment.Class{payment.ClassSecurityCode, payment.ClassNone, payment.ClassDuplicate} {
		c := canary
		if n == 0 {
			c = bad
		}
		if got := g.Authorize(t.Context(), ask("ivr-1", 100), c); got.Class != want {
			t.Errorf("attempt %d: got %+v, want %q", n+1, got, want)
		}
	}
	if n := gateway.Successes("ivr-1"); n != 1 {
		t.Errorf("charged %d times, want once", n)
	}
	inquiry, err := g.Inquire(t.Context(), key("ivr-1"))
	if err != nil {
		t.Fatal(err)
	}
	var replies []payment.Reply
	for _, transaction := range inquiry.Transactions {
		replies = append(replies, transaction.Reply)
		if transaction.Attempt != "" {
			t.Errorf("got attempt %q: with three authorizations the key cannot say whose it is", transaction.Attempt)
		}
	}
	if got := fmt.Sprint(replies); got != "[declined approved declined]" {
		t.Errorf("got %s", got)
	}
}

func TestCaptureAndCancel(t *testing.T) {
	g, gateway := start(t, gatewaysim.Config{}, nil)
	steps := []struct {
		name  string
		do    func() payment.Answer
		reply payment.Reply
		class payment.Class
		yen   int64 // charged afterwards
	}{
		{"capture before", func() payment.Answer { return g.Capture(t.Context(), key("ivr-1"), 100) }, payment.ReplyDeclined, payment.ClassState, 0},
		{"authorize", func() payment.Answer { return g.Authorize(t.Context(), ask("ivr-1", 1000), canary) }, payment.ReplyApproved, "", 1000},
		{"capture too much", func() payment.Answer { return g.Capture(t.Context(), key("ivr-1"), 1001) }, payment.ReplyDeclined, payment.ClassState, 1000},
		{"capture", func() payment.Answer { return g.Capture(t.Context(), key("ivr-1"), 1000) }, payment.ReplyApproved, "", 1000},
		{"capture again", func() payment.Answer { return g.Capture(t.Context(), key("ivr-1"), 1000) }, payment.ReplyDeclined, payment.ClassState, 1000},
		{"cancel a part", func() payment.Answer { return g.Cancel(t.Context(), key("ivr-1"), 300) }, payment.ReplyApproved, "", 700},
		{"cancel the rest", func() payment.Answer { return g.Cancel(t.Context(), key("ivr-1"), 0) }, payment.ReplyApproved, "", 0},
		{"cancel again", func() payment.Answer { return g.Cancel(t.Context(), key("ivr-1"), 0) }, payment.ReplyDeclined, payment.ClassState, 0},
		{"capture nothing", func() payment.Answer { return g.Capture(t.Context(), key("ivr-1"), 0) }, payment.ReplyNotSent, "", 0},
		{"of nobody", func() payment.Answer {
			return g.Cancel(t.Context(), payment.OrderKey{Merchant: "other", TransactionID: "ivr-1"}, 0)
		}, payment.ReplyNotSent, "", 0},
	}
	for _, step := range steps {
		got := step.do()
		if got.Reply != step.reply || got.Class != step.class {
			t.Fatalf("%s: got %+v, want %s %q", step.name, got, step.reply, step.class)
		}
		var charged int64
		for _, e := range gateway.Ledger("ivr-1") {
			charged += e.Charged
		}
		if charged != step.yen {
			t.Fatalf("%s: %d yen are charged, want %d", step.name, charged, step.yen)
		}
	}
	inquiry, err := g.Inquire(t.Context(), key("ivr-1"))
	if err != nil {
		t.Fatal(err)
	}
	var story []string
	for _, transaction := range inquiry.Transactions {
		story = append(story, fmt.Sprintf("%s %s %d", transaction.Kind, transaction.Reply, transaction.Amount))
	}
	want := "capture declined 100, authorize approved 1000, capture declined 1001, capture approved 1000, capture declined 1000, " +
		"cancel approved 300, cancel approved 700, cancel declined 0"
	if got := strings.Join(story, ", "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestReAuthorize(t *testing.T) {
	g, gateway := start(t, gatewaysim.Config{}, nil)
	if got := g.Authorize(t.Context(), ask("ivr-1", 1000), canary); got.Reply != payment.ReplyApproved {
		t.Fatalf("got %+v", got)
	}
	if got := g.ReAuthorize(t.Context(), ask("ivr-2", 500), "ivr-1"); got.Reply != payment.ReplyApproved || got.Amount != 500 {
		t.Errorf("got %+v, want 500 yen approved", got)
	}
	if got := g.ReAuthorize(t.Context(), ask("ivr-3", 500), "ivr-unknown"); got.Class != payment.ClassState {
		t.Errorf("got %+v, want a refusal", got)
	}
	if got := g.ReAuthorize(t.Context(), ask("ivr-1", 500), "ivr-1"); got.Reply != payment.ReplyNotSent {
		t.Errorf("got %+v: an order may not be its own original", got)
	}
	if n := gateway.Successes("ivr-2"); n != 1 {
		t.Errorf("ivr-2 has %d successes, want 1", n)
	}
}

// A span with more orders than an answer may bring is searched in parts, to the
// minute; here all orders are of one minute or two, so only the error can show.
func TestBooks(t *testing.T) {
	g, _ := start(t, gatewaysim.Config{}, nil)
	from := time.Now()
	for n := range 5 {
		if got := g.Authorize(t.Context(), ask(order.TransactionID(fmt.Sprintf("ivr-%d", n)), 100), canary); got.Reply != payment.ReplyApproved {
			t.Fatalf("got %+v", got)
		}
	}
	books, err := g.Books(t.Context(), "shop", from, time.Now())
	if err != nil || len(books) != 5 || len(books["ivr-3"].Transactions) != 1 {
		t.Errorf("got %d orders, %v; want 5", len(books), err)
	}
	books, err = g.Books(t.Context(), "shop", from.Add(-time.Hour), from.Add(-2*time.Minute))
	if err != nil || len(books) != 0 {
		t.Errorf("got %d orders of an hour ago, %v; want none", len(books), err)
	}
}

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
