package sipua

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// A Registration is how we stand with the PBX of an account.
type Registration struct {
	Account string    // user@registrar
	Until   time.Time // the PBX sends its calls until then; zero where it does not
	Err     error     // of the last try: a *Rejected, ErrCredentials or ErrNoAnswer; nil where it went well
	Next    time.Time // when the PBX is asked again; zero before the first answer and after the last
}

const (
	// firstBackoff and longestBackoff bound the pause after a registration that went
	// wrong; it doubles. A PBX that has restarted hears of us within two minutes.
	firstBackoff   = 2 * time.Second
	longestBackoff = 2 * time.Minute

	// briefestExpires is as often as a PBX may have us register.
	briefestExpires = 10

	// listBindings, for seconds, only asks who is registered (RFC 3261 10.2.3): such a
	// REGISTER bears no Contact and changes nothing.
	listBindings = -1
)

// A registrant keeps one account registered. Its goroutine owns all but what stands
// below the mutex.
type registrant struct {
	endpoint *Endpoint
	account  Account
	uri      sip.Uri
	route    *sip.Uri // the first hop; nil: uri
	callID   string
	tag      string
	seq      uint32
	expires  int64 // seconds to ask for

	mu   sync.Mutex
	last Registration
}

func (e *Endpoint) newRegistrant(a Account) (*registrant, error) {
	uri, err := a.uri()
	if err != nil {
		return nil, err
	}
	route, err := a.route()
	if err != nil {
		return nil, err
	}
	if a.Expires <= 0 {
		a.Expires = defaultExpires
	}
	return &registrant{
		endpoint: e, account: a, uri: uri, route: route, callID: newTag() + "@" + e.host, tag: newTag(),
		expires: max(int64(a.Expires/time.Second), briefestExpires),
		last:    Registration{Account: a.String()},
	}, nil
}

// Registrations tells how each account that registers stands.
func (e *Endpoint) Registrations() []Registration {
	var all []Registration
	for _, r := range e.registrants {
		r.mu.Lock()
		all = append(all, r.last)
		r.mu.Unlock()
	}
	return all
}

// Withdraw takes our registrations back, so that the PBXs send no more calls, and
// waits until they have answered or ctx is done. It is the first thing of a drain;
// Close does it too. The accounts are not registered again, and OPTIONS are answered
// 503 from then on. Refusing calls that come all the same is the Front's.
func (e *Endpoint) Withdraw(ctx context.Context) {
	e.withdrawOnce.Do(func() { close(e.withdraw) })
	e.mu.Lock()
	serving := e.serving
	e.mu.Unlock()
	if !serving {
		return
	}
	select {
	case <-e.withdrawn:
	case <-ctx.Done():
	}
}

// draining reports whether Withdraw or Close has begun.
func (e *Endpoint) draining() bool {
	select {
	case <-e.withdraw:
		return true
	default:
		return false
	}
}

// register keeps all accounts registered until they are withdrawn.
func (e *Endpoint) register() {
	var running sync.WaitGroup
	for _, r := range e.registrants {
		running.Go(r.run)
	}
	running.Wait()
	close(e.withdrawn)
}

func (r *registrant) run() {
	e := r.endpoint
	backoff := firstBackoff
	for {
		granted, err := r.ask(r.expires)
		pause := granted / 2 // one refresh may be lost
		if err != nil {
			pause = r.pauseAfter(err, &backoff)
		} else {
			backoff = firstBackoff
		}
		r.note(granted, err, pause)
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-e.withdraw:
			timer.Stop()
			r.takeBack()
			return
		case <-e.kill:
			timer.Stop()
			return
		}
	}
}

// pauseAfter is how long to wait after a failure, spread so that many servers do not
// come back to a restarted PBX all at once.
func (r *registrant) pauseAfter(err error, backoff *time.Duration) time.Duration {
	pause := *backoff
	*backoff = min(2**backoff, longestBackoff)
	if errors.Is(err, ErrCredentials) {
		pause = longestBackoff // asking again soon would get us locked out
	}
	var wait retryLater
	if errors.As(err, &wait) {
		pause = max(pause, min(wait.after, time.Hour))
	}
	pause = pause/2 + rand.N(pause/2+1)
	return time.Duration(float64(pause) * r.endpoint.cfg.Timing.SessionSecond.Seconds())
}

// takeBack ends the registration, if there is one.
func (r *registrant) takeBack() {
	r.mu.Lock()
	registered := !r.last.Until.IsZero()
	r.mu.Unlock()
	if !registered {
		return
	}
	_, err := r.ask(0)
	r.note(0, err, 0)
}

