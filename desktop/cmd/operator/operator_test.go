package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tsunagi/desktop/server/servertest"
	"tsunagi/shared/message"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

func startDesk(t *testing.T, d *servertest.Desk) flags {
	t.Helper()
	d.Start(t)
	return flags{
		Server: d.Address, Trust: d.Fingerprint,
		Merchant: "demo", User: "sato", Timeout: 10 * time.Second,
		Transaction: "DEMO-0001", Amount: "4,980", PaymentCount: "1",
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
	unenrolled := monitored()
	unenrolled.OneTimeCodeMustEnrol = true
	tests := []struct {
		name     string
		desk     *servertest.Desk
		flags    func(*flags)
		password string
		status   int
		lastLine string // of the standard output
		errors   string // part of the standard error
	}{
		{
			name: "paid",
			desk: &servertest.Desk{Session: monitored(), AfterLogin: window, AfterOrder: []wire.Change{
				callIn(wire.StateHandover, wire.OutcomeNone), row(1, message.TransferTop),
				row(2, message.AuthorizedOK), row(3, message.EndedOK),
			}},
			status: exitPaid, lastLine: "【決済OK】IVRとの通話が終了しました。",
		},
		{
			name:   "paid, though the transfer failed",
			desk:   &servertest.Desk{Session: monitored(), AfterLogin: window, AfterOrder: []wire.Change{row(1, message.TransferFailedOK)}},
			status: exitPaid, lastLine: "【決済OK】転送に失敗しました。",
		},
		{
			name:   "not paid",
			desk:   &servertest.Desk{Session: monitored(), AfterLogin: window, AfterOrder: []wire.Change{row(1, message.AuthorizedNG), row(2, message.EndedNG)}},
			status: exitNotPaid, lastLine: "【決済NG】IVRとの通話が終了しました。",
		},
		{
			name: "merchant without rows",
			desk: &servertest.Desk{Session: unmonitored, AfterLogin: window, AfterOrder: []wire.Change{
				callIn(wire.StateResult, wire.OutcomeOK), callIn(wire.StateEnded, wire.OutcomeOK),
			}},
			status: exitPaid, lastLine: "【決済OK】IVRとの通話が終了しました。",
		},
		{
			name: "interrupted",
			desk: &servertest.Desk{Session: monitored(), AfterLogin: window, AfterOrder: []wire.Change{
				{Notice: &wire.Notice{MessageID: "F301", Message: message.F301.Text(), CallID: "c-1"}},
			}},
			status: exitFailed, errors: "決済処理が中断されました。",
		},
		{
			name: "order refused by the server",
			desk: &servertest.Desk{Session: monitored(), AfterLogin: window, Refusal: &wire.Error{Code: wire.CodeOrderRefused,
				Refusals: []order.Refusal{{Field: order.FieldTransactionID, Message: order.AlreadyPaid}}}},
			status: exitFailed, errors: "transactionId: この取引IDは決済済みです。",
		},
		{
			name: "window closed meanwhile",
			desk: &servertest.Desk{Session: monitored(), AfterLogin: window,
				Refusal: &wire.Error{Code: wire.CodeNoWindow, MessageID: "F303", Message: message.F303.Text()}},
			status: exitFailed, errors: "送信が失敗しました。",
		},
		{
			name:   "order against the rules",
			desk:   &servertest.Desk{Session: monitored(), AfterLogin: window},
			flags:  func(f *flags) { f.Amount = "0" },
			status: exitFailed, errors: "amount: 決済金額は1円から99,999,999円までです。",
		},
		{
			name:   "no call",
			desk:   &servertest.Desk{Session: monitored()},
			flags:  func(f *flags) { f.Timeout = 300 * time.Millisecond },
			status: exitFailed, errors: "nothing more happened within 300ms",
		},
		{
			name:   "logged out by a supervisor",
			desk:   &servertest.Desk{Session: monitored(), AfterLogin: window, Farewell: true},
			status: exitFailed, errors: "管理者により強制ログアウトされました。",
		},
		{
			name:   "wrong certificate",
			desk:   &servertest.Desk{Session: monitored()},
			flags:  func(f *flags) { f.Trust = strings.Repeat("0", 64) },
			status: exitFailed, errors: "the server's certificate has the fingerprint",
		},
		{
			name:     "wrong password",
			desk:     &servertest.Desk{Session: monitored()},
			password: "wrong", status: exitFailed, errors: "認証に失敗しました。",
		},
		{
			name:  "one-time code",
			desk:  &servertest.Desk{Session: monitored(), Code: "123456", AfterLogin: window, AfterOrder: []wire.Change{row(1, message.EndedOK)}},
			flags: func(f *flags) { f.OneTimeCode = "123456" }, status: exitPaid, lastLine: "【決済OK】IVRとの通話が終了しました。",
		},
		{
			name:   "one-time code missing",
			desk:   &servertest.Desk{Session: monitored(), Code: "123456"},
			status: exitFailed, errors: message.OneTimeCodeRequired + ": name it with --one-time-code, or set TSUNAGI_ONE_TIME_CODE",
		},
		{
			name:  "one-time code wrong",
			desk:  &servertest.Desk{Session: monitored(), Code: "123456"},
			flags: func(f *flags) { f.OneTimeCode = "654321" }, status: exitFailed, errors: message.OneTimeCodeWrong,
		},
		{
			name: "no authenticator yet",
			desk: &servertest.Desk{Session: unenrolled}, status: exitFailed, errors: "an authenticator must be enrolled",
		},
		{
			name: "first password missing",
			desk: &servertest.Desk{Session: first}, status: exitFailed, errors: "--set-password",
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
	d := &servertest.Desk{Session: monitored(), AfterLogin: window, AfterOrder: []wire.Change{row(1, message.EndedOK)}}
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
	if want := (order.Form{TransactionID: "DEMO-0001", Amount: "4,980", PaymentCount: "1"}); d.Form() != want {
		t.Errorf("sent %+v, want %+v", d.Form(), want)
	}
	if last := d.Asked()[len(d.Asked())-1]; last != wire.KindLogout {
		t.Errorf("last request: got %q, want logout", last)
	}
}

func TestSetPassword(t *testing.T) {
	session := monitored()
	session.PasswordMustChange = true
	d := &servertest.Desk{Session: session}
	f := startDesk(t, d)
	f.SetPassword = true
	getenv := func(name string) string {
		return map[string]string{"TSUNAGI_PASSWORD": "demo-1234", "TSUNAGI_NEW_PASSWORD": "demo-5678"}[name]
	}
	var out, errOut bytes.Buffer
	if status := run(t.Context(), f, getenv, &out, &errOut); status != exitPaid {
		t.Fatalf("exit status %d: %s", status, errOut.String())
	}
	if got := fmt.Sprint(d.Asked()); got != "[login setPassword logout]" {
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
