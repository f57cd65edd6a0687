package sipua

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

// torture are odd messages after RFC 4475, by the names used there, with the status
// that answers them; 0 is silence, -1 either. %s is the sender's address.
var torture = []struct {
	name    string
	status  int
	message string
}{
	{"wsinv: a short tortuous INVITE, in no dialog", 481, `INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
TO :
 sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
from   : "J Rosenberg \\\""       <sip:jdrosen@example.com>
  ;
  tag = 98asjd8
MaX-fOrWaRdS: 0068
Call-ID: wsinv.ndaksdj@192.0.2.1
Content-Length   : 0
cseq: 0009
  INVITE
Via  : SIP  /   2.0
 /UDP
    %s;branch=z9hG4bK390skdjuw
s :
NewFangledHeader:   newfangled value
 continued newfangled value
UnknownHeaderWithUnusualValue: ;;,,;;,;
Route:
 <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
m:"Quoted string \"\"" <sip:jdrosen@example.com> ; newparam =
      newvalue ;
  secondparam ; q = 0.33

`},
	{"intmeth: wide range of characters", 405, `!interesting-Method0123456789_*+` + "`" + `.%%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0
Via: SIP/2.0/UDP %s;branch=z9hG4bK-.!%%66*_+` + "`" + `'~
To: "BEL:\ NUL:\  DEL:\ " <sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com>
From: token1~` + "`" + ` token2'+_ token3*%%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%%="work";tag=_token~1'+` + "`" + `*%%!-.
Call-ID: intmeth.word%%ZK-!.*_+'@word` + "`" + `~)(><:\/"][?}{
CSeq: 139122385 !interesting-Method0123456789_*+` + "`" + `.%%indeed'~
Max-Forwards: 255
extensionHeader-!.%%*+_` + "`" + `'~: value
Content-Length: 0

`},
	{"esc02: escaped in method names", -1, `RE%%47IST%%45R sip:registrar.example.com SIP/2.0
Via: SIP/2.0/UDP %s;branch=z9hG4bK209%%fzsnel234
From: "resource" <sip:resource@example.com>;tag=f232jadfj23
To: "%%Z%%45" <sip:resource@example.com>
Call-ID: esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf
CSeq: 29344 RE%%47IST%%45R
Max-Forwards: 70
Contact: <sip:alias1@host1.example.com>
Content-Length: 0

`},
	{"badinv01: extraneous header field separators", -1, `INVITE sip:user@example.com SIP/2.0
To: sip:j.user@example.com
From: sip:caller@example.net;tag=134161461246
Max-Forwards: 7
Call-ID: badinv01.0ha0isndaksdjasdf3234nas
CSeq: 8 INVITE
Via: SIP/2.0/UDP %s;;,;,,
Contact: "Joe" <sip:joe@example.org>;;;;
Content-Length: 0

`},
	{"clerr: Content-Length larger than message", 0, `INVITE sip:user@example.com SIP/2.0
Max-Forwards: 80
To: sip:j.user@example.com
From: sip:caller@example.net;tag=93942939o2
Contact: <sip:caller@hungry.example.net>
Call-ID: clerr.0ha0isndaksdjweiafasdk3
CSeq: 8 INVITE
Via: SIP/2.0/UDP %s;branch=z9hG4bK-39234-23523
Content-Type: application/sdp
Content-Length: 9999

v=0
`},
	{"ncl: negative Content-Length", 0, `INVITE sip:user@example.com SIP/2.0
Max-Forwards: 254
To: sip:j.user@example.com
From: sip:caller@example.net;tag=32394234
Call-ID: ncl.0ha0isndaksdj2193423r542w35
CSeq: 0 INVITE
Via: SIP/2.0/UDP %s;branch=z9hG4bKkdjuw
Contact: <sip:caller@example53.example.net>
Content-Length: -999

`},
	{"scalar02: overlarge scalar values", -1, `REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/UDP %s;branch=z9hG4bKzzxdiwo34sw;received=192.0.2.129
To: <sip:user@example.com>
From: <sip:user@example.com>;tag=2easdjfejw
CSeq: 9292394834772304023312 REGISTER
Call-ID: scalar02.23o0pd9vanlq3wnrlnewofjas9ui32
Max-Forwards: 300
Expires: 10000000000000000000000000000000000000000
Contact: <sip:user@host129.example.com>
Content-Length: 0

`},
	{"badvers: unknown protocol version", 505, `OPTIONS sip:t.watson@example.org SIP/7.0
Via: SIP/7.0/UDP %s;branch=z9hG4bKkdjuw
Max-Forwards: 70
From: A. Bell <sip:a.g.bell@example.com>;tag=qweoiqpe
To: T. Watson <sip:t.watson@example.org>
Call-ID: badvers.31417@c.example.com
CSeq: 1 OPTIONS

`},
	{"mismatch01: start line and CSeq method mismatch", 400, `OPTIONS sip:user@example.com SIP/2.0
To: sip:j.user@example.com
From: sip:caller@example.net;tag=34525
Max-Forwards: 6
Call-ID: mismatch01.dj0234sxdfl3
CSeq: 8 INVITE
Via: SIP/2.0/UDP %s;branch=z9hG4bKkdjuw-m1

`},
	{"insuf: missing required header fields", 400, `INVITE sip:user@example.com SIP/2.0
CSeq: 193942 INVITE
Via: SIP/2.0/UDP %s;branch=z9hG4bKkdj.insuf
Content-Type: application/sdp

v=0
`},
	{"unkscm: request-URI with unknown scheme", 416, `OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=384
Max-Forwards: 3
Call-ID: unkscm.nasdfasser0q239nwsdfasdkl34
CSeq: 3923423 OPTIONS
Via: SIP/2.0/UDP %s;branch=z9hG4bKkdjuw39234

`},
	{"bext01: unknown method with unknown Require", 420, `OPTIONS sip:user@example.com SIP/2.0
To: sip:j_user@example.com
From: sip:caller@example.net;tag=242etr
Max-Forwards: 6
Call-ID: bext01.0ha0isndaksdj
Require: nothingSupportsThis, nothingSupportsThisEither
Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis
CSeq: 8 OPTIONS
Via: SIP/2.0/UDP %s;branch=z9hG4bKkdjuw-b1

`},
	{"multi01: multiple values in single value headers", -1, `INVITE sip:user@company.com SIP/2.0
Contact: <sip:caller@host25.example.net>
Via: SIP/2.0/UDP %s;branch=z9hG4bKkdjuw-mu
Max-Forwards: 70
CSeq: 5 INVITE
Call-ID: multi01.98asdh@192.0.2.1
CSeq: 59 INVITE
Call-ID: multi01.98asdh@192.0.2.2
From: sip:caller@example.com;tag=3413415
To: sip:user@example.com
To: sip:other@example.net
From: sip:caller@example.net;tag=2923420123
Contact: <sip:caller@host36.example.net>

`},
	{"inv2543: INVITE of RFC 2543, without branch", 404, `INVITE sip:UserB@example.com SIP/2.0
Via: SIP/2.0/UDP %s
From: sip:UserA@example.com;tag=old
To: sip:UserB@example.com
Call-ID: inv2543.1717@iftgw.example.com
CSeq: 56 INVITE
Contact: <sip:UserA@example.com>

`},
	{"bcast: response with a broadcast Via", 0, `SIP/2.0 200 OK
Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923
Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23
Call-ID: bcast.0384840201234ksdfak3j2erwedfsASdf
CSeq: 35 INVITE
From: sip:user@example.com;tag=11141343
To: sip:user@example.edu;tag=2229

`},
	{"bigcode: overlarge response code", 0, `SIP/2.0 4294967301 better not break the receiver
Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe
Call-ID: bigcode.asdof3uj203asdnf3429uasdhfas3ehjasdfas9i
CSeq: 353494 INVITE
From: <sip:user@example.com>;tag=39ansfi3
To: <sip:user@example.edu>;tag=902jndnke3

`},
	{"a BYE without To", -1, `BYE sip:u@h SIP/2.0
Via: SIP/2.0/UDP %s;branch=z9hG4bKnoto
From: <sip:a@b>;tag=1
Call-ID: noto
CSeq: 1 BYE

`},
	{"no header at all", 400, "INVITE sip:u@h SIP/2.0\n\n"},
	{"keep-alive", 0, "\n\n"},
	{"not SIP", 0, "GET / HTTP/1.1\nHost: h\n\n"},
}

// telephony.md 1, behaviour 19: torture messages get a correct refusal or silence, and calls in
// progress are undisturbed.
func TestTortureMessages(t *testing.T) {
	ls := make(legs, 8)
	e := serve(t, Config{}, ls)
	inCall := dialWire(t, e)
	inCall.callTo(t, ls)
	for _, row := range torture {
		t.Run(row.name, func(t *testing.T) {
			w := dialWire(t, e)
			text := row.message
			if strings.Contains(text, "%s") {
				text = fmt.Sprintf(text, w.addr())
			}
			w.write(text)
			switch row.status {
			case 0:
				w.silent(30 * time.Millisecond)
			case -1:
				if m, ok := w.read(30 * time.Millisecond); ok && m.(*sip.Response).StatusCode < 400 {
					t.Errorf("got %s", m.(*sip.Response).StartLine())
				}
			default:
				w.response(row.status)
			}
		})
		inCall.send("INFO", nil, "")
		inCall.response(200)
	}
	inCall.send("BYE", nil, "")
	inCall.response(200)
}

// Whatever a datagram holds, the endpoint answers the next request.
//
// telephony.md 1, behaviour 19: random bytes do not end the endpoint.
func FuzzDatagrams(f *testing.F) {
	for _, row := range torture {
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
