package link

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"tsunagi/shared/wire"
)

// diary is the server's line: it notes when a write begins, and which changes are in it.
type diary struct {
	http.ResponseWriter
	net.Conn

	mu    sync.Mutex
	begun time.Time
	lines []string
}

func (d *diary) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffers, err := http.NewResponseController(d.ResponseWriter).Hijack()
	d.Conn = conn
	return d, buffers, err
}

// Close says no more to the peer, as a connection without a diary does.
func (d *diary) Close() error { return d.Conn.(*tls.Conn).NetConn().Close() }

func (d *diary) Write(p []byte) (int, error) { return d.Conn.Write(d.note(p)) }

var seqs = regexp.MustCompile(`"seq":(\d+)`)

func (d *diary) note(p []byte) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	if found := seqs.FindAllSubmatch(p, -1); found != nil {
		line := fmt.Sprint(time.Since(d.begun))
		for _, seq := range found {
			line += " " + string(seq[1])
		}
		d.lines = append(d.lines, line)
	}
	return p
}

func (d *diary) written() []string {
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.lines)
}

// observed is a server's connection, what it writes, and a peer that reads when told.
func observed(t *testing.T, limits Limits) (*Conn, *diary, *websocket.Conn) {
	t.Helper()
	d := new(diary)
	s := newSite(t, limits)
	s.through = func(w http.ResponseWriter) http.ResponseWriter {
		d.ResponseWriter = w
		return d
	}
	stranger, server := s.stranger(t)
	d.begun = time.Now()
	return server, d, stranger
}

// listen reads all that comes, and says when that is over.
func listen(ws *websocket.Conn) <-chan struct{} {
	over := make(chan struct{})
	go func() {
		defer close(over)
		for {
			if _, _, err := ws.ReadMessage(); err != nil {
				return
			}
		}
	}()
	return over
}

func push(t *testing.T, server *Conn, seqs ...int64) {
	t.Helper()
	for _, seq := range seqs {
		if err := server.Send(wire.KindChange, 0, wire.Change{Seq: seq}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatComesSoonAfterAWriteLeavesAsOne(t *testing.T) {
	type frame struct {
		atMs int
		id   int64 // of the request that it answers
	}
	frames := func(atMs ...int) (all []frame) {
		for _, at := range atMs {
			all = append(all, frame{atMs: at})
		}
		return all
	}
	for name, row := range map[string]struct {
		gatherForMs int
		queueLength int
		frames      []frame // that are sent; their Seq is their place
		want        []string
	}{
		"one":                    {10, 100, frames(0), []string{"0s 0"}},
		"some":                   {10, 100, frames(0, 1, 2, 9), []string{"0s 0", "10ms 1 2 3"}},
		"in one breath":          {10, 100, frames(0, 0, 0), []string{"0s 0", "10ms 1 2"}},
		"after a quiet time":     {10, 100, frames(0, 10, 30), []string{"0s 0", "10ms 1", "30ms 2"}},
		"soon after those":       {10, 100, frames(0, 4, 15, 16, 25), []string{"0s 0", "10ms 1", "20ms 2 3", "30ms 4"}},
		"an answer":              {10, 100, []frame{{0, 0}, {3, 7}}, []string{"0s 0", "3ms 1"}},
		"an answer behind some":  {10, 100, []frame{{0, 0}, {2, 0}, {3, 7}, {4, 0}}, []string{"0s 0", "3ms 1 2", "13ms 3"}},
		"half a queue":           {10, 8, frames(0, 1, 2, 3, 4, 5), []string{"0s 0", "4ms 1 2 3 4", "14ms 5"}},
		"never gathered":         {0, 100, frames(0, 1, 1), []string{"0s 0", "1ms 1", "1ms 2"}},
		"gathered for an hour":   {3_600_000, 100, frames(0, 1, 100_000), []string{"0s 0", "1h0m0s 1 2"}},
		"one in a queue for one": {10, 1, frames(0, 1, 2), []string{"0s 0", "1ms 1", "2ms 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				limits := ServerLimits()
				limits.QueueLength, limits.GatherFor = row.queueLength, time.Duration(row.gatherForMs)*time.Millisecond
				server, line, peer := observed(t, limits)
				listen(peer)
				for i, frame := range row.frames {
					<-time.After(time.Duration(frame.atMs)*time.Millisecond - time.Since(line.begun))
					if err := server.Send(wire.KindChange, frame.id, wire.Change{Seq: int64(i)}); err != nil {
						t.Fatal(err)
					}
					synctest.Wait()
				}
				<-time.After(limits.GatherFor)
				if got := line.written(); !slices.Equal(got, row.want) {
					t.Errorf("got %q, want %q", got, row.want)
				}
			})
		})
	}
}

func TestCloseGathersNoLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, line, peer := observed(t, ServerLimits())
		over := listen(peer)
		push(t, server, 0)
		synctest.Wait()
		push(t, server, 1, 2)
		if err := server.Close(CloseNormal, ""); err != nil {
			t.Error(err)
		}
		<-over
		if got, want := line.written(), []string{"0s 0", "0s 1 2"}; !slices.Equal(got, want) || time.Since(line.begun) != 0 {
			t.Errorf("got %q and closed after %v, want %q at once", got, time.Since(line.begun), want)
		}
	})
}

func TestPingsAndPongsAreNotGathered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := ServerLimits()
		server, line, peer := observed(t, limits)
		pinged, answered := make(chan time.Duration, 1), make(chan time.Duration, 1)
		peer.SetPingHandler(func(string) error {
			pinged <- time.Since(line.begun)
			return nil
		})
		peer.SetPongHandler(func(string) error {
			answered <- time.Since(line.begun)
			return nil
		})
		listen(peer)
		first := limits.PingEvery - 2*time.Millisecond
		<-time.After(first)
		push(t, server, 0)
		synctest.Wait()
		push(t, server, 1)
		if at := <-pinged; at != limits.PingEvery {
			t.Errorf("pinged after %v, want %v", at, limits.PingEvery)
		}
		if err := peer.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		if at := <-answered; at != limits.PingEvery {
			t.Errorf("answered a ping after %v, want %v", at, limits.PingEvery)
		}
		<-time.After(limits.GatherFor)
		if got, want := line.written(), []string{fmt.Sprint(first, " 0"), fmt.Sprint(first+limits.GatherFor, " 1")}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestSlowReaderIsCutOffWhileFramesAreGathered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := ServerLimits()
		limits.QueueLength, limits.GatherFor = 8, time.Hour
		server, line, peer := observed(t, limits)
		push(t, server, 0)
		if _, _, err := peer.ReadMessage(); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		push(t, server, 1, 2, 3, 4, 5, 6, 7, 8) // the peer reads none of these
		if err := server.Send(wire.KindChange, 0, wire.Change{Seq: 9}); !errors.Is(err, ErrSlow) {
			t.Errorf("got %v, want ErrSlow", err)
		}
		<-server.Done()
		if took := time.Since(line.begun); took != 0 {
			t.Errorf("the connection was over after %v, want at once", took)
		}
	})
}
