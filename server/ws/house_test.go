package ws

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/server/board"
	"tsunagi/server/identity"
	"tsunagi/server/store"
	"tsunagi/shared/link"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

var (
	suzuki  = ivr.UserKey{Merchant: "shop", User: "suzuki"}
	tanaka  = ivr.UserKey{Merchant: "shop", User: "tanaka"}
	boss    = ivr.UserKey{Merchant: "shop", User: "boss"}
	auditor = ivr.UserKey{Merchant: "shop", User: "kansa"}
)

const password = "correct-horse1"

// patience is how long a test waits for what must happen.
const patience = 10 * time.Second

// house is a whole server but for the telephone: TLS on loopback, a real store,
// identity and board, and a desk of calls that behaves.
type house struct {
	t        testing.TB
	path     string
	log      *logBook
	store    *store.Store
	identity *identity.Identity
	board    *board.Board
	desk     *desk
	till     *till
	ws       *Server
	http     *httptest.Server
	limits   link.Limits
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, path: filepath.Join(t.TempDir(), "tsunagi.db"), log: new(logBook), board: board.New()}
	h.desk = &desk{board: h.board, windows: make(map[ivr.CallID]ivr.UserKey)}
	h.till = &till{attempts: make(map[order.TransactionID]ivr.Attempt)}
	h.start()
	t.Cleanup(h.stop)
	merchant := ivr.DefaultMerchant("shop", "つなぎ商店")
	merchant.MemberID = true
	h.must(h.store.PutMerchant(t.Context(), merchant))
	for _, user := range []ivr.User{
		{Key: suzuki, Role: ivr.RoleOperator, Comment: "鈴木 花子", IVRNumber: "05030001024"},
		{Key: tanaka, Role: ivr.RoleOperator, IVRNumber: "05030001025"},
		{Key: boss, Role: ivr.RoleSupervisor},
		{Key: auditor, Role: ivr.RoleAuditor},
	} {
		h.must(h.store.PutUser(t.Context(), user))
		credential, err := h.identity.Credential(t.Context(), password, false)
		h.must(err)
		h.must(h.store.PutCredential(t.Context(), user.Key, credential))
	}
	return h
}

// start brings the server up over what the store has.
func (h *house) start() {
	h.t.Helper()
	log := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	h.store, err = store.Open(context.Background(), h.path)
	h.must(err)
	h.identity, err = identity.New(identity.Options{
		Store: h.store, Log: log, Cost: identity.Cost{MemoryKiB: 8, Passes: 1, Lanes: 1}, Key: identity.Key{1},
	})
	h.must(err)
	h.must(h.identity.Start(context.Background()))
	h.ws, err = New(Options{
		Identity: h.identity, Board: h.board, Calls: h.desk, Payments: h.till, Log: log, Version: "1.2.3", Limits: h.limits,
	})
	h.must(err)
	h.http = httptest.NewUnstartedServer(h.ws)
	h.http.Config.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		// A reader falls behind after a few frames, not after the megabytes that
		// the kernel would hold for it.
		h.must(conn.(*tls.Conn).NetConn().(*net.TCPConn).SetWriteBuffer(4 << 10))
		return ctx
	}
	h.http.StartTLS()
}

// stop takes the server down, as a restart does.
func (h *house) stop() {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	h.must(h.ws.Close(ctx))
	h.http.Close()
	h.must(h.store.Close())
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) tls() *tls.Config {
	return h.http.Client().Transport.(*http.Transport).TLSClientConfig
}

// desktop is a client on its own connection.
type desktop struct {
	t         testing.TB
	link      *link.Conn
	transport net.Conn // under TLS
	frames    chan wire.Frame
	lastID    int64
	pushed    []wire.Frame // that came while an answer was waited for
}

func (h *house) dial() *desktop {
	h.t.Helper()
	d := &desktop{t: h.t, frames: make(chan wire.Frame, 4096)}
	dialer := link.Dialer{TLS: h.tls(), Connect: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		d.transport = conn
		return conn, err
	}}
	var err error
	d.link, err = dialer.Dial(h.t.Context(), "wss://"+h.http.Listener.Addr().String()+wire.Path)
	h.must(err)
	var receiving sync.WaitGroup
	receiving.Go(func() {
		defer close(d.frames)
		for {
			frame, err := d.link.Receive()
			if err != nil {
				return
			}
			d.frames <- frame
		}
	})
	h.t.Cleanup(func() {
		d.link.Close(link.CloseGoingAway, "") //nolint:errcheck // many of these are gone already
		receiving.Wait()
	})
	return d
}

