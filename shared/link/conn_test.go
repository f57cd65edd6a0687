package link

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"tsunagi/shared/wire"
)

func TestFramesArriveInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := DesktopLimits()
		limits.QueueLength = 1000
		desktop, server := pair(t, limits, ServerLimits())
		for i := range int64(1000) {
			if err := desktop.Send(wire.KindHeartbeat, i+1, wire.Heartbeat{SentAtMs: i}); err != nil {
				t.Fatal(err)
			}
		}
		for i := range int64(1000) {
			frame := receive(t, server)
			beat, err := Decode[wire.Heartbeat](frame)
			if err != nil || frame.ID != i+1 || beat.SentAtMs != i {
				t.Fatalf("frame %d: got id %d, %+v, %v", i+1, frame.ID, beat, err)
			}
		}
	})
}

// Frames of many sizes, more than a batch holds, while now and then the reader waits.
func TestBatchesKeepOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		desktop, server := pair(t, DesktopLimits(), ServerLimits())
		const frames = 500
		message := func(i int) string { return strings.Repeat("x", i*i%4001) }
		var sending sync.WaitGroup
		defer sending.Wait()
		sending.Go(func() {
			for i := range frames {
				if err := server.Send(wire.KindDone, int64(i), wire.LoggedOut{Message: message(i)}); err != nil {
					t.Errorf("frame %d: %v", i, err)
					return
				}
				if i%50 == 0 {
					<-time.After(time.Millisecond)
				}
			}
		})
		for i := range frames {
			frame := receive(t, desktop)
			body, err := Decode[wire.LoggedOut](frame)
			if err != nil || frame.ID != int64(i) || body.Message != message(i) {
				t.Fatalf("frame %d: got %d with %d bytes, %v", i, frame.ID, len(body.Message), err)
			}
			if i%97 == 0 {
				<-time.After(time.Millisecond)
			}
		}
	})
}

func TestIdleConnectionStaysUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		desktop, server := pair(t, DesktopLimits(), ServerLimits())
		<-time.After(time.Hour)
		if err := errors.Join(desktop.Err(), server.Err()); err != nil {
			t.Fatalf("after an idle hour: %v", err)
		}
		if err := server.Send(wire.KindDone, 1, nil); err != nil {
			t.Fatal(err)
		}
		if frame := receive(t, desktop); frame.Kind != wire.KindDone {
			t.Errorf("got kind %q, want done", frame.Kind)
		}
	})
}

func TestDeadPeerIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, ServerLimits())
		// A line that swallows everything after the handshake, as after a pulled cable.
		var line *cutLine
		connect := func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := s.connect(ctx, network, address)
			line = &cutLine{Conn: conn, cut: make(chan struct{})}
			return line, err
		}
		desktop, err := Dialer{TLS: s.config, Connect: connect}.Dial(t.Context(), s.url)
		if err != nil {
			t.Fatal(err)
		}
		server := <-s.accepted
		<-time.After(10 * time.Second)
		close(line.cut)
		begin := time.Now()
		<-desktop.Done()
		if took := time.Since(begin); took > 3*time.Second || !errors.Is(desktop.Err(), ErrDead) {
			t.Errorf("desktop: over after %v with %v, want ErrDead within 3 s", took, desktop.Err())
		}
		<-server.Done()
		desktop.Close(CloseNormal, "")
		server.Close(CloseNormal, "")
	})
}

func TestOnlyASilentPeerIsPinged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := ServerLimits()
		stranger, server := newSite(t, limits).stranger(t)
		begin, pings := time.Now(), make(chan time.Duration, 100)
		stranger.SetPingHandler(func(data string) error {
			pings <- time.Since(begin)
			return stranger.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
		})
		go stranger.NextReader() //nolint:errcheck // nothing but pings comes, until the end
		go func() {
			for server.Err() == nil {
				if _, err := server.Receive(); err != nil {
					return
				}
			}
		}()
		const spoken = time.Minute
		for time.Since(begin) < spoken {
			if err := stranger.WriteMessage(websocket.TextMessage, []byte(`{"kind":"heartbeat","id":1}`)); err != nil {
				t.Fatal(err)
			}
			<-time.After(limits.PingEvery - time.Millisecond)
		}
		last := time.Since(begin) - limits.PingEvery + time.Millisecond
		for n := range 3 {
			if at := <-pings; at != last+time.Duration(n+1)*limits.PingEvery {
				t.Errorf("pinged %v after the last frame, want each %v", at-last, limits.PingEvery)
			}
		}
	})
}

// cutLine loses all that is written and hears nothing once cut is closed.
type cutLine struct {
	net.Conn
	cut chan struct{}
}

func (l *cutLine) Write(p []byte) (int, error) {
	select {
	case <-l.cut:
		return len(p), nil
	default:
		return l.Conn.Write(p)
	}
}

func TestSlowReaderIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := ServerLimits()
		limits.QueueLength = 4
		_, server := newSite(t, limits).stranger(t) // never reads
		begin := time.Now()
		var err error
		for i := 0; err == nil && i < 1000; i++ {
			err = server.Send(wire.KindChange, 0, wire.Change{Seq: int64(i)})
		}
		if !errors.Is(err, ErrSlow) {
			t.Fatalf("got %v, want ErrSlow", err)
		}
		<-server.Done()
		if _, err := server.Receive(); !errors.Is(err, ErrSlow) {
			t.Errorf("Receive: got %v, want ErrSlow", err)
		}
		if err := server.Close(CloseNormal, ""); !errors.Is(err, ErrSlow) {
			t.Errorf("Close: got %v, want ErrSlow", err)
		}
		if waited := time.Since(begin); waited != 0 {
			t.Errorf("Send and Close waited %v for the reader", waited)
		}
	})
}

// RFC 6455 7.4.1: 1009 is for a message too big to process.
func TestTooLargeFrameClosesWith1009(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stranger, server := newSite(t, ServerLimits()).stranger(t)
		fits := `{"kind":"login","body":"` + strings.Repeat("x", wire.MaxFrameBytes-26) + `"}`
		for _, message := range []string{fits, fits + " "} {
			if err := stranger.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
				t.Fatal(err)
			}
		}
		if frame := receive(t, server); len(fits) != wire.MaxFrameBytes || frame.Kind != wire.KindLogin {
			t.Errorf("a frame of %d bytes: got %q, want it received", len(fits), frame.Kind)
		}
		wantClose(t, stranger, websocket.CloseMessageTooBig)
		if _, err := server.Receive(); !errors.Is(err, ErrTooLarge) {
			t.Errorf("Receive: got %v, want ErrTooLarge", err)
		}
	})
}

// RFC 6455 8.1: text that is not UTF-8 fails the connection.
func TestTextThatIsNotUTF8ClosesWith1007(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stranger, server := newSite(t, ServerLimits()).stranger(t)
		if err := stranger.WriteMessage(websocket.TextMessage, []byte("{\"kind\":\"\xff\"}")); err != nil {
			t.Fatal(err)
		}
		wantClose(t, stranger, websocket.CloseInvalidFramePayloadData)
		<-server.Done()
	})
}

func TestCloseSendsWhatIsQueued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		desktop, server := pair(t, DesktopLimits(), ServerLimits())
		for i := range int64(20) {
			if err := server.Send(wire.KindChange, 0, wire.Change{Seq: i}); err != nil {
				t.Fatal(err)
			}
		}
		if err := server.Send(wire.KindLoggedOut, 0, wire.LoggedOut{Message: "bye"}); err != nil {
			t.Fatal(err)
		}
		closed := make(chan error)
		go func() { closed <- server.Close(ClosePolicy, "logged out") }()
		for range 20 {
			receive(t, desktop)
		}
		if frame := receive(t, desktop); frame.Kind != wire.KindLoggedOut {
			t.Errorf("last frame: got %q, want loggedOut", frame.Kind)
		}
		if _, err := desktop.Receive(); !errors.Is(err, ErrClosed) {
			t.Errorf("then: got %v, want ErrClosed", err)
		}
		if err := <-closed; err != nil {
			t.Errorf("Close: got %v, want nil", err)
		}
		if err := server.Send(wire.KindDone, 1, nil); !errors.Is(err, ErrClosed) {
			t.Errorf("Send after Close: got %v, want ErrClosed", err)
		}
	})
}

func TestCloseDoesNotWaitForever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, server := newSite(t, ServerLimits()).stranger(t) // never answers a close frame
		begin := time.Now()
		err := server.Close(CloseNormal, "")
		if took := time.Since(begin); took != closeWait || !errors.Is(err, ErrDead) {
			t.Errorf("got %v after %v, want ErrDead after %v", err, took, closeWait)
		}
	})
}

func TestLongFrameOverSlowLineArrives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, ServerLimits())
		connect := func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := s.connect(ctx, network, address)
			return slowLine{conn}, err
		}
		desktop, err := Dialer{TLS: s.config, Connect: connect}.Dial(t.Context(), s.url)
		if err != nil {
			t.Fatal(err)
		}
		server := <-s.accepted
		defer server.Close(CloseNormal, "")
		defer desktop.Close(CloseNormal, "")
		begin := time.Now()
		rows := make([]wire.Row, wire.MaxRows)
		if err := server.Send(wire.KindSnapshot, 0, wire.Snapshot{Rows: rows}); err != nil {
			t.Fatal(err)
		}
		receive(t, desktop)
		if took := time.Since(begin); took < 2*DesktopLimits().DeadAfter {
			t.Errorf("the line was not slow: %v", took)
		}
	})
}

// slowLine carries 4 KiB every 200 ms.
type slowLine struct{ net.Conn }

func (l slowLine) Read(p []byte) (int, error) {
	<-time.After(200 * time.Millisecond)
	return l.Conn.Read(p[:min(len(p), 4096)])
}

func receive(t *testing.T, conn *Conn) wire.Frame {
	t.Helper()
	frame, err := conn.Receive()
	if err != nil {
		t.Fatalf("receive: %v", err)
	}
	return frame
}

func wantClose(t *testing.T, ws *websocket.Conn, code int) {
	t.Helper()
	_, reader, err := ws.NextReader()
	if err == nil {
		_, err = io.ReadAll(reader)
	}
	if !websocket.IsCloseError(err, code) {
		t.Errorf("peer: got %v, want close code %d", err, code)
	}
}
