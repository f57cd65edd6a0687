package sipua

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"tsunagi/server/dtmf"
	"tsunagi/server/sdp"
)

// telephony.md 1, behaviour 16: TLS and SRTP alone, as security.md T6 has new
// installations. Nothing is bound for UDP, and every request goes by TLS although no URI
// says so.
func TestTLSAlone(t *testing.T) {
	ls := make(legs, 1)
	own, pool := certificate(t)
	cfg := Config{
		TLS:        &TLS{Listen: "127.0.0.1:0", Config: &tls.Config{Certificates: []tls.Certificate{own}, RootCAs: pool}},
		Encryption: sdp.EncryptionRequired,
	}
	answerer, dialler := serveAsIs(t, cfg, ls), serveAsIs(t, cfg, nil)
	if answerer.Addr() != answerer.TLSAddr() {
		t.Errorf("plain address %s", answerer.Addr())
	}
	plain, err := net.ListenPacket("udp", answerer.Addr().String())
	if err != nil {
		t.Fatalf("the UDP port is taken: %v", err)
	}
	defer func() { _ = plain.Close() }()

	result := goDial(t.Context(), dialler, DialParams{To: "101", Proxy: answerer.Addr().String()})
	in := ls.next(t)
	if err := in.Answer(); err != nil {
		t.Fatal(err)
	}
	got := <-result
	if got.err != nil {
		t.Fatal(got.err)
	}
	until(t, in, Confirmed)
	got.leg.SendKey(dtmf.Star, 40*time.Millisecond, 20*time.Millisecond)
	if got := keys(t, in, 1); got != "*" {
		t.Errorf("got %s, want *", got)
	}
	in.Bye()
	until(t, got.leg, Ended)
	idle(t, answerer)
	idle(t, dialler)

	for _, transport := range []string{"udp", "tcp"} {
		if _, err := dialler.Dial(t.Context(), DialParams{To: "101", Proxy: "127.0.0.1:9;transport=" + transport}); !errors.Is(err, ErrTransport) {
			t.Errorf("%s: got %v, want ErrTransport", transport, err)
		}
	}
}

// telephony.md 1, behaviour 16: a peer cannot talk us out of TLS. One that names a plain
// transport in its Contact gets neither an ACK nor a BYE by it.
func TestContactThatNamesAPlainTransport(t *testing.T) {
	own, pool := certificate(t)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{own}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	plain, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = plain.Close() }()
	e := serveAsIs(t, Config{TLS: &TLS{Listen: "127.0.0.1:0", Config: &tls.Config{Certificates: []tls.Certificate{own}, RootCAs: pool}}}, nil)
	result := goDial(t.Context(), e, DialParams{To: "101", Proxy: listener.Addr().String()})
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	invite := readMessage(t, bufio.NewReader(conn)).(*sip.Request)
	res := sip.NewResponseFromRequest(invite, 200, "OK", []byte(strings.ReplaceAll(offer, "\n", "\r\n")))
	res.To().Params.Add("tag", "callee")
	res.AppendHeader(sip.NewHeader("Contact", fmt.Sprintf("<sip:pbx@%s;transport=udp>", plain.LocalAddr())))
	res.AppendHeader(sip.NewHeader("Content-Type", contentSDP))
	if _, err := conn.Write([]byte(res.String())); err != nil {
		t.Fatal(err)
	}
	if got := <-result; got.err == nil {
		got.leg.Bye()
		until(t, got.leg, Ended)
	}
	if err := plain.SetReadDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, _, err := plain.ReadFrom(make([]byte, 1500)); err == nil {
		t.Errorf("%d bytes came by UDP", n)
	}
}

// telephony.md 1, behaviour 16: within a dialog we use the connection that the peer has
// opened. Its Contact is an address that its certificate does not bear, or that nobody
// but its own network reaches: a connection of our own would end in the handshake, and
// the BYE with it. Once the peer has closed its connection we go to the Contact.
func TestRequestsTakeThePeersConnection(t *testing.T) {
	own, pool := certificate(t)
	ls := make(legs, 1)
	e := serveAsIs(t, Config{TLS: &TLS{Listen: "127.0.0.1:0", Config: &tls.Config{Certificates: []tls.Certificate{own}, RootCAs: pool}}}, ls)
	other, _ := certificate(t) // that we do not trust
	for _, row := range []struct {
		name   string
		shown  tls.Certificate // at the Contact
		closes bool
	}{{"still open", other, false}, {"closed", own, true}} {
		t.Run(row.name, func(t *testing.T) {
			contact, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{row.shown}})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = contact.Close() }()
			conn, err := tls.Dial("tcp", e.Addr().String(), &tls.Config{RootCAs: pool})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			from := bufio.NewReader(conn)
			send := func(method, to, body string) {
				t.Helper()
				request := method + " sip:05012345678@" + e.Addr().String() + " SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:1;branch=z9hG4bK" + method + row.name[:2] +
					"\r\nMax-Forwards: 70\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:05012345678@b>" + to + "\r\nCall-ID: " + row.name[:2] + "\r\nCSeq: 1 " + method +
					"\r\nContact: <sip:pbx@" + contact.Addr().String() + ";transport=tls>\r\nContent-Type: application/sdp\r\nContent-Length: " +
					strconv.Itoa(len(body)) + "\r\n\r\n" + body
				if _, err := conn.Write([]byte(request)); err != nil {
					t.Fatal(err)
				}
			}
			send("INVITE", "", strings.ReplaceAll(offer, "\n", "\r\n"))
			leg := ls.next(t)
			if err := leg.Answer(); err != nil {
				t.Fatal(err)
			}
			var res *sip.Response
			for res == nil || res.StatusCode < 200 {
				res = readMessage(t, from).(*sip.Response)
			}
			tag, _ := res.To().Params.Get("tag")
			send("ACK", ";tag="+tag, "")
			until(t, leg, Confirmed)
			if row.closes {
				_ = conn.Close()
				comes(t, "the end of the connection", func() bool { return e.tls.open.Load() == 0 })
			}
			go leg.Bye() // it waits for the handshake
			if row.closes {
				accepted, err := contact.Accept()
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = accepted.Close() }()
				from = bufio.NewReader(accepted)
			}
			if bye := readMessage(t, from).(*sip.Request); bye.Method != sip.BYE {
				t.Errorf("got %s, want BYE", bye.Method)
			}
		})
	}
}

func TestSocketsAreNeeded(t *testing.T) {
	own, _ := certificate(t)
	secure := &TLS{Listen: "127.0.0.1:0", Config: &tls.Config{Certificates: []tls.Certificate{own}}}
	for name, cfg := range map[string]Config{
		"none":              {},
		"TCP without plain": {TCP: true, TLS: secure},
		"short sessions":    {TLS: secure, SessionInterval: time.Minute},
	} {
		if e, err := New(cfg, newMedia(t), nil); err == nil {
			t.Errorf("%s: got no error", name)
			_ = e.Close(t.Context())
		}
	}
}
