package sipua

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A torment is a message that hardly anybody sends, and what answers it.
type torment struct {
	name   string
	status int    // of the answer; 0 is silence
	why    string // where the answer is another than RFC 4475 advises
}

// Reasons for another answer than RFC 4475 advises.
const (
	liberal    = "a message that can be understood without doubt is taken as it is meant, which RFC 4475 leaves open"
	noRegistry = "we are no registrar: REGISTER is not allowed, whatever it holds"
)

// torture are the 49 messages of RFC 4475 in its order, from testdata/torture, where
// {sender} is the address of who sends it, and with it the transport is UDP. An INVITE
// that is answered 404 has been taken as a call to a number that is none of ours.
var torture = []torment{
	// 3.1.1, valid
	{"wsinv", 481, ""}, // To has a tag, of a dialog that is none of ours
	{"intmeth", 405, ""},
	{"esc01", 404, ""},
	{"escnull", 405, ""},
	{"esc02", 405, ""}, // RE%47IST%45R is another method than REGISTER
	{"lwsdisp", 200, ""},
	{"longreq", 404, ""},
	{"dblreq", 405, ""}, // the octets behind the REGISTER are no INVITE
	{"semiuri", 200, ""},
	{"transports", 200, ""},
	{"mpart01", 405, ""},
	{"unreason", 0, ""},
	{"noreason", 0, ""},
	// 3.1.2, invalid
	{"badinv01", 400, ""},
	{"clerr", 400, ""},
	{"ncl", 400, ""},
	{"scalar02", 400, ""},
	{"scalarlg", 0, ""},
	{"quotbal", 400, ""},
	{"ltgtruri", 400, ""},
	{"lwsruri", 400, ""},
	{"lwsstart", 400, ""},
	{"trws", 400, ""},
	{"escruri", 404, liberal},
	{"baddate", 404, ""},
	{"regbadct", 405, noRegistry},
	{"badaspec", 400, ""},
	{"baddn", 200, liberal},
	{"badvers", 505, ""},
	{"mismatch01", 400, ""},
	{"mismatch02", 400, ""},
	{"bigcode", 0, ""},
	// 3.2, transaction layer
	{"badbranch", 200, ""},
	// 3.3, application layer
	{"insuf", 400, ""},
	{"unkscm", 416, ""},
	{"novelsc", 416, ""},
	{"unksm2", 405, noRegistry},
	{"bext01", 420, ""},
	{"invut", 415, ""},
	{"regaut01", 405, noRegistry},
	{"multi01", 400, ""},
	{"mcl01", 400, ""},
	{"bcast", 0, ""},
	{"zeromf", 200, ""},
	{"cparam01", 405, noRegistry},
	{"cparam02", 405, noRegistry},
	{"regescrt", 405, noRegistry},
	{"sdp01", 404, "who sends an INVITE understands session descriptions (RFC 3261 13.2.1), so that Accept need not say so"},
	// 3.4, RFC 2543
	{"inv2543", 400, "its From has no tag and it has no Contact: no PBX of today omits them, and without them no BYE of ours would find its dialog"},
}

// answered wants a final response of a status, with a tag in To if it has one. It reads no
// more of it: an answer repeats header fields that no parser takes.
func (w *wire) answered(status int) string {
	w.t.Helper()
	if err := w.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		w.t.Fatal(err)
	}
	for buf := make([]byte, 65536); ; {
		n, err := w.conn.Read(buf)
		if err != nil {
			w.t.Fatalf("no response, want %d: %v", status, err)
		}
		text := string(buf[:n])
		switch {
		case strings.HasPrefix(text, "SIP/2.0 100 "):
			continue
		case !strings.HasPrefix(text, fmt.Sprintf("SIP/2.0 %d ", status)):
			w.t.Fatalf("got %s, want %d", text, status)
		case strings.Contains(text, "\nTo: ") && !strings.Contains(text, "tag="):
			w.t.Errorf("no tag in To: %s", text)
		}
		return text
	}
}

