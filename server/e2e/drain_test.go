package e2e

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"tsunagi/server/e2e/registrar"
	"tsunagi/server/e2e/site"
	"tsunagi/server/phone"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// telephony.md 1, behaviour 20, with the real program: told to stop in mid-call it
// withdraws its registration, refuses the next call with 503 and Retry-After, brings the
// call in progress to its payment, and only then ends.
func TestDrain(t *testing.T) {
	t.Parallel()
	pbx, err := registrar.Start(registrar.Options{Users: map[string]string{"ivr": "correct horse"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pbx.Close)
	s := site.Prepare(t, "127.0.0.1:0", nil)
	password := filepath.Join(s.Dir, "pbx-password")
	if err := os.WriteFile(password, []byte("correct horse\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Append("[[sip.accounts]]\nregistrar = '" + pbx.Address() + "'\ntransport = 'udp'\nuser = 'ivr'\npassword_file = 'pbx-password'\n")
	s.Start()
	bound(t, pbx, "ivr", 1)
	o := site.FirstLogin(t, s)
	c := ring(t, s, phone.Script{Cards: []phone.Card{card(t, visa, "1230", "123")}})
	call := o.Call(wire.StateSendWindow)
	o.Send(call, form("T-1"))
	o.CallIs(call.ID, wire.StateCardNumber)

	s.Drain()
	bound(t, pbx, "ivr", 0)
	if res := invite(t, s.SIP); !strings.HasPrefix(res, "SIP/2.0 503 ") || !strings.Contains(res, "\r\nRetry-After: ") {
		t.Errorf("a call while the server drains: got %s", res)
	}
	o.Row(string(message.EndedOK))
	if call := c.end(); call.Outcome != phone.Paid {
		t.Errorf("the call in progress: %s, %s", call.Outcome, call.Why)
	}
	s.Stop()
	if log := s.Log.Tail(); strings.Contains(log, "correct horse") {
		t.Error("the log tells the password")
	}
}

// bound waits until a user has so many bindings.
func bound(t *testing.T, pbx *registrar.Registrar, user string, want int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), site.Patience)
	defer cancel()
	for {
		changed := pbx.Changed()
		if len(pbx.Bindings(user)) == want {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("%d bindings, want %d: %q", len(pbx.Bindings(user)), want, pbx.Seen())
		}
	}
}

// invite sends an INVITE by hand and returns the final response.
func invite(t *testing.T, server string) string {
	t.Helper()
	conn, err := net.Dial("udp", server)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	local := conn.LocalAddr().String()
	body := "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n"
	request := strings.Join([]string{
		"INVITE sip:" + site.Number + "@" + server + " SIP/2.0", "Via: SIP/2.0/UDP " + local + ";branch=z9hG4bKdrain", "Max-Forwards: 70",
		"From: <sip:101@pbx.invalid>;tag=a", "To: <sip:" + site.Number + "@" + server + ">", "Call-ID: drain", "CSeq: 1 INVITE",
		"Contact: <sip:" + local + ">", "Content-Type: application/sdp", "Content-Length: " + strconv.Itoa(len(body)), "", body,
	}, "\r\n")
	if err := conn.SetDeadline(time.Now().Add(site.Patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte(request)); err != nil {
		t.Fatal(err)
	}
	for datagram := make([]byte, 65536); ; {
		n, err := conn.Read(datagram)
		if err != nil {
			t.Fatal(err)
		}
		if res := string(datagram[:n]); !strings.HasPrefix(res, "SIP/2.0 1") {
			return res
		}
	}
}
