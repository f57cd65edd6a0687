package servertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"tsunagi/shared/link"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// Password is the only one that a Desk accepts.
const Password = "demo-1234"

// Desk is the server. Its exported fields are set before Start.
type Desk struct {
	Session    wire.Session  // answers a login, and a resume with its token
	Refusal    *wire.Error   // answers an order, where not nil
	Inquired   wire.Inquired // answers an inquiry about its order, and no other
	Paid       order.TransactionID
	AfterLogin []wire.Change
	AfterOrder []wire.Change
	Farewell   bool   // log the user out after the last change
	Code       string // the one-time code that a login must bring; empty: none
	Expired    bool   // the certificate ran out a day ago

	// Where to reach it, after Start.
	Address     string
	Fingerprint string

	mu    sync.Mutex
	asked []wire.Kind
	form  order.Form
	live  *link.Conn // of the last login
	seq   int64      // of the last change on it
}

// Start serves until the test is over.
func (d *Desk) Start(t *testing.T) {
	t.Helper()
	var conns sync.WaitGroup
	var closing sync.Mutex // no connection is counted once they are waited for
	over := make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limits := link.ServerLimits()
		limits.GatherFor = 0 // what a change takes is measured, and not how long it waits for others
		conn, err := link.Accept(w, r, limits)
		if err != nil {
			t.Error(err)
			return
		}
		closing.Lock()
		conns.Go(func() {
			<-over
			conn.Close(link.CloseGoingAway, "")
		})
		closing.Unlock()
		d.serve(conn)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // a refused certificate is part of a test
	if d.Expired {
		server.TLS = &tls.Config{Certificates: []tls.Certificate{expiredCertificate(t)}}
	}
	server.StartTLS()
	t.Cleanup(func() {
		closing.Lock()
		close(over)
		conns.Wait()
		closing.Unlock()
		server.Close()
	})
	d.Address = strings.TrimPrefix(server.URL, "https://")
	d.Fingerprint = fmt.Sprintf("%x", sha256.Sum256(server.Certificate().Raw))
}

// Tell tells whoever logged in last one more change.
func (d *Desk) Tell(change wire.Change) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.live == nil {
		return
	}
	d.seq++
	change.Seq, change.ServerAtMs = d.seq, time.Now().UnixMilli()
	d.live.Send(wire.KindChange, 0, change)
}

func expiredCertificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    time.Now().AddDate(-1, 0, 0),
		NotAfter:     time.Now().AddDate(0, 0, -1),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// Asked is what was asked so far, heartbeats left out.
func (d *Desk) Asked() []wire.Kind {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]wire.Kind(nil), d.asked...)
}

// Form is the last order's.
func (d *Desk) Form() order.Form {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.form
}

func (d *Desk) serve(conn *link.Conn) {
	play := func(changes []wire.Change) {
		for _, change := range changes {
			d.Tell(change)
		}
	}
	for {
		frame, err := conn.Receive()
		if err != nil {
			return
		}
		d.note(frame)
		switch frame.Kind {
		case wire.KindLogin:
			if login, err := link.Decode[wire.Login](frame); err != nil || login.Password != Password {
				conn.Send(wire.KindError, frame.ID, &wire.Error{Code: wire.CodeAuthFailed, Message: message.AuthFailed})
				continue
			}
			if refusal := d.refuseCode(frame); refusal != nil {
				conn.Send(wire.KindError, frame.ID, refusal)
				continue
			}
			d.open(conn, frame.ID)
			d.mu.Lock()
			d.live, d.seq = conn, 0
			d.mu.Unlock()
			play(d.AfterLogin)
		case wire.KindResume:
			if resume, err := link.Decode[wire.Resume](frame); err != nil || resume.Token != d.Session.Token {
				conn.Send(wire.KindError, frame.ID, &wire.Error{Code: wire.CodeSessionLost})
				continue
			}
			d.open(conn, frame.ID)
		case wire.KindSetPassword:
			conn.Send(wire.KindSession, frame.ID, d.Session)
		case wire.KindSendOrder:
			if d.Refusal != nil {
				conn.Send(wire.KindError, frame.ID, d.Refusal)
				continue
			}
			conn.Send(wire.KindOrderSent, frame.ID, wire.OrderSent{})
			play(d.AfterOrder)
			if d.Farewell {
				conn.Send(wire.KindLoggedOut, 0, wire.LoggedOut{Message: message.ForcedLogout})
			}
		case wire.KindInquire:
			if inquire, err := link.Decode[wire.Inquire](frame); err != nil || inquire.TransactionID != d.Inquired.TransactionID {
				conn.Send(wire.KindError, frame.ID, &wire.Error{Code: wire.CodeNotAllowed})
				continue
			}
			conn.Send(wire.KindInquired, frame.ID, d.Inquired)
		case wire.KindCheck:
			check, err := link.Decode[wire.Check](frame)
			checked := wire.Checked{TransactionID: check.TransactionID}
			if err == nil && check.TransactionID == d.Paid {
				checked.Refusal = order.AlreadyPaid
			}
			conn.Send(wire.KindChecked, frame.ID, checked)
		case wire.KindLogout, wire.KindAsk:
			conn.Send(wire.KindDone, frame.ID, nil)
		}
	}
}

// refuseCode looks at the one-time code of a login; nil where it is the right one.
func (d *Desk) refuseCode(frame wire.Frame) *wire.Error {
	login, err := link.Decode[wire.Login](frame)
	switch {
	case err == nil && login.OneTimeCode == d.Code:
		return nil
	case login.OneTimeCode == "":
		return &wire.Error{Code: wire.CodeOneTimeCodeRequired, Message: message.OneTimeCodeRequired}
	}
	return &wire.Error{Code: wire.CodeOneTimeCodeWrong, Message: message.OneTimeCodeWrong}
}

// open answers with the session and the picture, in which another call has ended.
func (d *Desk) open(conn *link.Conn, id int64) {
	conn.Send(wire.KindSession, id, d.Session)
	conn.Send(wire.KindSnapshot, 0, wire.Snapshot{Rows: []wire.Row{
		{CallID: "earlier", Number: 9, Point: string(message.EndedNG), Ends: true},
	}})
}

func (d *Desk) note(frame wire.Frame) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if frame.Kind != wire.KindHeartbeat {
		d.asked = append(d.asked, frame.Kind)
	}
	if sent, err := link.Decode[wire.SendOrder](frame); err == nil {
		d.form = sent.Form
	}
}
