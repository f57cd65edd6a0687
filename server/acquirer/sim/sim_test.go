package sim

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
	"tsunagi/server/payment"
	"tsunagi/shared/order"
)

// plastic is a card in the customer's hand.
type plastic struct{ number, expiry, code string }

func (p plastic) Use(fn func(pan, expiry, code []byte) error) error {
	return fn([]byte(p.number), []byte(p.expiry), []byte(p.code))
}

// wiped is a card that is gone.
type wiped struct{}

func (wiped) Use(func(pan, expiry, code []byte) error) error { return errors.New("the card is wiped") }

var visa = plastic{"4111111111111111", "1230", "123"}

func authorization(id order.TransactionID, amount order.Yen) payment.Authorization {
	return payment.Authorization{
		Attempt: ivr.AttemptID("attempt-" + id), Merchant: "shop",
		Order: order.Order{TransactionID: id, Amount: amount, PaymentCount: order.Once},
	}
}

func newSim(t *testing.T, c Config) *Acquirer {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Sections 5 and 6 of the gateway's specification.
func TestVerdicts(t *testing.T) {
	tests := []struct {
		name   string
		card   plastic
		code   string
		class  payment.Class
		charge int
	}{
		{"VISA", visa, "A001", payment.ClassNone, 1},
		{"Mastercard", plastic{"5555555555554444", "0130", "999"}, "A001", payment.ClassNone, 1},
		{"JCB", plastic{"3528000000000007", "0130", "999"}, "A001", payment.ClassNone, 1},
		{"AMEX, code of 4", plastic{"378282246310005", "0130", "9999"}, "A001", payment.ClassNone, 1},
		{"Diners", plastic{"36666666666660", "0130", "999"}, "A001", payment.ClassNone, 1},
		{"no code asked for", plastic{"4111111111111111", "1230", ""}, "A001", payment.ClassNone, 1},
		{"a number that is no test card's", plastic{"4242424242424242", "1230", "123"}, "AC01", payment.ClassInput, 0},
		{"a wrong check digit", plastic{"4111111111111112", "1230", "123"}, "AC01", payment.ClassInput, 0},
		{"no number", plastic{"", "1230", "123"}, "AC01", payment.ClassInput, 0},
		{"no such month", plastic{"4111111111111111", "1330", "123"}, "AC02", payment.ClassInput, 0},
		{"expiry not MMYY", plastic{"4111111111111111", "12/30", "123"}, "AC02", payment.ClassInput, 0},
		{"code of 2", plastic{"4111111111111111", "1230", "12"}, "AC03", payment.ClassInput, 0},
		{"01/99", plastic{"4111111111111111", "0199", "123"}, "AG33", payment.ClassRefused, 0},
		{"02/99", plastic{"4111111111111111", "0299", "123"}, "AG41", payment.ClassSecurityCode, 0},
		{"03/99", plastic{"4111111111111111", "0399", "123"}, "AG64", payment.ClassRefused, 0},
		{"04/99", plastic{"4111111111111111", "0499", "123"}, "AG39", payment.ClassRefused, 0},
		{"05/99", plastic{"4111111111111111", "0599", "123"}, "AG45", payment.ClassRefused, 0},
		{"06/99", plastic{"4111111111111111", "0699", "123"}, "AG70", payment.ClassRefused, 0},
		{"07/99", plastic{"4111111111111111", "0799", "123"}, "AG46", payment.ClassRefused, 0},
		{"08/99", plastic{"4111111111111111", "0899", "123"}, "AG72", payment.ClassRefused, 0},
		{"09/99", plastic{"4111111111111111", "0999", "123"}, "AG61", payment.ClassCard, 0},
		{"10/99", plastic{"4111111111111111", "1099", "123"}, "AG49", payment.ClassRefused, 0},
		{"11/99", plastic{"4111111111111111", "1199", "123"}, "AG48", payment.ClassCard, 0},
		{"12/99", plastic{"4111111111111111", "1299", "123"}, "AG44", payment.ClassRefused, 0},
		{"01/98", plastic{"4111111111111111", "0198", "123"}, "AG47", payment.ClassRefused, 0},
		{"02/98", plastic{"4111111111111111", "0298", "123"}, "AG71", payment.ClassRefused, 0},
		{"03/98", plastic{"4111111111111111", "0398", "123"}, "AG51", payment.ClassRefused, 0},
		{"04/98", plastic{"4111111111111111", "0498", "123"}, "A001", payment.ClassNone, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSim(t, Config{})
			a := authorization("order-1", 1000)
			got := s.Authorize(t.Context(), a, tt.card)
			if got.Code != tt.code+"000000000000" || got.Class != tt.class || got.Message == "" {
				t.Errorf("got %s %q %q, want %s %q", got.Code, got.Class, got.Message, tt.code, tt.class)
			}
			if got.TransactionID != "order-1" || got.Amount != 1000 || got.WroteAt.IsZero() {
				t.Errorf("echo: got %s %d", got.TransactionID, got.Amount)
			}
			if approved := got.Reply == payment.ReplyApproved; approved != (tt.charge == 1) || approved != (got.AuthCode != "") {
				t.Errorf("reply: got %s with approval code %q", got.Reply, got.AuthCode)
			}
			if n := s.Successes(a.Key()); n != tt.charge {
				t.Errorf("charged %d times, want %d", n, tt.charge)
			}
		})
	}
}