// cut ends the connection as a pulled plug does.
func (d *desktop) cut() { d.transport.Close() }

// receive waits for the next frame; ok is false when the connection is over.
func (d *desktop) receive() (frame wire.Frame, ok bool) {
	d.t.Helper()
	select {
	case frame, ok = <-d.frames:
		return frame, ok
	case <-time.After(patience):
		d.t.Fatal("nothing comes from the server")
		return wire.Frame{}, false
	}
}

// tell sends a request and returns its number.
func (d *desktop) tell(kind wire.Kind, body any) int64 {
	d.t.Helper()
	d.lastID++
	if err := d.link.Send(kind, d.lastID, body); err != nil {
		d.t.Fatal(err)
	}
	return d.lastID
}

// answer waits for the answer to a request.
func (d *desktop) answer(id int64) wire.Frame {
	d.t.Helper()
	for {
		frame, ok := d.receive()
		if !ok {
			d.t.Fatalf("connection over: %v", d.link.Err())
		}
		if frame.ID == id {
			return frame
		}
		d.pushed = append(d.pushed, frame)
	}
}

// ask sends a request and returns its answer: a wire.Error as error, or the body.
func ask[T any](d *desktop, kind wire.Kind, body any, want wire.Kind) (T, error) {
	d.t.Helper()
	return read[T](d, d.answer(d.tell(kind, body)), want)
}

func read[T any](d *desktop, frame wire.Frame, want wire.Kind) (T, error) {
	d.t.Helper()
	var none T
	switch frame.Kind {
	case want:
		if len(frame.Body) == 0 {
			return none, nil
		}
		answer, err := link.Decode[T](frame)
		if err != nil {
			d.t.Fatal(err)
		}
		return answer, nil
	case wire.KindError:
		refusal, err := link.Decode[wire.Error](frame)
		if err != nil {
			d.t.Fatal(err)
		}
		return none, &refusal
	}
	d.t.Fatalf("answered with %s, want %s", frame.Kind, want)
	return none, nil
}

// push waits for the next frame that answers nothing.
func push[T any](d *desktop, want wire.Kind) T {
	d.t.Helper()
	var frame wire.Frame
	if len(d.pushed) > 0 {
		frame, d.pushed = d.pushed[0], d.pushed[1:]
	} else {
		var ok bool
		if frame, ok = d.receive(); !ok {
			d.t.Fatalf("connection over: %v, want %s", d.link.Err(), want)
		}
	}
	body, err := read[T](d, frame, want)
	if err != nil {
		d.t.Fatal(err)
	}
	return body
}

// beat sends a heartbeat and waits for its answer.
func (d *desktop) beat() {
	d.t.Helper()
	_, err := ask[wire.Heartbeat](d, wire.KindHeartbeat, wire.Heartbeat{SentAtMs: 1}, wire.KindHeartbeat)
	if err != nil {
		d.t.Fatal(err)
	}
}

func loginOf(user ivr.UserKey, workstation string) wire.Login {
	entrance := wire.EntranceOperator
	if user == boss || user == auditor {
		entrance = wire.EntranceSupervisor
	}
	return wire.Login{
		MerchantID: string(user.Merchant), UserID: string(user.User), Password: password,
		Entrance: entrance, Workstation: workstation,
	}
}

// loggedIn is a desktop with a session, its snapshot received.
func (h *house) loggedIn(user ivr.UserKey) (*desktop, wire.Session) {
	h.t.Helper()
	d := h.dial()
	session, err := ask[wire.Session](d, wire.KindLogin, loginOf(user, "ws-"+string(user.User)), wire.KindSession)
	h.must(err)
	push[wire.Snapshot](d, wire.KindSnapshot)
	return d, session
}

// resumed is a desktop on a new connection in the session of a token.
func (h *house) resumed(token, workstation string) (*desktop, wire.Session, wire.Snapshot) {
	h.t.Helper()
	d := h.dial()
	session, err := ask[wire.Session](d, wire.KindResume, wire.Resume{Token: token, Workstation: workstation}, wire.KindSession)
	h.must(err)
	return d, session, push[wire.Snapshot](d, wire.KindSnapshot)
}

// refusedWith checks that err is an answer with the code and the words.
func refusedWith(t *testing.T, err error, code wire.Code, words string) *wire.Error {
	t.Helper()
	refusal, ok := err.(*wire.Error) //nolint:errorlint // made by read
	if !ok {
		t.Fatalf("got error %v, want %s %q", err, code, words)
	}
	if refusal.Code != code || refusal.Message != words {
		t.Errorf("got %s %q, want %s %q", refusal.Code, refusal.Message, code, words)
	}
	return refusal
}
