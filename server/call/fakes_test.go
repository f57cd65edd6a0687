package call

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/server"
	"tsunagi/server/audio"
	"tsunagi/server/card"
	"tsunagi/server/dtmf"
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

// caller is a line with somebody on it. What is played takes as long as it is.
type caller struct {
	*Call
	site *site
	gone chan struct{} // closed when Run has returned

	mu      sync.Mutex
	did     []string // what the call has done on the line
	playing *time.Timer
	turn    int           // of what plays
	ends    time.Time     // when it will have been heard
	left    time.Duration // of it, when it began or was stopped
	held    bool
}

func (c *caller) note(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.did = append(c.did, what)
}

func (c *caller) has(what string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Contains(c.did, what)
}

func (c *caller) Answer() error    { c.note("answer"); return nil }
func (c *caller) WipeKeys()        { c.note("wipe keys") }
func (c *caller) Refuse(r Refusal) { c.note("refuse " + string(r)) }
func (c *caller) Bye()             { c.Stop(); c.note("bye") }

func (c *caller) Play(turn int, clips []*audio.Clip, loop bool) {
	c.Stop()
	var length time.Duration
	for _, clip := range clips {
		length += clip.Duration()
	}
	if length == 0 {
		c.site.t.Errorf("turn %d plays nothing", turn)
	}
	if loop {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn, c.left = turn, length
	c.goOnLocked()
}

func (c *caller) Stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopLocked()
	c.left = 0
}

// goOnLocked plays what is left, stopLocked stops it there.
func (c *caller) goOnLocked() {
	if c.held || c.left == 0 {
		return
	}
	turn := c.turn
	c.playing = time.AfterFunc(c.left, func() { c.PlayedOut(turn) })
	c.ends = time.Now().Add(c.left)
}

func (c *caller) stopLocked() {
	if c.playing != nil && c.playing.Stop() {
		c.left = time.Until(c.ends)
	}
	c.playing = nil
}

// putOnHold and takeBack do what a PBX and the media engine do together: the prompt
// stands still too.
func (c *caller) putOnHold() {
	c.mu.Lock()
	c.held = true
	c.stopLocked()
	c.mu.Unlock()
	c.Held()
	synctest.Wait()
}

func (c *caller) takeBack() {
	c.mu.Lock()
	c.held = false
	c.goOnLocked()
	c.mu.Unlock()
	c.Resumed()
	synctest.Wait()
}

// press presses keys, a quarter of a second apart.
func (c *caller) press(keys string) {
	for _, k := range []byte(keys) {
		time.Sleep(250 * time.Millisecond)
		c.Key(dtmf.Key(k))
	}
	synctest.Wait()
}

// until waits for a state of the call, as a screen shows it.
func (c *caller) until(state wire.State) wire.Call {
	c.site.t.Helper()
	for range 4 * 300 { // 5 minutes
		if p, ok := c.site.board.picture(c.id); ok && p.State == state {
			return p
		}
		time.Sleep(250 * time.Millisecond)
		synctest.Wait()
	}
	p, _ := c.site.board.picture(c.id)
	c.site.t.Fatalf("the call never came to %s; it is in %s", state, p.State)
	return p
}

// end waits until everything of the call is over.
func (c *caller) end() {
	<-c.gone
	if !c.vault.Wiped() {
		c.site.t.Error("the card was not wiped")
	}
}

// book is a database that never fails, unless told to.
type book struct {
	mu      sync.Mutex
	hangs   time.Duration // each row and record
	fails   error
	orders  map[ivr.CallID]order.Order
	rows    []ivr.Row
	records []ivr.Record
}

func (b *book) PutOrder(_ context.Context, call ivr.CallID, _ ivr.UserKey, o order.Order, _ time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails != nil {
		return b.fails
	}
	if b.orders == nil {
		b.orders = map[ivr.CallID]order.Order{}
	}
	b.orders[call] = o
	return nil
}

func (b *book) AppendRow(_ context.Context, row ivr.Row) error {
	b.mu.Lock()
	hangs := b.hangs
	b.mu.Unlock()
	time.Sleep(hangs)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails != nil {
		return b.fails
	}
	b.rows = append(b.rows, row)
	return nil
}

func (b *book) PutRecord(_ context.Context, record ivr.Record) error {
	b.mu.Lock()
	hangs := b.hangs
	b.mu.Unlock()
	time.Sleep(hangs)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails != nil {
		return b.fails
	}
	b.records = append(b.records, record)
	return nil
}

// points are the rows so far, with their results.
func (b *book) points() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var points []string
	for _, r := range b.rows {
		points = append(points, strings.TrimSpace(r.Point+" "+r.Result+" "+r.Code))
	}
	return strings.Join(points, "\n")
}

// recordOf is the record of one call, the zero record where there is none.
func (b *book) recordOf(id ivr.CallID) ivr.Record {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.records {
		if r.ID == id {
			return r
		}
	}
	return ivr.Record{}
}

func (b *book) ends() []ivr.End {
	b.mu.Lock()
	defer b.mu.Unlock()
	var ends []ivr.End
	for _, r := range b.records {
		ends = append(ends, r.End)
	}
	return ends
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