func TestSuccessWithMember(t *testing.T) {
	s := newSim(t, Config{})
	a := authorization("order-1", 1000)
	a.Order.MemberID = "member-1"
	if got := s.Authorize(t.Context(), a, visa); got.Code != "A001X00100000000" || got.Message != "処理が成功しました。" {
		t.Errorf("got %s %q", got.Code, got.Message)
	}
}

func TestDuplicateIsNH18(t *testing.T) {
	s := newSim(t, Config{})
	s.Authorize(t.Context(), authorization("order-1", 1000), plastic{"4111111111111111", "1199", "123"})
	if got := s.Authorize(t.Context(), authorization("order-1", 1000), visa); got.Reply != payment.ReplyApproved {
		t.Errorf("after a refusal: got %+v", got)
	}
	got := s.Authorize(t.Context(), authorization("order-1", 1000), visa)
	if got.Reply != payment.ReplyDeclined || got.Code != "NH18000000000000" || got.Message != "既に成功していました" ||
		got.Class != payment.ClassDuplicate {
		t.Errorf("after a success: got %+v", got)
	}
	other := authorization("order-1", 1000)
	other.Merchant = "other"
	if got := s.Authorize(t.Context(), other, visa); got.Reply != payment.ReplyApproved {
		t.Errorf("another merchant's order of that name: got %+v", got)
	}
}

func TestCardThatIsGoneIsNotSent(t *testing.T) {
	s := newSim(t, Config{})
	for _, card := range []payment.Card{wiped{}, nil} {
		if got := s.Authorize(t.Context(), authorization("order-1", 1000), card); got.Reply != payment.ReplyNotSent || !got.WroteAt.IsZero() {
			t.Errorf("got %+v, want not sent", got)
		}
	}
}

