package gatewaysim

import (
	"regexp"
	"slices"
	"strconv"
	"time"
)

// methods are the payment methods of the contract (jpo, section 3).
var methods = []string{
	"10", "61C02", "61C03", "61C05", "61C06", "61C10", "61C12", "61C15", "61C18", "61C20", "61C24", "80", "21",
}

var (
	orderID  = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)
	memberID = regexp.MustCompile(`^[A-Za-z0-9._@-]{0,100}$`)
	amount   = regexp.MustCompile(`^[1-9][0-9]{0,7}$`)
)

// reAuthorizeWithin is how long a card may be used again.
const reAuthorizeWithin = 13 * 30 * 24 * time.Hour

// reply is what the gateway has decided to answer.
type reply struct {
	line   Line
	status string // mstatus
	outcome
	card   held
	member string
}

func refuse(q request, o outcome) reply {
	return reply{status: "failure", outcome: o, line: Line{Order: q.params.OrderID}}
}

// carryOut does what a request asks for and books it. The fault changes what is
// decided, where it is one of those.
func (l *ledger) carryOut(q request, f Fault) (reply, error) {
	p := q.params
	if !orderID.MatchString(p.OrderID) || !memberID.MatchString(p.PayNowID.Account.ID) ||
		p.Amount != "" && !amount.MatchString(p.Amount) {
		return refuse(q, badRequest), nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	line := Line{
		CCID: p.MerchantCCID, Order: p.OrderID, Command: q.command, Dummy: q.dummy, JPO: p.JPO,
		Member: p.PayNowID.Account.ID, FreeKey: p.PayNowID.FreeKey,
	}
	line.Amount, _ = strconv.ParseInt(p.Amount, 10, 64) // of 1 to 8 digits
	var r reply
	switch q.command {
	case "Authorize":
		r = l.authorizeLocked(q, line)
	case "ReAuthorize":
		r = l.reAuthorizeLocked(q, line)
	case "Capture":
		r = l.captureLocked(line)
	case "Cancel":
		r = l.cancelLocked(line)
	}
	return l.bookLocked(r, f)
}

// bookLocked gives a decision its status and writes it down.
func (l *ledger) bookLocked(r reply, f Fault) (reply, error) {
	r.status = "failure"
	switch {
	case r.outcome == succeeded && (f.Kind == PendingPaid || f.Kind == PendingFailed):
		r.status, r.outcome = "pending", undecided
		r.line.SettlesAt, r.line.SettlesTo = time.Now().Add(f.Delay), "failure"
		if f.Kind == PendingPaid {
			r.line.SettlesTo = "success"
		}
	case r.outcome == succeeded && f.Kind == AgainLost:
		r.status, r.outcome = "success", repeated
		return r, nil
	case r.outcome == succeeded:
		r.status = "success"
	}
	r.line.Status, r.line.Code = r.status, r.code
	var err error
	r.line, err = l.enterLocked(r.line)
	if f.Kind == Again && r.outcome == succeeded {
		r.outcome = repeated
	}
	return r, err
}

func (l *ledger) authorizeLocked(q request, line Line) reply {
	p := q.params
	line.Capture = p.WithCapture == "true"
	member := orderKey{p.MerchantCCID, "member/" + line.Member}
	card, onFile := l.cards[member]
	if len(p.CardNumber) > 0 || line.Member == "" || !onFile {
		card = look(q.dummy, p.CardNumber, p.CardExpire, p.SecurityCode)
	}
	r := reply{line: line, outcome: card.Verdict, card: card}
	if line.JPO == "" {
		r.line.JPO = "10" // the default of section 3
	}
	key := orderKey{line.CCID, line.Order}
	before := l.standingLocked(key)
	switch {
	case before.ever || before.undecided:
		r.outcome = hasPaid
	case line.Amount == 0:
		r.outcome = badRequest
	case !slices.Contains(methods, r.line.JPO):
		r.outcome = noMethod
	}
	if r.outcome != succeeded {
		return r
	}
	l.cards[key] = card
	if line.Member != "" {
		l.cards[member] = card // an unknown member is created with this card
		r.member = line.Member
	}
	return r
}

func (l *ledger) reAuthorizeLocked(q request, line Line) reply {
	p := q.params
	line.Capture = p.WithCapture == "true"
	earlier := orderKey{p.MerchantCCID, p.OriginalOrderID}
	before := l.standingLocked(orderKey{line.CCID, line.Order})
	if line.JPO == "" {
		line.JPO = l.standingLocked(earlier).jpo
	}
	r := reply{line: line, outcome: l.cards[earlier].Verdict, card: l.cards[earlier]}
	switch lines := l.orders[earlier]; {
	case before.ever || before.undecided:
		r.outcome = hasPaid
	case line.Amount == 0:
		r.outcome = badRequest
	case !l.standingLocked(earlier).ever, time.Since(lines[0].At) > reAuthorizeWithin, r.outcome == outcome{}:
		r.outcome = notNow
	}
	return r
}

func (l *ledger) captureLocked(line Line) reply {
	s := l.standingLocked(orderKey{line.CCID, line.Order})
	r := reply{line: line, outcome: succeeded}
	if s.successes == 0 || s.captured != 0 || line.Amount == 0 || line.Amount > s.charged() {
		r.outcome = notNow
	}
	return r
}

func (l *ledger) cancelLocked(line Line) reply {
	s := l.standingLocked(orderKey{line.CCID, line.Order})
	if line.Amount == 0 {
		line.Amount = s.charged()
	}
	r := reply{line: line, outcome: succeeded}
	if s.successes == 0 || line.Amount > s.charged() {
		r.outcome = notNow
	}
	return r
}
