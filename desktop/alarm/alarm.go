package alarm

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"tsunagi/desktop/native"
	"tsunagi/desktop/server"
	"tsunagi/shared/message"
)

// Options are what an Alarm works with.
type Options struct {
	Notifier native.Notifier // nil: the system has none
	Taskbar  native.Taskbar  // nil: the system has none
	// Raise brings the program's window to the front, toSend with the focus on 送信.
	Raise func(toSend bool)
	// Mood tells how things stand, at first and when it changes. Nil: nobody asks.
	Mood func(native.Mood)
	// Notify tells whether the person wants notifications. Nil: yes.
	Notify func() bool
	// Language is one of the settings'. Nil: Japanese.
	Language func() string
	Log      *slog.Logger
}

// Alarm calls the person. Make one with Start.
type Alarm struct {
	options Options
	wake    chan struct{} // something was noted
	cancel  context.CancelFunc
	done    chan struct{}

	mu    sync.Mutex
	watch watch
	front bool // the program's window is the one the person works in
	raise bool // it must come to the front
}

// Start begins to watch. The caller must Stop the alarm; it closes the notifier and
// the task bar.
func Start(options Options) *Alarm {
	ctx, cancel := context.WithCancel(context.Background())
	a := &Alarm{options: options, wake: make(chan struct{}, 1), cancel: cancel, done: make(chan struct{})}
	go a.run(ctx)
	return a
}

// Stop takes everything away and waits for the goroutine.
func (a *Alarm) Stop() {
	a.cancel()
	<-a.done
}

// Event notes what happened at the server.
func (a *Alarm) Event(e server.Event) {
	a.mu.Lock()
	a.raise = a.watch.take(e) || a.raise
	a.mu.Unlock()
	a.stir()
}

// Front notes whether the program's window is in front.
func (a *Alarm) Front(front bool) {
	a.mu.Lock()
	a.front = front
	a.mu.Unlock()
	a.stir()
}

func (a *Alarm) stir() {
	select {
	case a.wake <- struct{}{}:
	default: // it will see this too
	}
}

// run shows how things stand, each second while a window is open.
func (a *Alarm) run(ctx context.Context) {
	defer close(a.done)
	var clicked <-chan struct{}
	if a.options.Notifier != nil {
		clicked = a.options.Notifier.Clicked()
	}
	shown := &display{options: a.options}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			shown.close()
			return
		case <-clicked:
			a.options.Raise(true)
		case <-a.wake:
		case <-timer.C:
		}
		now, mood, front, raise := a.look()
		if raise && !front {
			a.options.Raise(false)
		}
		shown.tell(mood)
		shown.show(now, front)
		if now.call != "" {
			timer.Reset(now.next)
		}
	}
}

// look reads what was noted.
func (a *Alarm) look() (now countdown, mood native.Mood, front, raise bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	raise, a.raise = a.raise, false
	now = a.watch.at(time.Now())
	return now, a.watch.mood(now), a.front, raise
}

// display is what is shown at the moment; the goroutine's own.
type display struct {
	options  Options
	call     string // whose window is shown; empty: none
	seconds  int
	front    bool
	notified bool
	mood     native.Mood
}

func (d *display) tell(mood native.Mood) {
	if mood == d.mood || d.options.Mood == nil {
		return
	}
	d.mood = mood
	d.options.Mood(mood)
}

func (d *display) show(now countdown, front bool) {
	if now.call == "" {
		d.clearTaskbar()
		d.clearNotification()
		return
	}
	first := now.call != d.call
	if !first && now.seconds == d.seconds && front == d.front {
		return // woken for something else
	}
	d.call, d.seconds, d.front = now.call, now.seconds, front
	if d.options.Taskbar != nil {
		d.note("draw the task bar", d.options.Taskbar.Show(now.percent, first && !front))
	}
	if front || d.options.Notify != nil && !d.options.Notify() {
		d.clearNotification()
		return
	}
	if d.options.Notifier != nil {
		d.note("notify", d.options.Notifier.Show(native.Notification{
			Title: message.SendWithin(d.language(), strconv.Itoa(now.seconds)), Body: message.In(d.language(), message.HeaderClick),
			Percent: now.percent, First: first || !d.notified,
		}))
		d.notified = true
	}
}

func (d *display) language() string {
	if d.options.Language == nil {
		return native.LanguageJapanese
	}
	return d.options.Language()
}

func (d *display) clearTaskbar() {
	if d.call != "" && d.options.Taskbar != nil {
		d.note("clear the task bar", d.options.Taskbar.Clear())
	}
	d.call = ""
}

func (d *display) clearNotification() {
	if d.notified {
		d.note("clear the notification", d.options.Notifier.Clear())
	}
	d.notified = false
}

func (d *display) close() {
	if d.options.Notifier != nil {
		d.note("close notifications", d.options.Notifier.Close())
	}
	if d.options.Taskbar != nil {
		d.note("close the task bar", d.options.Taskbar.Close())
	}
}

// note logs what the system refused: the window itself still counts down.
func (d *display) note(deed string, err error) {
	if err != nil {
		d.options.Log.Warn(deed, slog.Any("error", err))
	}
}
