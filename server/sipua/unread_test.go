package sipua

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// An unreadable request whose Via asks for what an answer must note, in both notations of
// names, and folded.
const unreadable = "INVITE  sip:u@h SIP/2.0\r\n" +
	"v: SIP/2.0/UDP 192.0.2.9:5070;branch=z9hG4bKa;rport\r\n" +
	"Via: SIP/2.0/UDP proxy.example\r\n" +
	"f: <sip:a@b>;tag=1\r\n" +
	"To: \"A\"\r\n <sip:u@h>\r\n" +
	"i: one\r\n" +
	"CSeq: 7 INVITE\r\n" +
	"Content-Length: 0\r\n\r\n"

// RFC 3261 8.2.6.2: Via, From, To, Call-ID and CSeq are repeated, To gets a tag; 18.2.1 and
// RFC 3581 4: the Via says where the request came from; 8.2.7: the tag is the same each time.
func TestAnswerToAnUnreadableRequest(t *testing.T) {
	source := netip.MustParseAddrPort("127.0.0.1:40001")
	u, ok := decipher([]byte(unreadable))
	if !ok {
		t.Fatal("not answered")
	}
	got := string(u.answer("tsunagi", source))
	tag := regexp.MustCompile(";tag=([0-9a-f]{32})").FindStringSubmatch(got)
	if tag == nil {
		t.Fatalf("no tag in\n%s", got)
	}
	want := "SIP/2.0 400 Malformed request\r\n" +
		"Via: SIP/2.0/UDP 192.0.2.9:5070;branch=z9hG4bKa;rport=40001;received=127.0.0.1\r\n" +
		"Via: SIP/2.0/UDP proxy.example\r\n" +
		"From: <sip:a@b>;tag=1\r\n" +
		"To: \"A\" <sip:u@h>;tag=" + tag[1] + "\r\n" +
		"Call-ID: one\r\n" +
		"CSeq: 7 INVITE\r\n" +
		"Server: tsunagi\r\nContent-Length: 0\r\n\r\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if again := string(u.answer("tsunagi", source)); again != got {
		t.Errorf("another answer the second time\n%s", again)
	}
}

// RFC 3261 18.2.2, RFC 3581 4: without rport the answer goes to the port in Via.
func TestWhereTheAnswerToAnUnreadableRequestGoes(t *testing.T) {
	source := netip.MustParseAddrPort("127.0.0.1:40001")
	for via, want := range map[string]string{
		"SIP/2.0/UDP h:5070;rport":           "127.0.0.1:40001",
		"SIP/2.0/UDP h:5070;RPORT ;branch=x": "127.0.0.1:40001",
		"SIP/2.0/UDP h:5070;branch=z9hG4bK":  "127.0.0.1:5070",
		"SIP / 2.0 / UDP h : 5071":           "127.0.0.1:5071",
		"SIP/2.0/UDP [2001:db8::1]:5072":     "127.0.0.1:5072",
		"SIP/2.0/UDP h":                      "127.0.0.1:5060",
		"SIP/2.0/UDP h, SIP/2.0/UDP i:5073":  "127.0.0.1:5060",
		"SIP/2.0/UDP h:70000":                "127.0.0.1:40001",
		"nonsense":                           "127.0.0.1:40001",
	} {
		u := unread{fields: map[string][]string{"via": {via}}}
		if got := u.destination(source).String(); got != want {
			t.Errorf("Via %s: got %s, want %s", via, got, want)
		}
	}
}

// By TCP and TLS an unreadable request is answered before its connection is closed, also
// behind one that was read; one that is cut off is not.
func TestUnreadableRequestsInAStream(t *testing.T) {
	own, pool := certificate(t)
	e := serve(t, Config{TCP: true, TLS: &TLS{Listen: "127.0.0.1:0", Config: &tls.Config{Certificates: []tls.Certificate{own}}}}, nil)
	options := strings.NewReplacer("INVITE  ", "OPTIONS ", "INVITE", "OPTIONS", "\r\n <", " <").Replace(unreadable)
	for name, row := range map[string]struct {
		text string
		want string // status of what cannot be read; empty is silence
	}{
		"alone":             {unreadable, "400"},
		"behind a good one": {options + unreadable, "400"}, // the good one may be answered too
		"Content-Length":    {strings.Replace(options, "Length: 0", "Length: -9", 1), "400"},
		"none at all":       {strings.Replace(options, "Content-Length: 0\r\n", "", 1), "400"},
		"an ACK":            {strings.ReplaceAll(unreadable, "INVITE", "ACK"), ""},
	} {
		for transport, dial := range map[string]func() (net.Conn, error){
			"TCP": func() (net.Conn, error) { return net.Dial("tcp", e.Addr().String()) },
			"TLS": func() (net.Conn, error) { return tls.Dial("tcp", e.TLSAddr().String(), &tls.Config{RootCAs: pool}) },
		} {
			t.Run(name+" by "+transport, func(t *testing.T) {
				conn, err := dial()
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = conn.Close() }()
				if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
					t.Fatal(err)
				}
				if _, err := io.WriteString(conn, row.text); err != nil {
					t.Fatal(err)
				}
				var got []string
				lines := bufio.NewScanner(conn)
				for lines.Scan() {
					if status, ok := strings.CutPrefix(lines.Text(), "SIP/2.0 "); ok {
						got = append(got, status[:3])
					}
				}
				got = slices.DeleteFunc(got, func(status string) bool { return status == "200" })
				if want := strings.Fields(row.want); !slices.Equal(got, want) {
					t.Errorf("got %q, want %q", got, want)
				}
			})
		}
	}
}

// What is answered from bytes alone is a request and no ACK, and the answer has the lines
// that it must have, of which none is another's but the peer's own.
func FuzzUnreadable(f *testing.F) {
	f.Add([]byte(unreadable))
	for _, row := range torture {
		f.Add([]byte(strings.ReplaceAll(tortureText(f, row.name), "\n", "\r\n")))
	}
	for _, row := range oddities {
		f.Add([]byte(strings.ReplaceAll(row.message, "\n", "\r\n")))
	}
	source := netip.MustParseAddrPort("127.0.0.1:40001")
	lines := regexp.MustCompile(`^SIP/2\.0 (400|416|505) [A-Za-z ]+\r\n(Via: [^\r\n]*\r\n)+From: [^\r\n]+\r\nTo: [^\r\n]+\r\nCall-ID: [^\r\n]+\r\nCSeq: [^\r\n]+\r\nServer: x\r\nContent-Length: 0\r\n\r\n$`)
	f.Fuzz(func(t *testing.T, data []byte) {
		u, ok := decipher(data)
		if !ok {
			return
		}
		start := strings.ToUpper(strings.TrimLeft(string(data), "\r\n"))
		if strings.HasPrefix(start, "SIP/") || strings.HasPrefix(start, "ACK ") {
			t.Fatalf("a response or an ACK is answered")
		}
		answer := string(u.answer("x", source))
		if !lines.MatchString(answer) {
			t.Errorf("got %q", answer)
		}
		if again := string(u.answer("x", source)); again != answer {
			t.Errorf("got %q and then %q", answer, again)
		}
		if to := u.destination(source); to.Addr() != source.Addr() || to.Port() == 0 {
			t.Errorf("the answer goes to %s", to)
		}
		// A source that is not who he says gets no more than was sent in his name, but for
		// the lines that are ours; compact names become long ones.
		if most := len(data) + 200 + 4*len(u.fields["via"]); len(answer) > most {
			t.Errorf("%d bytes are answered with %d", len(data), len(answer))
		}
	})
}
