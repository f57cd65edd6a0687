package phone

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"tsunagi/server/media"
	"tsunagi/server/sipua"
)

// goodbye is how long the peers of calls that were broken off may take to answer BYE.
const goodbye = 2 * time.Second

// Run makes the calls of a script, writes their timeline to out, and returns when all
// have ended. When ctx is done it hangs up, and the calls that were under way have
// failed. An error means that the script cannot be carried out at all; what became of
// the calls stands in the Result.
func Run(ctx context.Context, s Script, out io.Writer) (result Result, err error) {
	s, err = s.withDefaults()
	if err != nil {
		return Result{}, fmt.Errorf("script: %w", err)
	}
	local, err := localAddress(s)
	if err != nil {
		return Result{}, err
	}
	engine, err := media.New(media.Config{Addr: local, PortMin: s.PortMin, PortMax: s.PortMax, Log: s.Log})
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	t := &timeline{out: out, numbered: s.Count > 1}
	var front sipua.Front // nil refuses
	if s.Talk > 0 {
		front = desk{t.line(0), s.Talk}
	}
	endpoint, err := sipua.New(sipua.Config{
		Listen: netip.AddrPortFrom(local, 0).String(), UserAgent: "tsunagi-phone", Log: s.Log,
	}, engine, front)
	if err != nil {
		return Result{}, err
	}
	served := make(chan error, 1)
	go func() { served <- endpoint.Serve(context.WithoutCancel(ctx)) }()
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
		defer cancel()
		err = errors.Join(err, endpoint.Close(closing), <-served)
	}()
	result = all(ctx, s, func(ctx context.Context, n int) Call {
		return newConversation(s, endpoint, t, n).run(ctx)
	})
	if s.Count > 1 {
		t.print(result.summary())
	}
	return result, t.err()
}

// all makes the calls, at most Parallel at once and StartDelay apart.
func all(ctx context.Context, s Script, one func(context.Context, int) Call) Result {
	calls := make([]Call, s.Count)
	places := make(chan struct{}, s.Parallel)
	var running sync.WaitGroup
	started := 0
	for n := range s.Count {
		if !wait(ctx, places, n, s.StartDelay) {
			break
		}
		started++
		running.Go(func() {
			defer func() { <-places }()
			calls[n] = one(ctx, n)
		})
	}
	running.Wait()
	return Result{Calls: calls[:started]}
}

// wait takes a place for call n, and lets delay pass between two calls.
func wait(ctx context.Context, places chan struct{}, n int, delay time.Duration) bool {
	select {
	case places <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	if n == 0 || delay == 0 {
		return ctx.Err() == nil
	}
	pause := time.NewTimer(delay)
	defer pause.Stop()
	select {
	case <-pause.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// localAddress is ours: the one from which packets to the server leave.
func localAddress(s Script) (netip.Addr, error) {
	if s.Local != "" {
		a, err := netip.ParseAddr(s.Local)
		if err != nil {
			return netip.Addr{}, fmt.Errorf("script: our address: %w", err)
		}
		return a, nil
	}
	// A UDP socket that is connected sends nothing, and knows its way.
	conn, err := net.Dial("udp", s.Server)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("find the way to %s: %w", s.Server, err)
	}
	local := conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap()
	return local, conn.Close()
}

// summary is the last line of a timeline of several calls.
func (r Result) summary() string {
	text := fmt.Sprintf("%d calls:", len(r.Calls))
	for _, exit := range exits {
		if n := r.Count(exit.outcome); n > 0 {
			text += fmt.Sprintf(" %d %s", n, exit.outcome)
		}
	}
	return text + "\n"
}