func TestFaults(t *testing.T) {
	const deadline, delay = 30 * time.Second, 40 * time.Second
	tests := []struct {
		kind    FaultKind
		reply   payment.Reply
		took    time.Duration
		charged int // when it has answered
		later   int // an hour later
	}{
		{"", payment.ReplyApproved, time.Second, 1, 1},
		{Unreachable, payment.ReplyNotSent, 0, 0, 0},
		{Hang, payment.ReplyLost, deadline, 0, 0},
		{Reset, payment.ReplyLost, 0, 0, 0},
		{Silence, payment.ReplyLost, deadline, 1, 1},
		{ResetAfter, payment.ReplyLost, time.Second, 1, 1},
		{Late, payment.ReplyApproved, time.Second + delay, 1, 1},
		{Slow, payment.ReplyApproved, delay, 1, 1},
		{PendingPaid, payment.ReplyPending, time.Second, 0, 1},
		{PendingFailed, payment.ReplyPending, time.Second, 0, 0},
		{WrongOrder, payment.ReplyApproved, time.Second, 1, 1},
		{WrongAmount, payment.ReplyApproved, time.Second, 1, 1},
		{Garbled, payment.ReplyLost, time.Second, 1, 1},
		{PendingVoided, payment.ReplyPending, time.Second, 0, 0},
	}
	for _, tt := range tests {
		t.Run(string(tt.kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := Config{Delay: time.Second}
				if tt.kind != "" {
					c.Faults = []Fault{{Kind: tt.kind, Delay: delay}}
				}
				s := newSim(t, c)
				a := authorization("order-1", 1000)
				ctx, cancel := context.WithTimeout(t.Context(), deadline)
				defer cancel()
				start := time.Now()
				got := s.Authorize(ctx, a, visa)
				if took := time.Since(start); got.Reply != tt.reply || took != tt.took {
					t.Errorf("got %s after %v, want %s after %v", got.Reply, took, tt.reply, tt.took)
				}
				if wrong := got.TransactionID != a.Order.TransactionID; got.Reply == payment.ReplyApproved && wrong != (tt.kind == WrongOrder) {
					t.Errorf("echo: got order %s", got.TransactionID)
				}
				if wrong := got.Amount != a.Order.Amount; got.Reply == payment.ReplyApproved && wrong != (tt.kind == WrongAmount) {
					t.Errorf("echo: got amount %d", got.Amount)
				}
				if n := s.Successes(a.Key()); n != tt.charged {
					t.Errorf("charged %d times, want %d", n, tt.charged)
				}
				<-time.After(time.Hour)
				if n := s.Successes(a.Key()); n != tt.later {
					t.Errorf("an hour later: charged %d times, want %d", n, tt.later)
				}
			})
		})
	}
	// Every fault has its row; NoInquiry and those of captures and cancels have tests of
	// their own.
	kinds := slices.DeleteFunc(FaultKinds(), func(k FaultKind) bool { return k == NoInquiry || ofSettling(k) })
	if len(tests) != len(kinds)+1 {
		t.Errorf("rows: got %d, want one for each of the %d faults, and one without", len(tests), len(kinds))
	}
}

func TestScript(t *testing.T) {
	s := newSim(t, Config{Faults: []Fault{
		{Kind: Reset, Transaction: "bad-*", Times: 2},
		{Kind: Unreachable, Transaction: "bad-2"},
		{Kind: NoInquiry, Transaction: "bad-*", Times: 1},
	}})
	var got []payment.Reply
	for _, id := range []order.TransactionID{"good-1", "bad-1", "bad-2", "bad-2", "bad-1"} {
		got = append(got, s.Authorize(t.Context(), authorization(id, 1000), visa).Reply)
	}
	want := []payment.Reply{payment.ReplyApproved, payment.ReplyLost, payment.ReplyLost, payment.ReplyNotSent, payment.ReplyApproved}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	key := authorization("bad-1", 1000).Key()
	if _, err := s.Inquire(t.Context(), key); err == nil {
		t.Error("first inquiry: accepted")
	}
	if books, err := s.Inquire(t.Context(), key); err != nil || len(books.Transactions) != 1 {
		t.Errorf("second inquiry: got %+v, %v", books, err)
	}
}

func TestNewRefuses(t *testing.T) {
	damaged := filepath.Join(t.TempDir(), "books")
	if err := os.WriteFile(damaged, []byte("not a line of books\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		config Config
		says   string
	}{
		{"a fault nobody knows", Config{Faults: []Fault{{Kind: Hang}, {Kind: "hnag"}}}, `fault 2: no kind is spelled "hnag"`},
		{"a pattern nobody can match", Config{Faults: []Fault{{Kind: Hang, Transaction: "["}}}, `fault 1: pattern "["`},
		{"books that are none", Config{Books: damaged}, "line 1"},
		{"books in no folder", Config{Books: filepath.Join(damaged, "books")}, "not a directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := New(tt.config); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %q in it", err, tt.says)
			}
		})
	}
}

