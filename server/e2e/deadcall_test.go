package e2e

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"tsunagi/server/e2e/site"
	"tsunagi/shared/wire"
)

// telephony.md 1, behaviour 14: media time-out ends a dead call. A telephone calls,
// acknowledges, and is never heard of again, as when its cable is pulled: the server hangs
// up by itself and gives the operator's line free.
func TestADeadCallIsHungUp(t *testing.T) {
	t.Parallel()
	s := site.New(t, site.Settings{"media_timeout": "'2s'"})
	o := site.FirstLogin(t, s)
	conn, err := net.Dial("udp", s.SIP)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	rtp, err := net.ListenPacket("udp", "127.0.0.1:0") // whoever sends there hears nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rtp.Close() })
	body := fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n",
		rtp.LocalAddr().(*net.UDPAddr).Port)
	send := func(method, to, body string) {
		t.Helper()
		head := []string{
			method + " sip:" + site.Number + "@" + s.SIP + " SIP/2.0",
			"Via: SIP/2.0/UDP " + conn.LocalAddr().String() + ";branch=z9hG4bKdead" + method,
			"Max-Forwards: 70", "From: <sip:09011112222@127.0.0.1>;tag=dead", "To: " + to,
			"Call-ID: dead-call", "CSeq: 1 " + method, "Contact: <sip:dead@" + conn.LocalAddr().String() + ">",
		}
		if body != "" {
			head = append(head, "Content-Type: application/sdp", fmt.Sprintf("Content-Length: %d", len(body)))
		}
		if _, err := conn.Write([]byte(strings.Join(head, "\r\n") + "\r\n\r\n" + body)); err != nil {
			t.Fatal(err)
		}
	}
	// next waits for a message that begins so.
	next := func(begin string) string {
		t.Helper()
		if err := conn.SetReadDeadline(time.Now().Add(site.Patience)); err != nil {
			t.Fatal(err)
		}
		for buffer := make([]byte, 4096); ; {
			n, err := conn.Read(buffer)
			if err != nil {
				t.Fatalf("wait for %q: %v", begin, err)
			}
			if text := string(buffer[:n]); strings.HasPrefix(text, begin) {
				return text
			}
		}
	}
	send("INVITE", "<sip:"+site.Number+"@127.0.0.1>", body)
	answer := next("SIP/2.0 200")
	_, to, _ := strings.Cut(answer, "\r\nTo: ")
	to, _, _ = strings.Cut(to, "\r\n")
	send("ACK", to, "")
	o.Call(wire.StateSendWindow)
	next("BYE ")
	o.Notice("F301") // the call has ended before the customer was there
	if _, page := s.Page("/metrics"); figure(t, page, "tsunagi_calls_live") != 0 {
		t.Error("the call lives on")
	}
}
