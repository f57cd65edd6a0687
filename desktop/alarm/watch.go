package alarm

import (
	"time"

	"tsunagi/desktop/native"
	"tsunagi/desktop/server"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// watch is what the events say about send windows. The zero value knows nothing.
type watch struct {
	connected bool
	inside    bool // someone is logged in
	operator  bool
	offset    time.Duration // server's clock less the local one
	total     time.Duration // of a send window
	windows   map[string]time.Time
}

// take takes one event and tells whether the window must come to the front for it.
func (w *watch) take(e server.Event) (raise bool) {
	if e.Link != nil {
		w.connected = e.Link.Phase == server.PhaseConnected
		w.offset = time.Duration(e.Link.OffsetMs) * time.Millisecond
	}
	if e.Session != nil {
		w.inside = true
		w.operator = e.Session.User.Entrance == wire.EntranceOperator
		w.total = time.Duration(e.Session.Merchant.SendWindowSeconds) * time.Second
	}
	if e.LoggedOut != nil {
		w.inside, w.operator, w.windows = false, false, nil
	}
	if e.Snapshot != nil {
		w.windows = nil
		for _, call := range e.Snapshot.Calls {
			w.put(call)
		}
	}
	if e.Change != nil {
		if e.Change.Call != nil {
			w.put(*e.Change.Call)
		}
		if e.Change.Notice != nil {
			id := message.ID(e.Change.Notice.MessageID)
			return id == message.I402 || id == message.I405
		}
	}
	return false
}

func (w *watch) put(call wire.Call) {
	if call.State != wire.StateSendWindow {
		delete(w.windows, call.ID)
		return
	}
	if w.windows == nil {
		w.windows = make(map[string]time.Time)
	}
	w.windows[call.ID] = time.UnixMilli(call.DeadlineAtMs)
}

// countdown is a send window at one moment; the zero value is none.
type countdown struct {
	call    string
	seconds int
	percent int           // of the window that is left
	next    time.Duration // until seconds changes
}

// at is the open send window at a moment of the local clock. An operator has at most
// one (product.md section 6).
func (w *watch) at(now time.Time) countdown {
	if !w.connected || !w.operator {
		return countdown{}
	}
	for call, deadline := range w.windows {
		left := deadline.Sub(now.Add(w.offset))
		if left <= 0 {
			continue
		}
		seconds := int((left + time.Second - 1) / time.Second)
		percent := 100
		if w.total > 0 {
			percent = min(100, int(100*left/w.total))
		}
		return countdown{call: call, seconds: seconds, percent: percent, next: left - time.Duration(seconds-1)*time.Second}
	}
	return countdown{}
}

// mood is what an icon can tell of all this.
func (w *watch) mood(now countdown) native.Mood {
	switch {
	case !w.inside:
		return native.MoodPlain
	case !w.connected:
		return native.MoodLost
	case now.call != "":
		return native.MoodSend
	}
	return native.MoodReady
}