// oddities are more of the kind.
var oddities = map[string]struct {
	status  int // of the answer; 0 is silence
	message string
}{
	"a BYE without To": {400, `BYE sip:u@h SIP/2.0
Via: SIP/2.0/UDP {sender};branch=z9hG4bKnoto
From: <sip:a@b>;tag=1
Call-ID: noto
CSeq: 1 BYE

`},
	"no header at all": {400, "INVITE sip:u@h SIP/2.0\n\n"},
	"an ACK that nobody can read": {0, `ACK  sip:u@h SIP/2.0
Via: SIP/2.0/UDP {sender};branch=z9hG4bKack
From: <sip:a@b>;tag=1
To: <sip:u@h>
Call-ID: ack
CSeq: 1 ACK

`},
	"a response that nobody can read": {0, `SIP/2.0 abc OK
Via: SIP/2.0/UDP {sender};branch=z9hG4bKres
From: <sip:a@b>;tag=1
To: <sip:u@h>
Call-ID: res
CSeq: 1 INVITE

`},
	"another version in an unreadable line": {505, `OPTIONS  sip:u@h SIP/9.1
Via: SIP/2.0/UDP {sender};branch=z9hG4bKversion
From: <sip:a@b>;tag=1
To: <sip:u@h>
Call-ID: version
CSeq: 1 OPTIONS

`},
	"unreadable and without Call-ID": {0, `OPTIONS  sip:u@h SIP/2.0
Via: SIP/2.0/UDP {sender};branch=z9hG4bKnocallid
From: <sip:a@b>;tag=1
To: <sip:u@h>
CSeq: 1 OPTIONS

`},
	"keep-alive": {0, "\n\n"},
	"not SIP":    {0, "GET / HTTP/1.1\nHost: h\n\n"},
}

// tortureText reads a message of RFC 4475.
func tortureText(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "torture", name+".sip"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// telephony.md 1, behaviour 19: torture messages get a correct refusal or silence, and calls in
// progress are undisturbed.
func TestTortureMessages(t *testing.T) {
	ls := make(legs, 8)
	e := serve(t, Config{}, ls)
	inCall := dialWire(t, e)
	inCall.callTo(t, ls)
	suffer := func(name, text string, status int, why string) {
		t.Run(name, func(t *testing.T) {
			if why != "" {
				t.Log(why)
			}
			w := dialWire(t, e)
			w.write(strings.ReplaceAll(text, "{sender}", w.addr()))
			if status != 0 {
				w.answered(status)
				return
			}
			// What answers the next request has read the message before.
			w.send("OPTIONS", nil, "")
			if res := w.response(200); res.CallID().Value() != w.callID {
				t.Errorf("got %s, want silence", res.StartLine())
			}
		})
		inCall.send("INFO", nil, "")
		inCall.response(200)
	}
	for _, row := range torture {
		suffer(row.name, tortureText(t, row.name), row.status, row.why)
	}
	for name, row := range oddities {
		suffer(name, row.message, row.status, "")
	}
	select {
	case l := <-ls:
		t.Errorf("a call to %s has come of it", l.Number())
	default:
	}
	inCall.send("BYE", nil, "")
	inCall.response(200)
}

// Whatever a datagram holds, the endpoint answers the next request.
//
// telephony.md 1, behaviour 19: random bytes do not end the endpoint.
func FuzzDatagrams(f *testing.F) {
	for _, row := range torture {
		f.Add([]byte(strings.ReplaceAll(tortureText(f, row.name), "\n", "\r\n")))
	}
	for _, row := range oddities {
		f.Add([]byte(strings.ReplaceAll(row.message, "\n", "\r\n")))
	}
	f.Add([]byte("\x00\x01\xff"))
	e, err := New(Config{Listen: "127.0.0.1:0"}, nil, frontFunc(func(Invite) (Handler, *Refusal) {
		return func(l *Leg) { _ = l.Refuse(486) }, nil
	}))
	if err != nil {
		f.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- e.Serve(context.Background()) }()
	f.Cleanup(func() {
		gone, cancel := context.WithCancel(context.Background())
		cancel()
		if err := errors.Join(e.Close(gone), <-served); err != nil {
			f.Error(err)
		}
	})
	f.Fuzz(func(t *testing.T, data []byte) {
		conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(e.Addr()))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		if len(data) > 60000 {
			return
		}
		_, _ = conn.Write(data)
		w := &wire{t: t, conn: conn, callID: "fuzz-" + newTag()}
		w.send("OPTIONS", nil, "")
		if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		for answer := make([]byte, 65536); ; {
			// sipgo answers some of data itself, with what cannot be parsed again.
			n, err := conn.Read(answer)
			if err != nil {
				t.Fatalf("the endpoint does not answer any more: %v", err)
			}
			if bytes.HasPrefix(answer[:n], []byte("SIP/2.0 200")) && bytes.Contains(answer[:n], []byte(w.callID)) {
				return
			}
		}
	})
}
