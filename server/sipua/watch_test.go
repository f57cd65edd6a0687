package sipua

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

// telephony.md 1, behaviour 15: trunk peers by address. Each is asked by OPTIONS whether
// it is there, and what has changed is told once.
func TestPBXIsWatched(t *testing.T) {
	var log syncBuffer
	pbx := newRegistrar(t)
	e := serve(t, Config{Watched: []string{pbx.addr()}, WatchEvery: 10 * time.Millisecond, Log: slog.New(slog.NewTextHandler(&log, nil))}, nil)
	answer := func(status int) {
		t.Helper()
		pbx.reply(pbx.meet(sip.OPTIONS), status, "", "")
	}
	answer(200)
	answer(200)
	answer(503)
	comes(t, "the fault", func() bool { return e.Watches()[0].Err != nil })
	var rejected *Rejected
	if got := e.Watches()[0]; !errors.As(got.Err, &rejected) || rejected.Status != 503 || got.PBX != pbx.addr() || got.Asked.IsZero() {
		t.Errorf("got %+v", got)
	}
	answer(503)
	answer(404) // it is there, whatever it thinks of us
	comes(t, "the recovery", func() bool { return e.Watches()[0].Err == nil })
	answer(200)
	for _, want := range []string{"answers OPTIONS\"", "does not answer OPTIONS\"", "answers again\""} {
		if got := strings.Count(log.String(), want); got != 1 {
			t.Errorf("%q is logged %d times, want once:\n%s", want, got, log.String())
		}
	}
}

func TestAsk(t *testing.T) {
	pbx := newRegistrar(t)
	e := serve(t, Config{Timing: brisk}, nil)
	status := make(chan int, 1)
	go func() {
		got, err := e.Ask(t.Context(), pbx.addr())
		if err != nil {
			t.Error(err)
		}
		status <- got
	}()
	req := pbx.meet(sip.OPTIONS)
	if req.To().Address.Host == "" || header(req, "Accept") != contentSDP {
		t.Errorf("got %s", req)
	}
	pbx.reply(req, 401, "", "")
	if got := <-status; got != 401 {
		t.Errorf("got %d, want 401", got)
	}
	if _, err := e.Ask(t.Context(), "user@host"); err == nil {
		t.Error("a user was taken for a PBX")
	}
}