// note keeps the result and logs a change. pause is until the next try, 0 where there is none.
func (r *registrant) note(granted time.Duration, err error, pause time.Duration) {
	now := Registration{Account: r.account.String(), Err: err}
	if pause > 0 {
		now.Next = time.Now().Add(pause)
	}
	if granted > 0 {
		now.Until = time.Now().Add(granted)
	}
	r.mu.Lock()
	before := r.last
	if err != nil && time.Now().Before(before.Until) {
		now.Until = before.Until // the PBX still knows us
	}
	r.last = now
	r.mu.Unlock()
	switch log := r.endpoint.log.With("account", now.Account); {
	case err != nil:
		log.Warn("not registered at the PBX", "error", err)
	case now.Until.IsZero():
		log.Info("registration withdrawn")
	case before.Until.IsZero():
		log.Info("registered at the PBX", "for", granted)
	}
}

// retryLater is a refusal that says when to try again.
type retryLater struct {
	error
	after time.Duration
}

func (r retryLater) Unwrap() error { return r.error }

// ask sends REGISTER for some seconds, zero to withdraw or listBindings, and returns how long the
// registrar has granted.
func (r *registrant) ask(seconds int64) (time.Duration, error) {
	e := r.endpoint
	req := r.request(seconds)
	for attempt, longer := 0, false; ; {
		tx, err := e.send(req)
		if err != nil {
			return 0, fmt.Errorf("%w: %w", ErrNoAnswer, err)
		}
		res := e.final(tx)
		tx.Terminate()
		switch {
		case res == nil:
			return 0, fmt.Errorf("%w from %s", ErrNoAnswer, r.account.Registrar)
		case res.IsSuccess():
			return time.Duration(r.granted(res, seconds)) * e.cfg.Timing.SessionSecond, nil
		case challenged(res):
			header, err := e.authorize(req, res, attempt)
			if err != nil {
				return 0, err
			}
			attempt++
			r.seq++
			req = e.repeated(req, r.seq, header)
		case res.StatusCode == 423 && !longer && seconds > 0:
			// RFC 3261 10.2.8
			longer = true
			r.expires = max(r.expires, min(headerSeconds(res, "Min-Expires"), maxSessionSeconds))
			seconds = r.expires
			req = r.request(seconds)
		default:
			err := error(&Rejected{Status: res.StatusCode, Reason: headerSafe(res.Reason)})
			if after := headerSeconds(res, "Retry-After"); after > 0 {
				err = retryLater{err, time.Duration(min(after, maxSessionSeconds)) * time.Second}
			}
			return 0, err
		}
	}
}

// request makes the next REGISTER. RFC 3261 10.2: all bear one Call-ID.
func (r *registrant) request(seconds int64) *sip.Request {
	e := r.endpoint
	r.seq++
	req := e.request(sip.REGISTER, r.uri)
	next := &r.uri
	if r.route != nil {
		req.AppendHeader(&sip.RouteHeader{Address: *r.route.Clone()}) // RFC 3261 8.1.2: a preset Route
		next = r.route
	}
	us := sip.Uri{Scheme: "sip", User: r.account.User, Host: r.uri.Host}
	from := sip.FromHeader{Address: us}
	from.Params.Add("tag", r.tag)
	callID := sip.CallIDHeader(r.callID)
	req.AppendHeader(&from)
	req.AppendHeader(&sip.ToHeader{Address: us})
	req.AppendHeader(&callID)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: r.seq, MethodName: sip.REGISTER})
	if seconds != listBindings {
		contact := e.contact(e.usual())
		contact.Address.User = r.account.User
		req.AppendHeader(contact)
		req.AppendHeader(sip.NewHeader("Expires", strconv.FormatInt(seconds, 10)))
	}
	req.AppendHeader(sip.NewHeader("User-Agent", e.cfg.UserAgent))
	for _, h := range capabilities() {
		req.AppendHeader(h)
	}
	req.SetBody(nil)
	e.direct(req, next, e.usual())
	return req
}

// granted is for how many seconds a registrar keeps us: the expires parameter of our
// Contact counts more than Expires (RFC 3261 10.2.4).
func (r *registrant) granted(res *sip.Response, asked int64) int64 {
	if asked <= 0 {
		return 0
	}
	seconds := asked
	if n := headerSeconds(res, "Expires"); n > 0 {
		seconds = n
	}
	for _, h := range res.GetHeaders("Contact") {
		c, ok := h.(*sip.ContactHeader)
		if !ok || c.Address.User != r.account.User || c.Address.Host != r.endpoint.host {
			continue
		}
		if text, ok := c.Params.Get("expires"); ok {
			if n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil && n > 0 {
				seconds = n
			}
		}
	}
	return min(max(seconds, briefestExpires), maxSessionSeconds)
}

// headerSeconds is the number that a header begins with, 0 where there is none.
func headerSeconds(m sip.Message, name string) int64 {
	headers := m.GetHeaders(name)
	if len(headers) == 0 {
		return 0
	}
	text := strings.TrimSpace(headers[0].Value())
	end := strings.IndexFunc(text, func(c rune) bool { return c < '0' || c > '9' })
	if end >= 0 {
		text = text[:end]
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
