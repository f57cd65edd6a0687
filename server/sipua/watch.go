package sipua

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

const defaultWatchEvery = time.Minute

// A Watch is how a PBX that is asked by OPTIONS has answered last.
type Watch struct {
	PBX      string    // as configured
	Asked    time.Time // zero: not yet
	Answered time.Time // the last time that it did; zero: never
	Err      error     // of the last time; nil: it has answered
}

type watch struct {
	pbx string
	uri sip.Uri

	mu   sync.Mutex
	last Watch
}

func newWatch(pbx string) (*watch, error) {
	uri, err := peerURI(pbx)
	if err != nil {
		return nil, fmt.Errorf("PBX %w", err)
	}
	return &watch{pbx: pbx, uri: uri, last: Watch{PBX: pbx}}, nil
}

// Watches tells how each PBX that is asked by OPTIONS has answered last.
func (e *Endpoint) Watches() []Watch {
	var all []Watch
	for _, w := range e.watches {
		w.mu.Lock()
		all = append(all, w.last)
		w.mu.Unlock()
	}
	return all
}

// watch asks a PBX again and again.
func (e *Endpoint) watch(w *watch) {
	for {
		_, err := e.options200(w.uri)
		w.mu.Lock()
		before := w.last
		w.last = Watch{PBX: w.pbx, Asked: time.Now(), Answered: before.Answered, Err: err}
		if err == nil {
			w.last.Answered = w.last.Asked
		}
		w.mu.Unlock()
		switch log := e.log.With("pbx", w.pbx); {
		case err != nil && (before.Err == nil || before.Asked.IsZero()):
			log.Warn("the PBX does not answer OPTIONS", "error", err)
		case err == nil && before.Err != nil:
			log.Info("the PBX answers again")
		case err == nil && before.Asked.IsZero():
			log.Info("the PBX answers OPTIONS")
		}
		timer := time.NewTimer(e.cfg.WatchEvery)
		select {
		case <-timer.C:
		case <-e.quit:
			timer.Stop()
			return
		}
	}
}

// Ask sends OPTIONS to a PBX, given as "host", "host:port" or "host:port;transport=tls",
// and returns the status of its answer: any shows that it is there and that its answers
// find the way back. Without one the error is ErrNoAnswer, or that of the connection.
func (e *Endpoint) Ask(ctx context.Context, pbx string) (status int, err error) {
	uri, err := peerURI(pbx)
	if err != nil {
		return 0, fmt.Errorf("ask a PBX: %w", err)
	}
	type answer struct {
		status int
		err    error
	}
	answered := make(chan answer, 1)
	if !e.task(func() {
		status, err := e.options200(uri)
		answered <- answer{status, err}
	}) {
		return 0, ErrClosed
	}
	select {
	case a := <-answered:
		return a.status, a.err
	case <-ctx.Done():
		return 0, fmt.Errorf("%w from %s: %w", ErrNoAnswer, pbx, ctx.Err())
	}
}

// options200 sends OPTIONS and waits for the answer. RFC 3261 11.2: any final response
// tells that somebody is there; 408 and 503 come from a proxy that finds nobody.
func (e *Endpoint) options200(to sip.Uri) (status int, err error) {
	req := e.request(sip.OPTIONS, to)
	from := sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: defaultUserAgent, Host: e.host}}
	from.Params.Add("tag", newTag())
	callID := sip.CallIDHeader(newTag() + "@" + e.host)
	req.AppendHeader(&from)
	req.AppendHeader(&sip.ToHeader{Address: sip.Uri{Scheme: "sip", Host: to.Host}})
	req.AppendHeader(&callID)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: 1, MethodName: sip.OPTIONS})
	req.AppendHeader(e.contact(e.usual()))
	req.AppendHeader(sip.NewHeader("Accept", contentSDP))
	req.AppendHeader(sip.NewHeader("User-Agent", e.cfg.UserAgent))
	req.SetBody(nil)
	e.direct(req, &to, e.usual())
	tx, err := e.send(req)
	if err != nil {
		return 0, err
	}
	defer tx.Terminate()
	res := e.finalOr(tx, e.quit)
	switch {
	case res == nil:
		return 0, fmt.Errorf("%w from %s", ErrNoAnswer, hop(to.Host, to.Port))
	case res.StatusCode == sip.StatusRequestTimeout, res.StatusCode == sip.StatusServiceUnavailable:
		return res.StatusCode, &Rejected{Status: res.StatusCode, Reason: headerSafe(res.Reason)}
	}
	return res.StatusCode, nil
}
