package sipua

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"

	"tsunagi/server"
)

// ErrNoResult: the peer took our REFER and stopped reporting before it knew the result.
var ErrNoResult = errors.New("no result of REFER")

// A referral is a REFER of ours whose result is not known. The nil referral is none.
type referral struct {
	seq    uint32     // CSeq of the REFER, which names its NOTIFYs
	result chan error // of size 1: Refer waits for it
}

// contentSipfrag is the body of a NOTIFY about a REFER (RFC 3515 2.4.5).
const contentSipfrag = "message/sipfrag"

// Refer asks the peer to send its party elsewhere and waits for the result (RFC 3515).
// Where replaces is nil, the party is to call target: a SIP URI, or a number at the
// peer's own address. Otherwise it is joined with the party of replaces, whose dialog
// then ends, and target may be empty (RFC 3891, an attended transfer).
//
// Transferring events tell how it goes. It returns nil when the peer reports success;
// our legs still stand then, and the peer may end them at any time. A *Rejected tells
// that the peer did not take the REFER, or that the party could not be sent: it is
// still with us. ErrNoResult, ErrEnded and ctx's error leave that open. There is one
// Refer at a time; another gets ErrState.
func (l *Leg) Refer(ctx context.Context, target string, replaces *Leg) error {
	referTo, err := l.referTo(target, replaces)
	if err != nil {
		return fmt.Errorf("refer %s: %w", l.id.localTag, err)
	}
	result := make(chan error, 1)
	if err := l.ask(func() error { return l.refer(referTo, result) }); err != nil {
		return fmt.Errorf("refer %s: %w", l.id.localTag, err)
	}
	select {
	case err = <-result:
	case <-ctx.Done():
		err = ctx.Err()
		_ = l.ask(func() error { // ErrEnded: then it is forgotten with the leg
			if l.referral != nil && l.referral.result == result {
				l.referral = nil
			}
			return nil
		})
	case <-l.ended:
		select {
		case err = <-result: // it comes before the end, but select may see them in any order
		default:
			err = ErrEnded
		}
	}
	if err != nil {
		return fmt.Errorf("refer %s: %w", l.id.localTag, err)
	}
	return nil
}

// referTo writes the Refer-To value.
func (l *Leg) referTo(target string, replaces *Leg) (string, error) {
	var headers string
	if replaces != nil {
		if replaces == l {
			return "", fmt.Errorf("%w: a leg cannot replace itself", ErrState)
		}
		other, err := replaces.dialogNow()
		if err != nil {
			return "", fmt.Errorf("leg to replace: %w", err)
		}
		if target == "" {
			target = other.target.String()
		}
		// RFC 3891 3: the tags as the other one's peer sees them; its own is the to-tag.
		localTag, _ := other.local.Params.Get("tag")
		headers = "?Replaces=" + url.QueryEscape(other.callID+";to-tag="+other.remoteTag+";from-tag="+localTag)
	}
	if number := ivr.DialledNumber(target); number != "" {
		d, err := l.dialogNow()
		if err != nil {
			return "", err
		}
		target = (&sip.Uri{Scheme: "sip", User: number, Host: d.target.Host, Port: d.target.Port}).String()
	}
	var uri sip.Uri
	if err := sip.ParseUri(target, &uri); err != nil || uri.Host == "" || uri.Scheme != "sip" && uri.Scheme != "sips" {
		return "", fmt.Errorf("target %q: want a number or sip:number@host", target)
	}
	uri.Headers = nil
	return "<" + headerSafe(uri.String()) + headers + ">", nil
}

// dialogNow is a copy of the leg's dialog, once it stands.
func (l *Leg) dialogNow() (d dialog, err error) {
	err = l.ask(func() error {
		if l.state != confirmed {
			return fmt.Errorf("%w: %s", ErrState, l.state)
		}
		d = l.dialog
		d.target = *d.target.Clone()
		return nil
	})
	return d, err
}

