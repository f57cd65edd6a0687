package main

import (
	"log/slog"
	"sync"

	"tsunagi/desktop/server"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// dialogs are those that the system shows, in front of every program: I402 and I405,
// a call that comes back to the operator in a moment. One follows the other.
type dialogs struct {
	show     func(title, text string, good bool) error // waits for the person; nil: the screens show them
	front    func()
	language func() string // of the settings
	log      *slog.Logger

	mu      sync.Mutex
	waiting []wire.Notice
	open    bool
}

// event takes the notices that are for a dialog, and does not wait.
func (d *dialogs) event(e server.Event) {
	if d.show == nil || e.Change == nil || e.Change.Notice == nil {
		return
	}
	if id := message.ID(e.Change.Notice.MessageID); id != message.I402 && id != message.I405 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting = append(d.waiting, *e.Change.Notice)
	if !d.open {
		d.open = true
		// Nobody waits for it: a dialog that is open when the program ends goes with it.
		go d.showAll()
	}
}

func (d *dialogs) showAll() {
	for {
		notice, ok := d.next()
		if !ok {
			return
		}
		d.front()
		text := message.In(d.language(), notice.Message)
		if notice.TransactionID != "" {
			text += "\n\n" + message.In(d.language(), message.TransactionID) + "  " + string(notice.TransactionID)
		}
		if err := d.show("Tsunagi", text, message.ID(notice.MessageID) == message.I402); err != nil {
			d.log.Error("show the dialog of a return call", slog.String("message", notice.MessageID), slog.Any("error", err))
		}
	}
}

func (d *dialogs) next() (notice wire.Notice, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.waiting) == 0 {
		d.open = false
		return wire.Notice{}, false
	}
	notice = d.waiting[0]
	d.waiting = d.waiting[1:]
	return notice, true
}
