package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tsunagi/shared/link"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// desk is a server with one user. After the login a call opens its window; the
// order's answer is followed by the changes of the script.
type desk struct {
	t          *testing.T
	session    wire.Session
	refusal    *wire.Error // of the order
	afterLogin []wire.Change
	afterOrder []wire.Change
	farewell   bool // log out after the last change

	mu    sync.Mutex
	asked []wire.Kind
	form  order.Form
}

func startDesk(t *testing.T, d *desk) flags {
	t.Helper()
	d.t = t
	server := httptest.NewTLSServer(http.HandlerFunc(d.serve))
	t.Cleanup(server.Close)
	return flags{
		Server:   strings.TrimPrefix(server.URL, "https://"),
		Trust:    fmt.Sprintf("%x", sha256.Sum256(server.Certificate().Raw)),
		Merchant: "demo", User: "sato", Timeout: 10 * time.Second,
		Transaction: "DEMO-0001", Amount: "4,980", PaymentCount: "1",
	}
}

func (d *desk) serve(w http.ResponseWriter, r *http.Request) {
	conn, err := link.Accept(w, r, link.ServerLimits())
	if err != nil {
		d.t.Error(err)
		return
	}
	defer conn.Close(link.CloseNormal, "")
	var seq int64
	tell := func(changes []wire.Change) {
		for _, change := range changes {
			seq++
			change.Seq = seq
			conn.Send(wire.KindChange, 0, change)
		}
	}
	for {
		frame, err := conn.Receive()
		if err != nil {
			return
		}
		d.mu.Lock()
		if frame.Kind != wire.KindHeartbeat {
			d.asked = append(d.asked, frame.Kind)
		}
		d.mu.Unlock()
		switch frame.Kind {
		case wire.KindLogin:
			login, _ := link.Decode[wire.Login](frame)
			if login.Password != "demo-1234" {
				conn.Send(wire.KindError, frame.ID, &wire.Error{Code: wire.CodeAuthFailed, Message: message.AuthFailed})
				continue
			}
			conn.Send(wire.KindSession, frame.ID, d.session)
			conn.Send(wire.KindSnapshot, 0, wire.Snapshot{Rows: []wire.Row{{CallID: "old", Number: 9, Ends: true, Point: "another call"}}})
			tell(d.afterLogin)
		case wire.KindSetPassword:
			conn.Send(wire.KindSession, frame.ID, d.session)
		case wire.KindSendOrder:
			sent, _ := link.Decode[wire.SendOrder](frame)
			d.mu.Lock()
			d.form = sent.Form
			d.mu.Unlock()
			if d.refusal != nil {
				conn.Send(wire.KindError, frame.ID, d.refusal)
				continue
			}
			conn.Send(wire.KindOrderSent, frame.ID, wire.OrderSent{CallID: sent.CallID})
			tell(d.afterOrder)
			if d.farewell {
				conn.Send(wire.KindLoggedOut, 0, wire.LoggedOut{Message: message.ForcedLogout})
			}
		case wire.KindLogout:
			conn.Send(wire.KindDone, frame.ID, nil)
		}
	}
}

func monitored() wire.Session {
	return wire.Session{User: wire.User{ID: "sato"}, Merchant: wire.Merchant{Monitoring: true, PaymentCountChoice: true}}
}

func callIn(state wire.State, outcome wire.Outcome) wire.Change {
	return wire.Change{Call: &wire.Call{ID: "c-1", State: state, Outcome: outcome}}
}

func row(number int, point message.Point) wire.Change {
	return wire.Change{Row: &wire.Row{CallID: "c-1", Number: number, Point: string(point), Ends: point.Ends()}}
}

var window = []wire.Change{callIn(wire.StateSendWindow, wire.OutcomeNone)}

