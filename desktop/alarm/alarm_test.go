package alarm

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tsunagi/desktop/native"
	"tsunagi/desktop/server"
	"tsunagi/shared/wire"
)

// screen is a system that shows things.
type screen struct {
	clicked chan struct{}

	mu   sync.Mutex
	seen seen
}

// seen is what it shows now, and what it showed.
type seen struct {
	notification string
	bar          int
	urgent       int
	raised       []bool
	history      []string
	closed       int
}

// look waits until the alarm has nothing more to do.
func (s *screen) look() seen {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

func (s *screen) change(alter func(*seen)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	alter(&s.seen)
	return nil
}

func (s *screen) Show(n native.Notification) error {
	seconds := strings.TrimSuffix(n.Title, "秒以内に決済情報を送信してください。")
	if n.First {
		seconds += "*"
	}
	return s.change(func(now *seen) {
		now.notification = n.Title
		now.history = append(now.history, seconds)
	})
}

func (s *screen) Clear() error             { return s.change(func(now *seen) { now.notification = "" }) }
func (s *screen) Clicked() <-chan struct{} { return s.clicked }
func (s *screen) Close() error {
	return s.change(func(now *seen) { now.notification, now.closed = "", now.closed+1 })
}

type dock struct{ *screen }

func (d dock) Show(percent int, urgent bool) error {
	return d.change(func(now *seen) {
		now.bar = percent
		if urgent {
			now.urgent++
		}
	})
}

func (d dock) Clear() error { return d.change(func(now *seen) { now.bar = 0 }) }
func (d dock) Close() error {
	return d.change(func(now *seen) { now.bar, now.closed = 0, now.closed+1 })
}

// atWork is the alarm of an operator who is logged in and works in another program.
func atWork(t *testing.T) (*Alarm, *screen) { return atWorkWith(t, nil) }

// atWorkWith is atWork with that answer to whether notifications are wanted.
func atWorkWith(t *testing.T, notify func() bool) (*Alarm, *screen) {
	t.Helper()
	s := &screen{clicked: make(chan struct{}, 1)}
	a := Start(Options{
		Notify:   notify,
		Notifier: s, Taskbar: dock{s}, Log: slog.New(slog.DiscardHandler),
		Raise: func(toSend bool) {
			s.change(func(now *seen) { now.raised = append(now.raised, toSend) }) //nolint:errcheck // never fails
		},
	})
	a.Event(server.Event{Link: &server.Link{Phase: server.PhaseConnected, OffsetMs: 250}})
	a.Event(server.Event{Session: &wire.Session{
		User:     wire.User{Entrance: wire.EntranceOperator},
		Merchant: wire.Merchant{SendWindowSeconds: 20},
	}})
	return a, s
}

// window is a call in its send window, with that much left on the server's clock.
func window(left time.Duration) server.Event {
	deadline := time.Now().Add(250*time.Millisecond + left).UnixMilli()
	return server.Event{Change: &wire.Change{Call: &wire.Call{ID: "c-1", State: wire.StateSendWindow, DeadlineAtMs: deadline}}}
}

func moved(state wire.State) server.Event {
	return server.Event{Change: &wire.Change{Call: &wire.Call{ID: "c-1", State: state}}}
}

func TestCountdownReplacesItselfEachSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, s := atWork(t)
		a.Event(window(20 * time.Second))
		if now := s.look(); now.notification != "20秒以内に決済情報を送信してください。" || now.bar != 100 || now.urgent != 1 {
			t.Errorf("at first: %q, bar %d, flashed %d times", now.notification, now.bar, now.urgent)
		}
		time.Sleep(10*time.Second + time.Millisecond)
		if now := s.look(); now.notification != "10秒以内に決済情報を送信してください。" || now.bar != 50 || now.urgent != 1 {
			t.Errorf("after 10 s: %q, bar %d, flashed %d times", now.notification, now.bar, now.urgent)
		}
		time.Sleep(10 * time.Second)
		if now := s.look(); now.notification != "" || now.bar != 0 {
			t.Errorf("at the end: %q, bar %d", now.notification, now.bar)
		}
		var want []string
		for n := 20; n > 0; n-- {
			want = append(want, fmt.Sprint(n))
		}
		want[0] += "*"
		if now := s.look(); !slices.Equal(now.history, want) {
			t.Errorf("got %v, want %v", now.history, want)
		}
		a.Stop()
		if now := s.look(); now.closed != 2 {
			t.Errorf("closed %d of 2", now.closed)
		}
	})
}

