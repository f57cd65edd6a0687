package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"tsunagi/shared/link"
	"tsunagi/shared/link/linktest"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

const address = "tsunagi.example:8443"

// fakeServer speaks the API over TLS in memory: it knows everybody, replaces the
// token at each login and resume, and keeps a picture that the test alters.
type fakeServer struct {
	t           *testing.T
	fingerprint string
	ahead       time.Duration // of the local clock
	server      *httptest.Server
	listener    *linktest.Listener

	mu         sync.Mutex
	conns      []*link.Conn
	attached   *link.Conn // with a session
	user       string     // of the last login
	token      string
	tokens     int
	loginToken string // what the last login brought
	endsAtOnce bool   // a session, by force
	snapshot   wire.Snapshot
	received   []wire.Frame // all but heartbeats
	mute       map[wire.Kind]bool
	answers    map[wire.Kind]*wire.Error
	dials      int
	down       bool
	outdated   bool // speaks no WebSocket at the path
	line       *line
}

func newFakeServer(t *testing.T) *fakeServer {
	f := &fakeServer{
		t: t, listener: linktest.NewListener(), user: "sato",
		mute: make(map[wire.Kind]bool), answers: make(map[wire.Kind]*wire.Error),
	}
	f.server = httptest.NewUnstartedServer(http.HandlerFunc(f.serve))
	f.server.Listener.Close()
	f.server.Listener = f.listener
	f.server.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that end early are part of the tests
	f.server.StartTLS()
	f.fingerprint = certificate(f.server.Certificate()).Fingerprint
	t.Cleanup(func() {
		f.server.Close()
		f.closeAll()
	})
	return f
}

// dial is the desktop's network.
func (f *fakeServer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	f.mu.Lock()
	f.dials++
	down := f.down
	f.mu.Unlock()
	if down {
		return nil, errors.New("connection refused")
	}
	conn, err := f.listener.Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.line = &line{Conn: conn, cut: make(chan struct{})}
	return f.line, nil
}

// line loses what the desktop writes once it is cut: the server answers nothing
// more, as after a pulled cable.
type line struct {
	net.Conn
	cut chan struct{}
}

func (l *line) Write(p []byte) (int, error) {
	select {
	case <-l.cut:
		return len(p), nil
	default:
		return l.Conn.Write(p)
	}
}

func (f *fakeServer) serve(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	outdated := f.outdated
	f.mu.Unlock()
	if outdated {
		http.NotFound(w, r)
		return
	}
	limits := link.ServerLimits()
	limits.GatherFor = 0 // tests look at what a push did while the bubble's time stands still
	conn, err := link.Accept(w, r, limits)
	if err != nil {
		f.t.Error(err)
		return
	}
	f.mu.Lock()
	f.conns = append(f.conns, conn)
	f.mu.Unlock()
	for {
		frame, err := conn.Receive()
		if err != nil {
			return
		}
		f.handle(conn, frame)
	}
}

