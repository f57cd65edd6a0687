package sipua

import (
	"github.com/emiago/sipgo/sip"

	"tsunagi/server/dtmf"
)

// acceptedInfo are the INFO bodies that we read. They are the usage from before
// RFC 6086, which has no Info Package.
const acceptedInfo = dtmf.ContentRelay + ", " + dtmf.ContentSignal

// info answers INFO and hands the key that it reports to the media, where all ways of
// a press meet. RFC 6086 4.2.2 lets an empty
// one be taken as a sign of life.
func (l *Leg) info(req *sip.Request, tx *sip.ServerTx) {
	e := l.endpoint
	body := req.Body()
	if len(body) == 0 {
		e.reply(req, tx, e.response(req, sip.StatusOK, ""))
		return
	}
	info, err := dtmf.ParseInfo(contentType(req), body)
	// sipgo keeps the request for 32 s more, and its body is a digit of a card.
	clear(body)
	switch err {
	case nil, dtmf.ErrNoKey:
	case dtmf.ErrNotInfo:
		e.replyFault(req, tx, refuse(sip.StatusUnsupportedMediaType, sip.NewHeader("Accept", acceptedInfo)))
		return
	default:
		e.replyFault(req, tx, malformed("Malformed report of a key"))
		return
	}
	e.reply(req, tx, e.response(req, sip.StatusOK, ""))
	// Before the answer nobody has asked for a key, and afterwards nobody listens.
	if err == nil && (l.state == answered || l.state == confirmed) {
		if s := l.media(); s != nil {
			s.KeyByInfo(info.Key, info.Length)
		}
	}
}

// contentType is the value of Content-Type in either of its forms, empty where it
// is missing.
func contentType(m sip.Message) string {
	for _, name := range []string{"Content-Type", "c"} {
		if h := m.GetHeaders(name); len(h) > 0 {
			return h[0].Value()
		}
	}
	return ""
}
