package soak

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"tsunagi/server/audio"
	"tsunagi/server/media"
	"tsunagi/server/sipua"
)

// patience bounds every wait for what must come.
const patience = 60 * time.Second

func TestMain(m *testing.M) {
	// T1 of 100 ms: what a busy machine repeats does no harm, and the last transaction
	// is gone after 7 s.
	sip.SetTimers(100*time.Millisecond, 400*time.Millisecond, time.Second)
	os.Exit(m.Run())
}

// ivr answers each call, plays a prompt until a key comes, and hangs up.
type ivr struct{ clip *audio.Clip }

func (i ivr) Admit(sipua.Invite) (sipua.Handler, *sipua.Refusal) {
	return func(leg *sipua.Leg) {
		if leg.Answer() != nil {
			return
		}
		leg.Play(1, []*audio.Clip{i.clip}, true)
		for ev := range leg.Events() {
			if ev.Kind == sipua.Key {
				leg.WipeKeys()
				leg.Bye()
			}
		}
	}, nil
}

// side is an endpoint with its media engine.
type side struct {
	*sipua.Endpoint
	engine *media.Engine
}

// pairs are the RTP sessions that a side has room for: few, so that each pair of ports is
// used again and again.
const pairs = 64

// Both ranges lie below the ports that the kernel gives to sockets that name none, and
// tests of other packages, which run meanwhile, have none of them: at the end all must be free.
const (
	serverPorts = 12000
	callerPorts = 12500
)

func newSide(t *testing.T, firstPort uint16, front sipua.Front) side {
	t.Helper()
	engine, err := media.New(media.Config{
		Addr: netip.MustParseAddr("127.0.0.1"), PortMin: firstPort, PortMax: firstPort + 2*pairs - 1,
		MediaTimeout: patience,
	})
	if err != nil {
		t.Fatal(err)
	}
	e, err := sipua.New(sipua.Config{Listen: "127.0.0.1:0"}, engine, front)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- e.Serve(context.Background()) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := errors.Join(e.Close(ctx), <-served, engine.Close()); err != nil {
			t.Error(err)
		}
	})
	return side{e, engine}
}

// held is what the program holds.
type held struct {
	goroutines, files, sessions int
	heap                        int64 // bytes, after everything that is free was given back
}

func (a side) holds(b side) held {
	runtime.GC()
	runtime.GC() // what the first one has found to be finalized
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	h := held{
		goroutines: runtime.NumGoroutine(), heap: int64(m.HeapAlloc),
		sessions: a.engine.Stats().Sessions + b.engine.Stats().Sessions,
	}
	if files, err := os.ReadDir("/proc/self/fd"); err == nil { // elsewhere nobody counts them
		h.files = len(files)
	}
	return h
}

// call makes one call from its INVITE to the BYE of the other side.
func call(ctx context.Context, caller side, to string) error {
	leg, err := caller.Dial(ctx, sipua.DialParams{To: to})
	if err != nil {
		return err
	}
	leg.SendKey('1', 40*time.Millisecond, 0)
	for ev := range leg.Events() {
		if ev.Kind == sipua.Ended && ev.Reason != sipua.HungUp {
			return errors.New("ended: " + string(ev.Reason))
		}
	}
	return nil
}

// run makes calls, some at a time.
func run(t *testing.T, caller side, to string, calls int) {
	t.Helper()
	var callers sync.WaitGroup
	work := make(chan struct{})
	for range 16 {
		callers.Go(func() {
			for range work {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				if err := call(ctx, caller, to); err != nil {
					t.Error(err)
				}
				cancel()
			}
		})
	}
	for range calls {
		work <- struct{}{}
	}
	close(work)
	callers.Wait()
}

// transactionsEnd waits until those of the last call are gone, 64 T1 after it.
func transactionsEnd() {
	timer := time.NewTimer(66 * sip.T1)
	<-timer.C
}

// Issue 3, 4: thousands of short calls leave no goroutine, no port, no memory and no file
// handle behind. SOAK is how many; 500 without it.
func TestNothingGrows(t *testing.T) {
	calls := 500
	if n, err := strconv.Atoi(os.Getenv("SOAK")); err == nil && n > 0 {
		calls = n
	}
	server, caller := newSide(t, serverPorts, ivr{audio.NewClip(audio.Ringback(time.Second))}), newSide(t, callerPorts, nil)
	to := "sip:05030001024@" + server.Addr().String()

	// settled waits until the program holds no more than it may.
	settled := func(most held) held {
		t.Helper()
		limit, look := time.After(patience), time.NewTicker(250*time.Millisecond)
		defer look.Stop()
		for {
			now := server.holds(caller)
			if now.goroutines <= most.goroutines && now.files <= most.files && now.sessions == 0 && now.heap <= most.heap {
				return now
			}
			select {
			case <-look.C:
			case <-limit:
				t.Fatalf("holds %+v, want at most %+v", now, most)
			}
		}
	}

	// What both sides keep for good is there after a fifth as many calls: pools, and maps,
	// which never shrink and have grown to what 64 T1 of calling leaves in them.
	run(t, caller, to, calls/5)
	transactionsEnd()
	before := server.holds(caller)
	began := time.Now()
	run(t, caller, to, calls)
	took := time.Since(began)
	transactionsEnd()

	// The heap may grow by the slack of the runtime and of maps that grow once more, which
	// does not depend on the number of calls: 20,000 calls that kept 27 bytes each would be
	// above it.
	const slack = 512 << 10
	// Of the goroutines that wait for a next leg each side may have got a few more.
	goroutines := before.goroutines + 2*sipua.IdleGoroutines
	after := settled(held{goroutines, before.files, 0, before.heap + slack})
	t.Logf("%d calls in %s: before %+v, after %+v", calls, took.Round(time.Millisecond), before, after)

	for name, s := range map[string]side{"server": server, "caller": caller} {
		var sessions []*media.Session
		for n := range pairs { // every port is free again
			session, err := s.engine.Open(nobody{})
			if err != nil {
				t.Fatalf("%s: session %d of %d: %v", name, n+1, pairs, err)
			}
			sessions = append(sessions, session)
		}
		for _, session := range sessions {
			session.Close()
		}
	}
}
