package sipua

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"tsunagi/server/dtmf"
)

// certificate is one for 127.0.0.1 that has signed itself, and the pool that trusts it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true, IsCA: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// telephony.md 1, behaviour 16: UDP, TCP, TLS. A call is made, keyed into, and hung up by either side.
func TestCallByTCPAndTLS(t *testing.T) {
	own, pool := certificate(t)
	secure := func() *TLS {
		return &TLS{Listen: "127.0.0.1:0", Config: &tls.Config{Certificates: []tls.Certificate{own}, RootCAs: pool}}
	}
	for _, transport := range []string{"tcp", "tls"} {
		for _, ends := range []string{"caller", "callee"} {
			t.Run(transport+", the "+ends+" hangs up", func(t *testing.T) {
				ls := make(legs, 1)
				answerer := serve(t, Config{TCP: true, TLS: secure()}, ls)
				dialler := serve(t, Config{TCP: true, TLS: secure()}, nil)
				address := answerer.Addr()
				if transport == "tls" {
					address = answerer.TLSAddr()
				}
				result := goDial(t.Context(), dialler, DialParams{To: "101", Proxy: address.String() + ";transport=" + transport})
				in := ls.next(t)
				if err := in.Answer(); err != nil {
					t.Fatal(err)
				}
				got := <-result
				if got.err != nil {
					t.Fatal(got.err)
				}
				until(t, in, Confirmed)
				for _, l := range []*Leg{in, got.leg} {
					d, err := l.dialogNow()
					if err != nil || transportOf(&d.target) != strings.ToUpper(transport) {
						t.Errorf("peer is at %s, %v", d.target.String(), err)
					}
				}
				got.leg.SendKey(dtmf.Pound, 40*time.Millisecond, 20*time.Millisecond)
				if got := keys(t, in, 1); got != "#" {
					t.Errorf("got %s, want #", got)
				}
				first, second := got.leg, in
				if ends == "callee" {
					first, second = in, got.leg
				}
				first.Bye()
				if ev := until(t, second, Ended); ev.Reason != HungUp {
					t.Errorf("got %s, want %s", ev.Reason, HungUp)
				}
				idle(t, answerer)
				idle(t, dialler)
			})
		}
	}
}

// telephony.md 1, behaviour 16: TLS with the certificate checked.
func TestUntrustedCertificate(t *testing.T) {
	own, pool := certificate(t)
	other, _ := certificate(t)
	answerer := serve(t, Config{TLS: &TLS{Listen: "127.0.0.1:0", Config: &tls.Config{Certificates: []tls.Certificate{other}}}}, answering)
	dialler := serve(t, Config{TLS: &TLS{Listen: "127.0.0.1:0", Config: &tls.Config{Certificates: []tls.Certificate{own}, RootCAs: pool}}}, nil)
	_, err := dialler.Dial(t.Context(), DialParams{To: "101", Proxy: answerer.TLSAddr().String() + ";transport=tls"})
	var unknown x509.UnknownAuthorityError
	if !errors.As(err, &unknown) {
		t.Errorf("got %v, want an unknown authority", err)
	}
}

func TestTransportThatIsNotConfigured(t *testing.T) {
	e := serve(t, Config{}, nil)
	for _, transport := range []string{"tcp", "tls", "sctp", "ws"} {
		if _, err := e.Dial(t.Context(), DialParams{To: "101", Proxy: "127.0.0.1:9;transport=" + transport}); !errors.Is(err, ErrTransport) {
			t.Errorf("%s: got %v, want ErrTransport", transport, err)
		}
	}
	if bad, err := New(Config{Listen: "127.0.0.1:0", TLS: &TLS{Listen: "127.0.0.1:0"}}, newMedia(t), nil); err == nil {
		t.Error("TLS without certificate: got no error")
		_ = bad.Close(t.Context())
	}
}

