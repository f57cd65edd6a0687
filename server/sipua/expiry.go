package sipua

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Session timers (RFC 4028): one side refreshes the session at half its interval, and
// either gives it up when that stays away, so that a call whose BYE was lost ends.
//
//	          ours, half the interval         200
//	agreed ────────────────────────► refreshing ───► agreed anew
//	   │ theirs, before the end          │ 408, 481, no answer, the end
//	   └────────► BYE ◄──────────────────┘

const (
	// minSessionSeconds is the shortest interval that RFC 4028 5 lets anybody ask for.
	minSessionSeconds = 90

	// sessionSeconds is what we ask for unless told otherwise, as RFC 4028 4.2 recommends.
	sessionSeconds = 1800

	// maxSessionSeconds keeps a wild number within a time.Duration.
	maxSessionSeconds = 1 << 31
)

// A refresher is who refreshes a session: the one who sent the last request about it,
// or the one who answered.
type refresher string

const (
	refresherUAC refresher = "uac"
	refresherUAS refresher = "uas"
)

// interval is a session timer as it was agreed on; the zero interval is none.
type interval struct {
	seconds int64
	by      refresher
}

// expiry is the session timer of a leg. The nil expiry is none.
type expiry struct {
	length     time.Duration
	ours       bool // we refresh
	refreshing bool
	end        time.Time // of the session, if nobody refreshes it
	timer      *time.Timer
}

func (x *expiry) due() <-chan time.Time {
	if x == nil {
		return nil
	}
	return x.timer.C
}

// sessionSeconds is what we ask for.
func (e *Endpoint) sessionSeconds() int64 { return int64(e.cfg.SessionInterval / time.Second) }

// sessionExpires reads Session-Expires, the zero interval where it is missing or
// makes no sense (RFC 4028 4).
func sessionExpires(m sip.Message) interval {
	for _, name := range []string{"Session-Expires", "x"} {
		headers := m.GetHeaders(name)
		if len(headers) == 0 {
			continue
		}
		number, params, _ := strings.Cut(headers[0].Value(), ";")
		seconds, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		if err != nil || seconds <= 0 {
			return interval{}
		}
		in := interval{seconds: min(seconds, maxSessionSeconds)}
		for _, param := range strings.Split(params, ";") {
			name, value, _ := strings.Cut(param, "=")
			if !strings.EqualFold(strings.TrimSpace(name), "refresher") {
				continue
			}
			switch by := refresher(strings.ToLower(strings.TrimSpace(value))); by {
			case refresherUAC, refresherUAS:
				in.by = by
			}
		}
		return in
	}
	return interval{}
}

// agreedInterval is how we answer a request that may set a session timer, with the
// headers that say so (RFC 4028 9).
func agreedInterval(req *sip.Request) (interval, []sip.Header, *fault) {
	in := sessionExpires(req)
	if in.seconds == 0 {
		return interval{}, nil, nil
	}
	knows := supports(req, "timer")
	if in.seconds < minSessionSeconds && knows {
		return interval{}, nil, refuse(422, sip.NewHeader("Min-SE", strconv.Itoa(minSessionSeconds)))
	}
	switch {
	case !knows: // a proxy has asked for it
		in.by = refresherUAS
	case in.by == "":
		in.by = refresherUAC
	}
	headers := []sip.Header{sip.NewHeader("Session-Expires", in.String())}
	if in.by == refresherUAC {
		headers = append(headers, sip.NewHeader("Require", "timer"))
	}
	return in, headers, nil
}

func (in interval) String() string {
	return strconv.FormatInt(in.seconds, 10) + ";refresher=" + string(in.by)
}

// supports reports whether a message lists an extension in Supported or Require.
func supports(m sip.Message, tag string) bool {
	for _, name := range []string{"Supported", "k", "Require"} {
		for _, v := range headerValues(m, name) {
			if strings.EqualFold(v, tag) {
				return true
			}
		}
	}
	return false
}

