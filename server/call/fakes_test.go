package call

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
	"tsunagi/server/card"
	"tsunagi/server/payment"
	"tsunagi/server/prompt"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

const ivrNumber = "05030001024"

var sato = ivr.UserKey{Merchant: "shop", User: "sato"}

// site is a desk with everything around it.
type site struct {
	*Desk
	t        *testing.T
	merchant ivr.Merchant
	online   bool
	book     *book
	board    *screen
	acquirer *acquirer
	exchange *exchange

	mu     sync.Mutex
	spoken []order.Language // in turn
}

var library = sync.OnceValues(func() (*prompt.Library, error) { return prompt.OpenLibrary(nil) })

// voice notes which voices speak.
func (s *site) voice(m ivr.MerchantID, l order.Language) Voice {
	v, _ := library()
	s.mu.Lock()
	defer s.mu.Unlock()
	if spoken := v.Voice(string(m), l); len(s.spoken) == 0 || s.spoken[len(s.spoken)-1] != spoken.Language() {
		s.spoken = append(s.spoken, spoken.Language())
	}
	return v.Voice(string(m), l)
}

// onTheHeap makes vaults that are not locked: these tests have no card worth it.
func onTheHeap() (*card.Vault, func(), error) { return card.NewVault(), func() {}, nil }

func newSite(t *testing.T) *site {
	t.Helper()
	if _, err := library(); err != nil {
		t.Fatal(err)
	}
	s := &site{
		t: t, merchant: ivr.DefaultMerchant("shop", "つなぎ商店"), online: true,
		book: &book{}, board: &screen{}, acquirer: &acquirer{},
	}
	s.exchange = &exchange{site: s, answers: 4 * time.Second}
	s.Desk = NewDesk(Config{
		Directory: s, Presence: s, Payments: s.acquirer, Voices: s.voice, Vaults: onTheHeap, MaxCalls: 10, Operators: s.exchange,
		Reporter: Reporter{Book: s.book, Board: s.board, Log: slog.New(slog.DiscardHandler)},
	})
	return s
}

// UserByIVRNumber and Merchant make a site its own directory.
func (s *site) UserByIVRNumber(_ context.Context, number string) (ivr.User, error) {
	if number != ivrNumber {
		return ivr.User{}, ivr.ErrNotFound
	}
	return ivr.User{Key: sato, Role: ivr.RoleOperator, IVRNumber: number, Extension: "1024"}, nil
}

func (s *site) Merchant(context.Context, ivr.MerchantID) (ivr.Merchant, error) {
	return s.merchant, nil
}

// Online is the site's presence.
func (s *site) Online(ivr.UserKey) bool { return s.online }

// arrive admits a call and runs it on a line of its own.
func (s *site) arrive() *caller {
	s.t.Helper()
	c, err := s.Admit(s.t.Context(), ivrNumber, "0312345678")
	if err != nil {
		s.t.Fatal(err)
	}
	line := &caller{Call: c, site: s, gone: make(chan struct{})}
	go func() {
		defer close(line.gone)
		c.Run(line)
	}()
	synctest.Wait()
	return line
}

// send hands the ordinary order to a call.
func (s *site) send(c *caller, transaction string) error {
	err := s.SendOrder(s.t.Context(), sato, c.id, form(transaction))
	synctest.Wait()
	return err
}

func form(transaction string) order.Form {
	return order.Form{TransactionID: transaction, Amount: "4980", PaymentCount: "1"}
}

// screen remembers what it was shown.
type screen struct {
	mu       sync.Mutex
	pictures map[ivr.CallID]wire.Call
	rows     []ivr.Row
	results  []ivr.Result
	notices  []string
	shown    []wire.Call // what the screen showed of a notice's call when it came
}

func (s *screen) Put(_ ivr.UserKey, p wire.Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pictures == nil {
		s.pictures = map[ivr.CallID]wire.Call{}
	}
	s.pictures[ivr.CallID(p.ID)] = p
}

func (s *screen) picture(id ivr.CallID) (wire.Call, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.pictures[id]
	return p, ok
}

func (s *screen) Append(row ivr.Row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows = append(s.rows, row)
}

func (s *screen) Result(r ivr.Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.results = append(s.results, r)
}

func (s *screen) Notify(_ ivr.UserKey, n wire.Notice) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notices = append(s.notices, n.MessageID)
	s.shown = append(s.shown, s.pictures[ivr.CallID(n.CallID)])
}

// acquirer answers what it is told to, after a while, and looks at the card as a
// gateway does.
type acquirer struct {
	mu      sync.Mutex
	answers []payment.Outcome // in turn; approved when they are used up
	delay   time.Duration
	paid    map[order.TransactionID]bool
	open    map[order.TransactionID]bool
	asked   []payment.Request
	lengths []int // of the card numbers seen
}

func (a *acquirer) Paid(_ context.Context, _ ivr.MerchantID, id order.TransactionID) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.paid[id], nil
}

func (a *acquirer) Open(_ context.Context, _ ivr.MerchantID, id order.TransactionID) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.open[id], nil
}

func (a *acquirer) Authorize(_ context.Context, r payment.Request, c payment.Card) payment.Outcome {
	err := c.Use(func(pan, _, _ []byte) error {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.lengths = append(a.lengths, len(pan))
		return nil
	})
	time.Sleep(a.delay)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, r)
	if err != nil {
		return payment.Outcome{State: payment.Unsent, Message: err.Error()}
	}
	if len(a.answers) == 0 {
		return payment.Outcome{State: payment.Paid, Code: "A001", Message: "処理が成功しました。"}
	}
	next := a.answers[0]
	a.answers = a.answers[1:]
	return next
}