// refer sends REFER.
func (l *Leg) refer(referTo string, result chan error) error {
	if l.state != confirmed || l.referral != nil {
		return fmt.Errorf("%w: %s", ErrState, l.state)
	}
	e := l.endpoint
	req := l.dialog.next(e, sip.REFER)
	req.AppendHeader(sip.NewHeader("Refer-To", referTo))
	req.AppendHeader(sip.NewHeader("Referred-By", "<"+l.dialog.local.Address.String()+">"))
	req.AppendHeader(sip.NewHeader("Accept", contentSipfrag))
	r := &referral{seq: req.CSeq().SeqNo, result: result}
	l.referral = r
	l.log.Info("transfer asked for")
	l.send(req, func(res *sip.Response) {
		switch {
		case l.referral != r: // a NOTIFY was faster, or nobody waits any more
		case res == nil:
			l.referred(ErrNoAnswer)
		case !res.IsSuccess():
			l.referred(&Rejected{Status: res.StatusCode, Reason: res.Reason})
		}
	})
	return nil
}

// referred ends our REFER with a result.
func (l *Leg) referred(err error) {
	l.referral.result <- err
	l.referral = nil
	l.log.Info("transfer is over", "error", err)
}

// notify answers NOTIFY, which tells how our REFER fares (RFC 3515 2.4.4).
func (l *Leg) notify(req *sip.Request, tx *sip.ServerTx) {
	e, r := l.endpoint, l.referral
	event, id := eventOf(req)
	switch {
	case event != "refer":
		// RFC 6665 7.2 with 4.1.3: an event that nobody has subscribed to.
		e.replyFault(req, tx, refuse(489, sip.NewHeader("Allow-Events", "refer")))
		return
	case r == nil || id != "" && id != strconv.FormatUint(uint64(r.seq), 10):
		// RFC 6665 4.1.3: it ends the subscription.
		e.replyFault(req, tx, refuse(sip.StatusCallTransactionDoesNotExists))
		return
	}
	status, reason, ok := sipfrag(req)
	if len(req.Body()) > 0 && !ok {
		e.replyFault(req, tx, refuse(sip.StatusUnsupportedMediaType, sip.NewHeader("Accept", contentSipfrag)))
		return
	}
	e.reply(req, tx, e.response(req, sip.StatusOK, ""))
	if ok {
		l.emit(Event{Kind: Transferring, Status: status})
	}
	switch {
	case ok && status >= 200 && status < 300:
		l.referred(nil)
	case ok && status >= 300:
		l.referred(&Rejected{Status: status, Reason: reason})
	case subscriptionOver(req):
		l.referred(ErrNoResult)
	}
}

// eventOf reads the Event header in either of its forms.
func eventOf(req *sip.Request) (event, id string) {
	for _, name := range []string{"Event", "o"} {
		if h := req.GetHeader(name); h != nil {
			event, params, _ := strings.Cut(h.Value(), ";")
			for _, param := range strings.Split(params, ";") {
				if name, value, _ := strings.Cut(param, "="); strings.EqualFold(strings.TrimSpace(name), "id") {
					id = strings.TrimSpace(value)
				}
			}
			return strings.ToLower(strings.TrimSpace(event)), id
		}
	}
	return "", ""
}

func subscriptionOver(req *sip.Request) bool {
	h := req.GetHeader("Subscription-State")
	if h == nil {
		return false
	}
	state, _, _ := strings.Cut(h.Value(), ";")
	return strings.EqualFold(strings.TrimSpace(state), "terminated")
}

// sipfrag reads the status line of a response in the body of a NOTIFY.
func sipfrag(req *sip.Request) (status int, reason string, ok bool) {
	kind, _, _ := strings.Cut(contentType(req), ";")
	if !strings.EqualFold(strings.TrimSpace(kind), contentSipfrag) {
		return 0, "", false
	}
	line, _, _ := strings.Cut(strings.TrimLeft(string(req.Body()), "\r\n"), "\n")
	version, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	code, reason, _ := strings.Cut(strings.TrimSpace(rest), " ")
	status, err := strconv.Atoi(code)
	if err != nil || !strings.EqualFold(version, sipVersion) || status < 100 || status > 699 {
		return 0, "", false
	}
	return status, headerSafe(reason), true
}