// telephony.md 1, behaviour 16: a request over 1,300 bytes goes by TCP; by UDP where the peer has none.
func TestLongRequestGoesByTCP(t *testing.T) {
	e := serve(t, Config{TCP: true}, nil)
	w := newCallee(t, e)
	long := strings.Repeat("1", longestUDP)
	tcp, err := net.Listen("tcp", w.addr())
	if err != nil {
		t.Fatal(err)
	}
	result := goDial(t.Context(), e, DialParams{To: "sip:" + long + "@" + w.addr()})
	conn, err := tcp.Accept()
	if err != nil {
		t.Fatal(err)
	}
	invite := readMessage(t, bufio.NewReader(conn)).(*sip.Request)
	if invite.Via().Transport != "TCP" || invite.Recipient.User != long {
		t.Errorf("Via %s", invite.Via().Value())
	}
	res := sip.NewResponseFromRequest(invite, 486, "Busy Here", nil)
	res.To().Params.Add("tag", "callee")
	if _, err := conn.Write([]byte(res.String())); err != nil {
		t.Fatal(err)
	}
	var rejected *Rejected
	if err := (<-result).err; !errors.As(err, &rejected) || rejected.Status != 486 {
		t.Errorf("got %v, want 486", err)
	}
	if err := errors.Join(conn.Close(), tcp.Close()); err != nil {
		t.Fatal(err)
	}

	// The connection may still be known for a moment, so a peer without TCP is another.
	udp := newCallee(t, e)
	result = goDial(t.Context(), e, DialParams{To: "sip:" + long + "@" + udp.addr()})
	second := udp.peerRequest("INVITE")
	if second.Via().Transport != "UDP" {
		t.Errorf("Via %s", second.Via().Value())
	}
	udp.reply(second, 486, "", "")
	udp.peerRequest("ACK")
	<-result

	short := newCallee(t, e)
	result = goDial(t.Context(), e, DialParams{To: short.uri()})
	third := short.peerRequest("INVITE")
	short.reply(third, 486, "", "")
	short.peerRequest("ACK")
	<-result
}

// readMessage reads one message from a stream.
func readMessage(t *testing.T, r *bufio.Reader) sip.Message {
	t.Helper()
	var head bytes.Buffer
	length := 0
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		head.WriteString(line)
		if name, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(name, "Content-Length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				t.Fatal(err)
			}
		}
		if line == "\r\n" {
			break
		}
	}
	if _, err := io.CopyN(&head, r, int64(length)); err != nil {
		t.Fatal(err)
	}
	m, err := sip.ParseMessage(head.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// telephony.md 1, behaviour 15: a stranger's connection is closed before anything is read from it.
func TestStrangersConnectionIsClosed(t *testing.T) {
	own, _ := certificate(t)
	e := serve(t, Config{
		TCP: true, TLS: &TLS{Listen: "127.0.0.1:0", Config: &tls.Config{Certificates: []tls.Certificate{own}}},
		Sources: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
	}, answering)
	for _, address := range []netip.AddrPort{e.Addr(), e.TLSAddr()} {
		conn, err := net.Dial("tcp", address.String())
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		if n, err := conn.Read(make([]byte, 1)); err == nil || errors.Is(err, net.ErrClosed) || n > 0 {
			t.Errorf("%s: got %d bytes, %v, want the end", address, n, err)
		}
		_ = conn.Close()
	}
	if got := e.tcp.open.Load() + e.tls.open.Load(); got != 0 {
		t.Errorf("%d connections kept", got)
	}
}

// telephony.md 1, behaviour 19: what no message is ends its connection and nothing else.
func TestNonsenseOnAStream(t *testing.T) {
	e := serve(t, Config{TCP: true}, answering)
	good, err := net.Dial("tcp", e.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = good.Close() }()
	for _, nonsense := range []string{
		"\x00\xff\xfe junk\r\n\r\n", "INVITE\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: -1\r\n\r\n", "OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 99999999999\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", e.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, nonsense); err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
	}
	local := good.LocalAddr().String()
	request := "OPTIONS sip:ivr@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP " + local + ";branch=z9hG4bKx\r\nMax-Forwards: 70\r\n" +
		"From: <sip:a@b>;tag=1\r\nTo: <sip:ivr@127.0.0.1>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
	if _, err := io.WriteString(good, request); err != nil {
		t.Fatal(err)
	}
	res := readMessage(t, bufio.NewReader(good)).(*sip.Response)
	if contact := header(res, "Contact"); res.StatusCode != 200 || !strings.Contains(contact, "transport=tcp") {
		t.Errorf("got %d with Contact %s", res.StatusCode, contact)
	}
	_ = good.Close()
	comes(t, "an end of all connections", func() bool { return e.tcp.open.Load() == 0 })
}