// keepFor sets the leg's session timer; the zero interval ends it. we is our part in
// the request that agreed on it.
func (l *Leg) keepFor(in interval, we refresher) {
	if l.expiry != nil {
		l.expiry.timer.Stop()
		l.expiry = nil
	}
	if in.seconds == 0 {
		return
	}
	length := time.Duration(in.seconds) * l.endpoint.cfg.Timing.SessionSecond
	x := &expiry{length: length, ours: in.by == we, end: time.Now().Add(length)}
	wait := length / 2
	if !x.ours {
		// RFC 4028 10: a third of the interval before its end, and at most 32 s.
		wait = length - min(32*l.endpoint.cfg.Timing.SessionSecond, length/3)
	}
	x.timer = time.NewTimer(wait)
	l.expiry = x
}

// expire does what is due: it refreshes the session or gives it up.
func (l *Leg) expire() {
	x := l.expiry
	switch {
	case l.state != confirmed:
		l.expiry = nil
	case x.ours && !x.refreshing:
		x.refreshing = true
		x.timer.Reset(time.Until(x.end))
		l.refresh()
	default:
		l.log.Warn("session not refreshed: hanging up")
		l.giveUp()
	}
}

// giveUp ends a leg whose peer seems to be gone.
func (l *Leg) giveUp() {
	l.expiry = nil
	l.end(Expired)
	l.sendBye()
}

// refresh sends UPDATE without a session description, or to a peer that does not know
// it a re-INVITE with the same one as before (RFC 4028 7.4).
func (l *Leg) refresh() {
	e := l.endpoint
	in := interval{seconds: int64(l.expiry.length / e.cfg.Timing.SessionSecond), by: refresherUAC}
	method := sip.UPDATE
	if !l.peerUpdates {
		if l.accepted != nil || l.inviting {
			l.refreshLater() // RFC 3261 14.1: one INVITE at a time
			return
		}
		method = sip.INVITE
	}
	req := l.dialog.next(e, method)
	for _, h := range capabilities() {
		req.AppendHeader(h)
	}
	req.AppendHeader(sip.NewHeader("Session-Expires", in.String()))
	req.AppendHeader(sip.NewHeader("Min-SE", strconv.Itoa(minSessionSeconds)))
	if method == sip.INVITE {
		l.inviting = true
		setSDP(req, l.local.body)
		l.sendReinvite(req, l.refreshed)
		return
	}
	l.send(req, l.refreshed)
}

// refreshed takes the answer to our refresh.
func (l *Leg) refreshed(res *sip.Response) {
	if l.state != confirmed || l.expiry == nil {
		return
	}
	switch {
	case res == nil, res.StatusCode == 408, res.StatusCode == 481:
		// RFC 3261 12.2.1.2: the dialog is no more.
		l.log.Warn("session refresh not answered: hanging up")
		l.giveUp()
	case res.IsSuccess():
		l.dialog.refresh(res.Contact())
		in := sessionExpires(res)
		if in.by == "" {
			in.by = refresherUAC
		}
		l.keepFor(in, refresherUAC)
	case res.StatusCode == 491:
		l.refreshLater()
	default:
		l.log.Info("session refresh refused", "status", res.StatusCode)
	}
}

// refreshLater tries again after a glare (RFC 3261 14.1).
func (l *Leg) refreshLater() {
	x := l.expiry
	pause := rand.N(2 * time.Second)
	if l.by == (inviteID{}) { // the Call-ID is ours
		pause = 2100*time.Millisecond + rand.N(1900*time.Millisecond)
	}
	pause = time.Duration(float64(pause) * float64(l.endpoint.cfg.Timing.T1) / float64(defaultT1))
	x.refreshing = false
	x.timer.Reset(min(pause, time.Until(x.end)))
}

// sendReinvite sends an INVITE of ours within the dialog that restates our side.
func (l *Leg) sendReinvite(req *sip.Request, answered func(*sip.Response)) {
	l.sendKept(req, 0, func(sent *sip.Request, res *sip.Response) {
		l.inviting = false
		if res != nil && res.IsSuccess() {
			l.ack = l.dialog.request(l.endpoint, sip.ACK, sent.CSeq().SeqNo)
			l.ackAgain()
			if l.state == confirmed {
				if err := l.takeAnswer(res); err != nil {
					l.log.Warn("no usable answer to our re-INVITE: the session stays as it was", "error", err)
				}
			}
		}
		answered(res)
	})
}