func TestOperator(t *testing.T) {
	unmonitored := monitored()
	unmonitored.Merchant.Monitoring = false
	first := monitored()
	first.PasswordMustChange = true
	tests := []struct {
		name     string
		desk     *desk
		flags    func(*flags)
		password string
		status   int
		lastLine string // of the standard output
		errors   string // part of the standard error
	}{
		{
			name: "paid",
			desk: &desk{session: monitored(), afterLogin: window, afterOrder: []wire.Change{
				callIn(wire.StateHandover, wire.OutcomeNone), row(1, message.TransferTop),
				row(2, message.AuthorizedOK), row(3, message.EndedOK),
			}},
			status: exitPaid, lastLine: "【決済OK】IVRとの通話が終了しました。",
		},
		{
			name:   "paid, though the transfer failed",
			desk:   &desk{session: monitored(), afterLogin: window, afterOrder: []wire.Change{row(1, message.TransferFailedOK)}},
			status: exitPaid, lastLine: "【決済OK】転送に失敗しました。",
		},
		{
			name:   "not paid",
			desk:   &desk{session: monitored(), afterLogin: window, afterOrder: []wire.Change{row(1, message.AuthorizedNG), row(2, message.EndedNG)}},
			status: exitNotPaid, lastLine: "【決済NG】IVRとの通話が終了しました。",
		},
		{
			name: "merchant without rows",
			desk: &desk{session: unmonitored, afterLogin: window, afterOrder: []wire.Change{
				callIn(wire.StateResult, wire.OutcomeOK), callIn(wire.StateEnded, wire.OutcomeOK),
			}},
			status: exitPaid, lastLine: "【決済OK】IVRとの通話が終了しました。",
		},
		{
			name: "interrupted",
			desk: &desk{session: monitored(), afterLogin: window, afterOrder: []wire.Change{
				{Notice: &wire.Notice{MessageID: "F301", Message: message.F301.Text(), CallID: "c-1"}},
			}},
			status: exitFailed, errors: "決済処理が中断されました。",
		},
		{
			name: "order refused by the server",
			desk: &desk{session: monitored(), afterLogin: window, refusal: &wire.Error{Code: wire.CodeOrderRefused,
				Refusals: []order.Refusal{{Field: order.FieldTransactionID, Message: order.AlreadyPaid}}}},
			status: exitFailed, errors: "transactionId: この取引IDは決済済みです。",
		},
		{
			name: "window closed meanwhile",
			desk: &desk{session: monitored(), afterLogin: window,
				refusal: &wire.Error{Code: wire.CodeNoWindow, MessageID: "F303", Message: message.F303.Text()}},
			status: exitFailed, errors: "送信が失敗しました。",
		},
		{
			name:   "order against the rules",
			desk:   &desk{session: monitored(), afterLogin: window},
			flags:  func(f *flags) { f.Amount = "0" },
			status: exitFailed, errors: "amount: 決済金額は1円から99,999,999円までです。",
		},
		{
			name:   "no call",
			desk:   &desk{session: monitored()},
			flags:  func(f *flags) { f.Timeout = 300 * time.Millisecond },
			status: exitFailed, errors: "nothing more happened within 300ms",
		},
		{
			name:   "logged out by a supervisor",
			desk:   &desk{session: monitored(), afterLogin: window, farewell: true},
			status: exitFailed, errors: "管理者により強制ログアウトされました。",
		},
		{
			name:   "wrong certificate",
			desk:   &desk{session: monitored()},
			flags:  func(f *flags) { f.Trust = strings.Repeat("0", 64) },
			status: exitFailed, errors: "the server's certificate has the fingerprint",
		},
		{
			name:     "wrong password",
			desk:     &desk{session: monitored()},
			password: "wrong", status: exitFailed, errors: "認証に失敗しました。",
		},
		{
			name: "first password missing",
			desk: &desk{session: first}, status: exitFailed, errors: "--set-password",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := startDesk(t, test.desk)
			if test.flags != nil {
				test.flags(&f)
			}
			password := "demo-1234"
			if test.password != "" {
				password = test.password
			}
			var out, errOut bytes.Buffer
			getenv := func(name string) string { return map[string]string{"TSUNAGI_PASSWORD": password}[name] }
			if status := run(t.Context(), f, getenv, &out, &errOut); status != test.status {
				t.Errorf("exit status: got %d, want %d", status, test.status)
			}
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			if test.lastLine != "" && lines[len(lines)-1] != test.lastLine {
				t.Errorf("last line: got %q, want %q", lines[len(lines)-1], test.lastLine)
			}
			if !strings.Contains(errOut.String(), test.errors) || test.errors == "" && errOut.Len() > 0 {
				t.Errorf("standard error: got %q, want %q in it", errOut.String(), test.errors)
			}
			if t.Failed() {
				t.Logf("standard output:\n%s", out.String())
			}
		})
	}
}

func TestOrderIsThatOfTheFlags(t *testing.T) {
	d := &desk{session: monitored(), afterLogin: window, afterOrder: []wire.Change{row(1, message.EndedOK)}}
	f := startDesk(t, d)
	f.PasswordFile = filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(f.PasswordFile, []byte("demo-1234\r\nsecond line"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errOut bytes.Buffer
	none := func(string) string { return "" }
	if status := run(t.Context(), f, none, &out, &errOut); status != exitPaid {
		t.Fatalf("exit status %d: %s", status, errOut.String())
	}
	if want := (order.Form{TransactionID: "DEMO-0001", Amount: "4,980", PaymentCount: "1"}); d.form != want {
		t.Errorf("sent %+v, want %+v", d.form, want)
	}
	if last := d.asked[len(d.asked)-1]; last != wire.KindLogout {
		t.Errorf("last request: got %q, want logout", last)
	}
}

func TestSetPassword(t *testing.T) {
	session := monitored()
	session.PasswordMustChange = true
	d := &desk{session: session}
	f := startDesk(t, d)
	f.SetPassword = true
	getenv := func(name string) string {
		return map[string]string{"TSUNAGI_PASSWORD": "demo-1234", "TSUNAGI_NEW_PASSWORD": "demo-5678"}[name]
	}
	var out, errOut bytes.Buffer
	if status := run(t.Context(), f, getenv, &out, &errOut); status != exitPaid {
		t.Fatalf("exit status %d: %s", status, errOut.String())
	}
	if got := fmt.Sprint(d.asked); got != "[login setPassword logout]" {
		t.Errorf("asked %s", got)
	}
}

func TestNoPassword(t *testing.T) {
	var out, errOut bytes.Buffer
	if status := run(t.Context(), flags{}, func(string) string { return "" }, &out, &errOut); status != exitFailed {
		t.Errorf("exit status: got %d, want %d", status, exitFailed)
	}
	if !strings.Contains(errOut.String(), "TSUNAGI_PASSWORD") {
		t.Errorf("got %q, want it to say where a password comes from", errOut.String())
	}
}