func TestWhatEndsIt(t *testing.T) {
	for name, end := range map[string]server.Event{
		"sent":       moved(wire.StateHandover),
		"hung up":    moved(wire.StateEnded),
		"link lost":  {Link: &server.Link{Phase: server.PhaseLost}},
		"logged out": {LoggedOut: &wire.LoggedOut{}},
		"snapshot":   {Snapshot: &wire.Snapshot{}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, s := atWork(t)
				a.Event(window(20 * time.Second))
				s.look()
				a.Event(end)
				if now := s.look(); now.notification != "" || now.bar != 0 {
					t.Errorf("still shows %q, bar %d", now.notification, now.bar)
				}
				time.Sleep(30 * time.Second)
				if now := s.look(); len(now.history) != 1 {
					t.Errorf("went on: %v", now.history)
				}
				a.Stop()
			})
		})
	}
}

func TestInFrontNothingPopsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, s := atWork(t)
		a.Front(true)
		a.Event(window(20 * time.Second))
		if now := s.look(); now.notification != "" || now.bar != 100 || now.urgent != 0 {
			t.Errorf("in front: %q, bar %d, flashed %d times", now.notification, now.bar, now.urgent)
		}
		a.Front(false)
		if now := s.look(); now.notification == "" {
			t.Error("left for another program: nothing")
		}
		a.Front(true)
		if now := s.look(); now.notification != "" {
			t.Errorf("in front again: %q", now.notification)
		}
		a.Stop()
	})
}

func TestClickLeadsToSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, s := atWork(t)
		a.Event(window(20 * time.Second))
		s.clicked <- struct{}{}
		if now := s.look(); !slices.Equal(now.raised, []bool{true}) {
			t.Errorf("raised %v, want once, to 送信", now.raised)
		}
		a.Stop()
	})
}

func TestReturnCallComesToTheFront(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, s := atWork(t)
		for _, id := range []string{"F301", "I402", "W406", "I405"} {
			a.Event(server.Event{Change: &wire.Change{Notice: &wire.Notice{MessageID: id}}})
			s.look()
		}
		a.Front(true)
		a.Event(server.Event{Change: &wire.Change{Notice: &wire.Notice{MessageID: "I402"}}})
		if now := s.look(); !slices.Equal(now.raised, []bool{false, false}) {
			t.Errorf("raised %v, want for I402 and I405, and not when in front", now.raised)
		}
		a.Stop()
	})
}

// A supervisor sees the windows of others: they are not his to answer.
func TestSupervisorIsNotCalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, s := atWork(t)
		a.Event(server.Event{Session: &wire.Session{User: wire.User{Entrance: wire.EntranceSupervisor}}})
		a.Event(window(20 * time.Second))
		if now := s.look(); now.notification != "" || now.bar != 0 {
			t.Errorf("shows %q, bar %d", now.notification, now.bar)
		}
		a.Stop()
	})
}

func TestMoods(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var moods []native.Mood
		a := Start(Options{
			Log: slog.New(slog.DiscardHandler), Raise: func(bool) {},
			Mood: func(m native.Mood) { moods = append(moods, m) },
		})
		for _, e := range []server.Event{
			{Link: &server.Link{Phase: server.PhaseConnected}},
			{Session: &wire.Session{User: wire.User{Entrance: wire.EntranceOperator}}},
			{Change: &wire.Change{Call: &wire.Call{ID: "c-1", State: wire.StateSendWindow, DeadlineAtMs: time.Now().Add(3 * time.Second).UnixMilli()}}},
			{Link: &server.Link{Phase: server.PhaseLost}},
			{Link: &server.Link{Phase: server.PhaseConnected}},
		} {
			a.Event(e)
			synctest.Wait()
		}
		time.Sleep(5 * time.Second) // the window runs out
		a.Event(server.Event{LoggedOut: &wire.LoggedOut{}})
		synctest.Wait()
		a.Stop()
		want := []native.Mood{
			native.MoodPlain, native.MoodReady, native.MoodSend, native.MoodLost, native.MoodSend, native.MoodReady, native.MoodPlain,
		}
		if !slices.Equal(moods, want) {
			t.Errorf("got %v, want %v", moods, want)
		}
	})
}

func TestNotificationsSwitchedOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, s := atWorkWith(t, func() bool { return false })
		a.Event(window(20 * time.Second))
		if now := s.look(); now.notification != "" || now.bar != 100 || now.urgent != 1 {
			t.Errorf("got %q, bar %d, flashed %d times, want the task bar alone", now.notification, now.bar, now.urgent)
		}
		a.Stop()
	})
}

// A system without either, as a Linux without a session bus: nothing happens.
func TestWithoutNotifierAndTaskbar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := Start(Options{Log: slog.New(slog.DiscardHandler), Raise: func(bool) { t.Error("raised") }})
		a.Event(server.Event{Link: &server.Link{Phase: server.PhaseConnected}})
		a.Event(server.Event{Session: &wire.Session{User: wire.User{Entrance: wire.EntranceOperator}}})
		a.Event(window(3 * time.Second))
		time.Sleep(5 * time.Second)
		a.Stop()
	})
}
