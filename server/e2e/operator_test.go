package e2e

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"tsunagi/shared/link"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// password is what the operator sets at the first login.
const password = "Sakura-2026"

// operator is an operator at the WebSocket. It keeps every frame it was sent.
type operator struct {
	t       *testing.T
	conn    *link.Conn
	session wire.Session

	mu      sync.Mutex
	next    int64
	answers map[int64]chan wire.Frame
	frames  []wire.Frame // every frame the server has sent
	seen    chan struct{}
}

// connect opens a WebSocket and checks the server's certificate as a desktop does.
func connect(t *testing.T, s *server) *operator {
	t.Helper()
	pin := strings.ToLower(strings.ReplaceAll(s.fingerprint, " ", ""))
	config := &tls.Config{
		InsecureSkipVerify: true, // the pin takes the place of a chain
		VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) error {
			if sum := sha256.Sum256(raw[0]); hex.EncodeToString(sum[:]) != pin {
				return errors.New("another certificate than init announced")
			}
			return nil
		},
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	limits := link.DesktopLimits()
	limits.DeadAfter = patience // a busy machine is not a dead server
	conn, err := link.Dialer{TLS: config, Limits: limits}.Dial(ctx, "wss://"+s.desktop+wire.Path)
	if err != nil {
		t.Fatal(err)
	}
	o := &operator{t: t, conn: conn, answers: map[int64]chan wire.Frame{}, seen: make(chan struct{})}
	done := make(chan struct{})
	go func() { defer close(done); o.read() }()
	t.Cleanup(func() {
		_ = conn.Close(1000, "")
		<-done
	})
	return o
}

// login logs an operator in who has set the password before.
func login(t *testing.T, s *server, user, password string) *operator {
	t.Helper()
	o := connect(t, s)
	frame := o.ask(wire.KindLogin, wire.Login{
		MerchantID: "shop", UserID: user, Password: password,
		Entrance: wire.EntranceOperator, Workstation: "workstation-" + user,
	})
	o.session = decode[wire.Session](t, frame, wire.KindSession)
	return o
}

// firstLogin logs "sato" in for the first time and sets the password.
func firstLogin(t *testing.T, s *server) *operator {
	t.Helper()
	o := login(t, s, "sato", s.first)
	if !o.session.PasswordMustChange {
		t.Fatal("the first login does not ask for a password")
	}
	frame := o.ask(wire.KindSetPassword, wire.SetPassword{New: password, Repeat: password})
	o.session = decode[wire.Session](t, frame, wire.KindSession)
	return o
}

// resume comes back as the same workstation, over a new connection.
func resume(t *testing.T, s *server, gone *operator) *operator {
	t.Helper()
	o := connect(t, s)
	frame := o.ask(wire.KindResume, wire.Resume{Token: gone.session.Token, Workstation: "workstation-sato"})
	o.session = decode[wire.Session](t, frame, wire.KindSession)
	return o
}

func (o *operator) read() {
	for {
		frame, err := o.conn.Receive()
		if err != nil {
			return
		}
		o.mu.Lock()
		o.frames = append(o.frames, frame)
		close(o.seen)
		o.seen = make(chan struct{})
		if answer, ok := o.answers[frame.ID]; ok && frame.ID != 0 {
			answer <- frame
			delete(o.answers, frame.ID)
		}
		o.mu.Unlock()
	}
}

// ask sends a request and waits for its answer.
func (o *operator) ask(kind wire.Kind, body any) wire.Frame {
	o.t.Helper()
	answer := make(chan wire.Frame, 1)
	o.mu.Lock()
	o.next++
	id := o.next
	o.answers[id] = answer
	o.mu.Unlock()
	if err := o.conn.Send(kind, id, body); err != nil {
		o.t.Fatalf("%s: %v", kind, err)
	}
	ctx, cancel := context.WithTimeout(o.t.Context(), patience)
	defer cancel()
	select {
	case frame := <-answer:
		return frame
	case <-o.conn.Done():
		o.t.Fatalf("%s: the connection ended: %v", kind, o.conn.Err())
	case <-ctx.Done():
		o.t.Fatalf("%s: no answer", kind)
	}
	panic("unreachable")
}