func TestMagicAmounts(t *testing.T) {
	want := map[order.Yen]payment.Reply{
		9901: payment.ReplyPending, 19902: payment.ReplyPending, 29903: payment.ReplyLost, 9904: payment.ReplyLost,
		99_999_905: payment.ReplyLost, 9906: payment.ReplyNotSent, 9907: payment.ReplyLost, 9908: payment.ReplyLost,
		9909: payment.ReplyApproved, 9910: payment.ReplyApproved, 9911: payment.ReplyApproved,
		9912: payment.ReplyApproved, 99_010: payment.ReplyApproved,
	}
	for amount, reply := range want {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if got := newSim(t, Config{}).Authorize(ctx, authorization("order-1", amount), visa); got.Reply != payment.ReplyApproved {
				t.Errorf("%d yen without magic: got %s", amount, got.Reply)
			}
			if got := newSim(t, Config{Magic: true}).Authorize(ctx, authorization("order-1", amount), visa); got.Reply != reply {
				t.Errorf("%d yen: got %s, want %s", amount, got.Reply, reply)
			}
		})
	}
}

func TestInquire(t *testing.T) {
	s := newSim(t, Config{})
	a := authorization("order-1", 1000)
	if books, err := s.Inquire(t.Context(), a.Key()); err != nil || len(books.Transactions) != 0 {
		t.Errorf("an order never seen: got %+v, %v", books, err)
	}
	s.Authorize(t.Context(), a, plastic{"4111111111111111", "1199", "123"})
	a.Attempt = "attempt-2"
	s.Authorize(t.Context(), a, visa)
	books, err := s.Inquire(t.Context(), a.Key())
	if err != nil || len(books.Transactions) != 2 {
		t.Fatalf("got %+v, %v", books, err)
	}
	first, second := books.Transactions[0], books.Transactions[1]
	if first.Reply != payment.ReplyDeclined || first.Attempt != "attempt-order-1" || first.Code != "AG48000000000000" {
		t.Errorf("first: got %+v", first)
	}
	if second.Reply != payment.ReplyApproved || second.Attempt != "attempt-2" || second.Amount != 1000 || second.ID == first.ID {
		t.Errorf("second: got %+v", second)
	}
}

// Books on disk outlive the program, and hold no digit of a card.
func TestBooksOnDisk(t *testing.T) {
	// In a bubble, because the digits of a real time of day could be those of the card.
	synctest.Test(t, testBooksOnDisk)
}

func testBooksOnDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sim.books")
	a := authorization("order-1", 1000)
	a.Order.PaymentCount = "3"
	s, err := New(Config{Books: path})
	if err != nil {
		t.Fatal(err)
	}
	s.Authorize(t.Context(), a, visa)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(content, []byte(`"61C03"`)) {
		t.Errorf("the payment method is not booked as jpo: %s", content)
	}
	for _, digits := range []string{"411111", "1111", "1230"} {
		if bytes.Contains(content, []byte(digits)) {
			t.Errorf("the books have %s in them: %s", digits, content)
		}
	}
	// The last line was being written when the program died.
	if err := os.WriteFile(path, append(content, content[:20]...), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // also what is written after the half line can be read again
		again := newSim(t, Config{Books: path})
		if got := again.Authorize(t.Context(), a, visa); got.Code[:4] != "NH18" {
			t.Errorf("after a restart: got %+v", got)
		}
	}
}

// Every payment count of the form has its jpo.
func TestJPOs(t *testing.T) {
	for _, count := range order.PaymentCounts() {
		if jpos[count] == "" {
			t.Errorf("%s has none", count.Label())
		}
	}
}

func TestIssuedCardsWantTheirOwnExpiryAndCode(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cards")
	if err := os.WriteFile(file, []byte("# number, expiry, code\n4111111111111111 1230 123\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newSim(t, Config{Cards: file})
	for _, test := range []struct {
		id   order.TransactionID
		card plastic
		code string
	}{
		{"own", visa, "A001000000000000"},
		{"expiry", plastic{"4111111111111111", "1130", "123"}, "AC02000000000000"},
		{"code", plastic{"4111111111111111", "1230", "124"}, "AC03000000000000"},
		{"not-listed", plastic{"5555555555554444", "0131", "999"}, "A001000000000000"},
	} {
		if got := s.Authorize(t.Context(), authorization(test.id, 100), test.card); got.Code != test.code {
			t.Errorf("%s: code %s, want %s", test.id, got.Code, test.code)
		}
	}
	if err := os.WriteFile(file, []byte("4000000000000002 1230 123\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Config{Cards: file}); err == nil {
		t.Error("a card that is no test card was taken")
	}
}