func (f *fakeServer) handle(conn *link.Conn, frame wire.Frame) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if frame.Kind != wire.KindHeartbeat {
		f.received = append(f.received, frame)
	}
	if f.mute[frame.Kind] {
		return
	}
	if refusal := f.answers[frame.Kind]; refusal != nil {
		conn.Send(wire.KindError, frame.ID, refusal)
		return
	}
	switch frame.Kind {
	case wire.KindLogin:
		login, err := link.Decode[wire.Login](frame)
		if err != nil || login.Password != "demo-1234" || login.Workstation == "" {
			conn.Send(wire.KindError, frame.ID, &wire.Error{Code: wire.CodeAuthFailed, Message: message.AuthFailed})
			return
		}
		f.user, f.loginToken = login.UserID, login.Token
		f.openLocked(conn, frame.ID)
	case wire.KindResume:
		resume, err := link.Decode[wire.Resume](frame)
		if err != nil || resume.Token != f.token {
			conn.Send(wire.KindError, frame.ID, &wire.Error{Code: wire.CodeSessionLost, Message: message.E309.Text()})
			return
		}
		f.openLocked(conn, frame.ID)
	case wire.KindSetPassword, wire.KindUnlock, wire.KindConfirmOneTimeCode:
		conn.Send(wire.KindSession, frame.ID, f.sessionLocked())
	case wire.KindLogout:
		f.token, f.attached = "", nil
		conn.Send(wire.KindDone, frame.ID, nil)
	case wire.KindSendOrder:
		conn.Send(wire.KindOrderSent, frame.ID, wire.OrderSent{})
	case wire.KindCheck:
		checked, _ := link.Decode[wire.Check](frame)
		conn.Send(wire.KindChecked, frame.ID, wire.Checked{TransactionID: checked.TransactionID, Refusal: order.AlreadyPaid})
	case wire.KindAsk, wire.KindLock:
		conn.Send(wire.KindDone, frame.ID, nil)
	case wire.KindForceLogout:
		if body, _ := link.Decode[wire.ForceLogout](frame); body.UserID != "sato" {
			conn.Send(wire.KindError, frame.ID, wire.Error{Code: wire.CodeNotAllowed, Message: message.NotLoggedIn})
			return
		}
		conn.Send(wire.KindDone, frame.ID, nil)
	case wire.KindEnrolOneTimeCode:
		conn.Send(wire.KindOneTimeCodeSecret, frame.ID, wire.OneTimeCodeSecret{Secret: "JBSWY3DP", URI: "otpauth://totp/x"})
	case wire.KindListUsers:
		conn.Send(wire.KindUsers, frame.ID, wire.Users{Users: []wire.UserState{{User: wire.User{ID: "sato"}, Presence: wire.PresenceLost}}})
	case wire.KindGetSnapshot:
		conn.Send(wire.KindSnapshot, frame.ID, f.snapshot)
	case wire.KindHeartbeat:
		beat, _ := link.Decode[wire.Heartbeat](frame)
		beat.ServerAtMs = time.Now().Add(f.ahead).UnixMilli()
		conn.Send(wire.KindHeartbeat, frame.ID, beat)
	default:
		f.t.Errorf("server received %q", frame.Kind)
	}
}

func (f *fakeServer) openLocked(conn *link.Conn, id int64) {
	f.tokens++
	f.token = fmt.Sprintf("token-%d", f.tokens)
	f.attached = conn
	conn.Send(wire.KindSession, id, f.sessionLocked())
	conn.Send(wire.KindSnapshot, 0, f.snapshot)
	if f.endsAtOnce {
		conn.Send(wire.KindLoggedOut, 0, wire.LoggedOut{Message: message.ForcedLogout})
	}
}

func (f *fakeServer) sessionLocked() wire.Session {
	return wire.Session{Token: f.token, User: wire.User{ID: f.user}, Merchant: wire.Merchant{ID: "demo"}}
}

// change alters the picture, and tells the desktop unless it is to be lost.
func (f *fakeServer) change(call wire.Call, lost bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change := wire.Change{Seq: f.snapshot.Seq + 1, Call: &call}
	f.snapshot = *apply(f.snapshot, change)
	if !lost {
		f.attached.Send(wire.KindChange, 0, change)
	}
}

// push sends a frame as it is to the desktop with the session.
func (f *fakeServer) push(kind wire.Kind, body any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.attached.Send(kind, 0, body); err != nil {
		f.t.Error(err)
	}
}

// closeAll closes every connection and keeps the session.
func (f *fakeServer) closeAll() {
	f.mu.Lock()
	conns := f.conns
	f.conns = nil
	f.mu.Unlock()
	for _, conn := range conns {
		conn.Close(link.CloseGoingAway, "restart")
	}
}

func (f *fakeServer) set(alter func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	alter()
}

// count is how many frames of a kind have arrived.
func (f *fakeServer) count(kind wire.Kind) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, frame := range f.received {
		if frame.Kind == kind {
			n++
		}
	}
	return n
}

// sato is the user of most tests.
var sato = Owner{address, "demo", "sato"}