// send hands an order to a call and wants it taken.
func (o *operator) send(call wire.Call, form order.Form) {
	o.t.Helper()
	frame := o.ask(wire.KindSendOrder, wire.SendOrder{CallID: call.ID, Key: "key-" + call.ID, Form: form})
	decode[wire.OrderSent](o.t, frame, wire.KindOrderSent)
}

// waitFor returns what pick finds in a change, as soon as there is one that it wants.
func waitFor[T any](o *operator, what string, pick func(wire.Change) (T, bool)) T {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), patience)
	defer cancel()
	for from := 0; ; {
		o.mu.Lock()
		frames, seen := o.frames[from:], o.seen
		from = len(o.frames)
		o.mu.Unlock()
		for _, frame := range frames {
			for _, change := range changes(o.t, frame) {
				if found, ok := pick(change); ok {
					return found
				}
			}
		}
		select {
		case <-seen:
		case <-o.conn.Done():
			o.t.Fatalf("waiting for %s: the connection ended: %v", what, o.conn.Err())
		case <-ctx.Done():
			o.t.Fatalf("waited in vain for %s; rows so far:\n%s", what, strings.Join(o.points(), "\n"))
		}
	}
}

// changes are what a frame tells: a snapshot counts as a change for each of its parts.
func changes(t *testing.T, frame wire.Frame) []wire.Change {
	t.Helper()
	switch frame.Kind {
	case wire.KindChange:
		return []wire.Change{decode[wire.Change](t, frame, wire.KindChange)}
	case wire.KindSnapshot:
		snapshot := decode[wire.Snapshot](t, frame, wire.KindSnapshot)
		var list []wire.Change
		for _, c := range snapshot.Calls {
			list = append(list, wire.Change{Call: &c})
		}
		for _, r := range snapshot.Rows {
			list = append(list, wire.Change{Row: &r})
		}
		return list
	}
	return nil
}

// call waits for a call in a state.
func (o *operator) call(state wire.State) wire.Call {
	o.t.Helper()
	return waitFor(o, "a call in "+string(state), func(c wire.Change) (wire.Call, bool) {
		if c.Call != nil && c.Call.State == state {
			return *c.Call, true
		}
		return wire.Call{}, false
	})
}

// nextCall waits for a call other than the one before, in a state.
func (o *operator) nextCall(before string, state wire.State) wire.Call {
	o.t.Helper()
	return waitFor(o, "the next call in "+string(state), func(c wire.Change) (wire.Call, bool) {
		if c.Call != nil && c.Call.ID != before && c.Call.State == state {
			return *c.Call, true
		}
		return wire.Call{}, false
	})
}

// row waits for a row of that point.
func (o *operator) row(point string) wire.Row {
	o.t.Helper()
	return waitFor(o, "row "+point, func(c wire.Change) (wire.Row, bool) {
		if c.Row != nil && c.Row.Point == point {
			return *c.Row, true
		}
		return wire.Row{}, false
	})
}

// notice waits for a dialog.
func (o *operator) notice(id string) wire.Notice {
	o.t.Helper()
	return waitFor(o, "dialog "+id, func(c wire.Change) (wire.Notice, bool) {
		if c.Notice != nil && c.Notice.MessageID == id {
			return *c.Notice, true
		}
		return wire.Notice{}, false
	})
}

// points lists the rows as told so far.
func (o *operator) points() []string {
	o.mu.Lock()
	frames := o.frames
	o.mu.Unlock()
	var list []string
	for _, frame := range frames {
		if frame.Kind != wire.KindChange {
			continue
		}
		if change := decode[wire.Change](o.t, frame, wire.KindChange); change.Row != nil {
			list = append(list, strings.TrimSpace(change.Row.Point+" "+change.Row.Result+" "+change.Row.Code))
		}
	}
	return list
}

func decode[T any](t *testing.T, frame wire.Frame, want wire.Kind) T {
	t.Helper()
	var body T
	if frame.Kind != want {
		t.Fatalf("got %s %s, want %s", frame.Kind, frame.Body, want)
	}
	if err := json.Unmarshal(frame.Body, &body); err != nil {
		t.Fatalf("%s: %v", frame.Kind, err)
	}
	return body
}
