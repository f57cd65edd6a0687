package e2e

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"tsunagi/server/e2e/site"
	"tsunagi/server/phone"
	"tsunagi/shared/wire"
)

// inviteOnce sends one INVITE and returns the final response.
func inviteOnce(t *testing.T, server, number string) string {
	t.Helper()
	conn, err := net.Dial("udp", server)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(site.Patience)); err != nil {
		t.Fatal(err)
	}
	local := conn.LocalAddr()
	sdp := "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
	if _, err := fmt.Fprintf(conn, "INVITE sip:%s@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKoverload;rport\r\nMax-Forwards: 70\r\n"+
		"From: <sip:customer@%s>;tag=1\r\nTo: <sip:%s@%s>\r\nCall-ID: overload-%s\r\nCSeq: 1 INVITE\r\nContact: <sip:customer@%s>\r\n"+
		"Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s",
		number, server, local, local, number, server, local, local, len(sdp), sdp); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 4096)
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			t.Fatalf("no final response: %v", err)
		}
		if answer := string(buffer[:n]); !strings.HasPrefix(answer, "SIP/2.0 1") {
			return answer
		}
	}
}

// telephony.md 1, behaviour 18: above capacity 503 with Retry-After at once, calls in
// progress keep their pace, normal again as soon as there is room.
func TestBehaviour18Overload(t *testing.T) {
	t.Parallel()
	s := site.New(t, site.Settings{"max_calls": "1"})
	const second = "05030001025"
	s.AddOperator("ito", second)
	o := site.FirstLogin(t, s)
	inProgress := ring(t, s, phone.Script{HangUpAt: "greeting"})
	window := o.Call(wire.StateSendWindow)

	refused := inviteOnce(t, s.SIP, second)
	if !strings.HasPrefix(refused, "SIP/2.0 503 ") || !strings.Contains(refused, "\r\nRetry-After: ") {
		t.Errorf("above capacity:\n%s\nwant 503 with Retry-After", refused)
	}
	o.Send(window, form("T-18"))
	if call := inProgress.end(); call.Outcome != phone.HungUp {
		t.Errorf("the call in progress: %s, %s", call.Outcome, call.Why)
	}
	o.CallIs(window.ID, wire.StateEnded)
	next := ring(t, s, phone.Script{HangUpAt: phone.AtAnswer})
	if call := next.end(); call.Outcome != phone.HungUp {
		t.Errorf("the next call: %s %d, %s", call.Outcome, call.Status, call.Why)
	}
}
