package site

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

// Password is what FirstLogin sets.
const Password = "Sakura-2026"

// Operator is an operator at the WebSocket. It keeps every frame it was sent.
type Operator struct {
	Conn    *link.Conn
	Session wire.Session

	t       *testing.T
	mu      sync.Mutex
	next    int64
	answers map[int64]chan wire.Frame
	frames  []wire.Frame // every frame the server has sent
	seen    chan struct{}
}

// Connect opens a WebSocket and checks the server's certificate as a desktop does.
func Connect(t *testing.T, s *Server) *Operator {
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
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	limits := link.DesktopLimits()
	limits.DeadAfter = Patience // a busy machine is not a dead server
	conn, err := link.Dialer{TLS: config, Limits: limits}.Dial(ctx, "wss://"+s.Desktop+wire.Path)
	if err != nil {
		t.Fatal(err)
	}
	o := &Operator{t: t, Conn: conn, answers: map[int64]chan wire.Frame{}, seen: make(chan struct{})}
	done := make(chan struct{})
	go func() { defer close(done); o.read() }()
	t.Cleanup(func() {
		_ = conn.Close(1000, "")
		<-done
	})
	return o
}

// Login logs an operator in who has set the password before.
func Login(t *testing.T, s *Server, user, password string) *Operator {
	t.Helper()
	o := Connect(t, s)
	frame := o.Ask(wire.KindLogin, wire.Login{
		MerchantID: "shop", UserID: user, Password: password,
		Entrance: wire.EntranceOperator, Workstation: "workstation-" + user,
	})
	o.Session = Decode[wire.Session](t, frame, wire.KindSession)
	return o
}

// FirstLogin logs "sato" in for the first time and sets Password.
func FirstLogin(t *testing.T, s *Server) *Operator {
	t.Helper()
	o := Login(t, s, "sato", s.FirstPassword)
	if !o.Session.PasswordMustChange {
		t.Fatal("the first login does not ask for a password")
	}
	frame := o.Ask(wire.KindSetPassword, wire.SetPassword{New: Password, Repeat: Password})
	o.Session = Decode[wire.Session](t, frame, wire.KindSession)
	return o
}

// Resume comes back as the same workstation, over a new connection.
func Resume(t *testing.T, s *Server, gone *Operator) *Operator {
	t.Helper()
	o := Connect(t, s)
	frame := o.Ask(wire.KindResume, wire.Resume{Token: gone.Session.Token, Workstation: "workstation-sato"})
	o.Session = Decode[wire.Session](t, frame, wire.KindSession)
	return o
}

func (o *Operator) read() {
	for {
		frame, err := o.Conn.Receive()
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

// Ask sends a request and waits for its answer.
func (o *Operator) Ask(kind wire.Kind, body any) wire.Frame {
	o.t.Helper()
	answer := make(chan wire.Frame, 1)
	o.mu.Lock()
	o.next++
	id := o.next
	o.answers[id] = answer
	o.mu.Unlock()
	if err := o.Conn.Send(kind, id, body); err != nil {
		o.t.Fatalf("%s: %v", kind, err)
	}
	ctx, cancel := context.WithTimeout(o.t.Context(), Patience)
	defer cancel()
	select {
	case frame := <-answer:
		return frame
	case <-o.Conn.Done():
		o.t.Fatalf("%s: the connection ended: %v", kind, o.Conn.Err())
	case <-ctx.Done():
		o.t.Fatalf("%s: no answer", kind)
	}
	panic("unreachable")
}

// Send hands an order to a call and wants it taken.
func (o *Operator) Send(call wire.Call, form order.Form) {
	o.t.Helper()
	frame := o.Ask(wire.KindSendOrder, wire.SendOrder{CallID: call.ID, Key: "key-" + call.ID, Form: form})
	Decode[wire.OrderSent](o.t, frame, wire.KindOrderSent)
}

// Frames are those that the server has sent so far.
func (o *Operator) Frames() []wire.Frame {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.frames
}

// Decode reads the body of a frame that must be of a kind.
func Decode[T any](t *testing.T, frame wire.Frame, want wire.Kind) T {
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
