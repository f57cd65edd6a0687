package sipua

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

// brisk lets what takes a second take a tenth.
var brisk = Timing{T1: 40 * time.Millisecond, SessionSecond: 10 * time.Millisecond}

const password = "correct horse"

// newRegistrar is a wire that stands for a PBX: it answers whoever asks.
func newRegistrar(t *testing.T) *wire {
	t.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &wire{t: t, conn: conn, toTag: "pbx"}
}

// meet waits for a request and answers to its sender from then on.
func (w *wire) meet(method sip.RequestMethod) *sip.Request {
	w.t.Helper()
	if err := w.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		w.t.Fatal(err)
	}
	buf := make([]byte, 65536)
	n, from, err := w.conn.ReadFromUDPAddrPort(buf)
	if err != nil {
		w.t.Fatalf("nothing came, want %s", method)
	}
	w.peer = from
	m, err := sip.ParseMessage(buf[:n])
	if err != nil {
		w.t.Fatal(err)
	}
	req, ok := m.(*sip.Request)
	if !ok || req.Method != method {
		w.t.Fatalf("got %s, want %s", strings.SplitN(m.String(), "\r\n", 2)[0], method)
	}
	return req
}

// proven checks the Authorization of a request as RFC 7616 3.4.1 computes it, by hand.
func proven(t *testing.T, req *sip.Request, field, algorithm, user string) {
	t.Helper()
	c, err := digest.ParseCredentials(header(req, field))
	if err != nil {
		t.Fatalf("%s %q: %v", field, header(req, field), err)
	}
	hash := func(parts ...string) string {
		text := strings.Join(parts, ":")
		if algorithm == "SHA-256" {
			return fmt.Sprintf("%x", sha256.Sum256([]byte(text)))
		}
		return fmt.Sprintf("%x", md5.Sum([]byte(text)))
	}
	a1, a2 := hash(user, "pbx", password), hash(string(req.Method), req.Recipient.String())
	want := hash(a1, c.Nonce, fmt.Sprintf("%08x", c.Nc), c.Cnonce, "auth", a2)
	if c.Response != want || c.Username != user || c.URI != req.Recipient.String() || !strings.EqualFold(c.Algorithm, algorithm) {
		t.Errorf("credentials %s do not prove the password", c)
	}
}

func challenge(field, algorithm, nonce, more string) string {
	return fmt.Sprintf("%s: Digest realm=\"pbx\", nonce=%q, algorithm=%s, qop=\"auth\"%s\n", field, nonce, algorithm, more)
}

// telephony.md 1, behaviour 15: REGISTER with digest (MD5, SHA-256), refresh and withdrawal.
func TestRegistration(t *testing.T) {
	for _, algorithm := range []string{"MD5", "SHA-256"} {
		t.Run(algorithm, func(t *testing.T) {
			pbx := newRegistrar(t)
			e := serve(t, Config{Timing: brisk, Accounts: []Account{{
				Registrar: pbx.addr(), User: "05012345678", AuthUser: "ivr", Password: password, Expires: 20 * time.Second,
			}}}, nil)
			first := pbx.meet(sip.REGISTER)
			contact := first.Contact().Address
			if first.Recipient.String() != "sip:"+pbx.addr() || contact.User != "05012345678" || contact.Port != int(e.Addr().Port()) ||
				header(first, "Expires") != "20" || first.To().Address.User != "05012345678" {
				t.Errorf("got %s", first)
			}
			pbx.reply(first, 401, challenge("WWW-Authenticate", "X-NEW-256", "a", "")+challenge("WWW-Authenticate", algorithm, "b", ""), "")
			second := pbx.meet(sip.REGISTER)
			proven(t, second, "Authorization", algorithm, "ivr")
			if second.CSeq().SeqNo != 2 || second.CallID().Value() != first.CallID().Value() {
				t.Errorf("got %s", second)
			}
			pbx.reply(second, 401, challenge("WWW-Authenticate", algorithm, "c", ", stale=true"), "")
			third := pbx.meet(sip.REGISTER)
			proven(t, third, "Authorization", algorithm, "ivr")
			pbx.reply(third, 200, "Contact: <"+contact.String()+">;expires=12\n", "")
			accepted := time.Now()

			refresh := pbx.meet(sip.REGISTER) // after half of 12 units of 10 ms
			if got := time.Since(accepted); got < 50*time.Millisecond {
				t.Errorf("refreshed after %v, want 60ms", got)
			}
			pbx.reply(refresh, 200, "Expires: 3600\n", "")
			comes(t, "the longer registration", func() bool {
				return e.Registrations()[0].Until.After(time.Now().Add(10 * time.Second))
			})
			withdrawn := make(chan struct{})
			go func() { e.Withdraw(context.Background()); close(withdrawn) }()
			last := pbx.meet(sip.REGISTER)
			if header(last, "Expires") != "0" {
				t.Errorf("Expires %q, want 0", header(last, "Expires"))
			}
			pbx.reply(last, 200, "", "")
			<-withdrawn
			if got := e.Registrations()[0]; !got.Until.IsZero() || got.Err != nil {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// telephony.md 1, behaviour 15: backoff; a refused password is told as what it is, and never logged.
func TestRegistrationFails(t *testing.T) {
	var log syncBuffer
	pbx := newRegistrar(t)
	e := serve(t, Config{Timing: brisk, Log: slog.New(slog.NewTextHandler(&log, nil)), Accounts: []Account{{
		Registrar: pbx.addr(), User: "103", Password: password,
	}}}, nil)
	registration := func(want func(Registration) bool) {
		t.Helper()
		comes(t, "another registration", func() bool { return want(e.Registrations()[0]) })
	}
	pbx.reply(pbx.meet(sip.REGISTER), 503, "", "")
	registration(func(r Registration) bool {
		var rejected *Rejected
		return errors.As(r.Err, &rejected) && rejected.Status == 503
	})
	pbx.reply(pbx.meet(sip.REGISTER), 423, "Min-Expires: 900\n", "") // it tries again
	longer := pbx.meet(sip.REGISTER)
	if header(longer, "Expires") != "900" {
		t.Errorf("Expires %q, want 900", header(longer, "Expires"))
	}
	pbx.reply(longer, 401, challenge("WWW-Authenticate", "MD5", "a", ""), "")
	pbx.reply(pbx.meet(sip.REGISTER), 401, challenge("WWW-Authenticate", "MD5", "b", ""), "")
	registration(func(r Registration) bool {
		return errors.Is(r.Err, ErrPassword) && errors.Is(r.Err, ErrCredentials) && r.Until.IsZero()
	})
	if got := log.String(); !strings.Contains(got, "not registered") || strings.Contains(got, password) {
		t.Errorf("log: %s", got)
	}
}

// telephony.md 1, behaviour 15: several accounts; one that does not register only answers challenges.
func TestSeveralAccounts(t *testing.T) {
	first, second := newRegistrar(t), newRegistrar(t)
	e := serve(t, Config{Timing: brisk, Accounts: []Account{
		{Registrar: first.addr(), User: "101", Password: password},
		{Registrar: second.addr(), User: "202", Password: password},
		{Registrar: "127.0.0.9", User: "303", Password: password, Static: true},
	}}, nil)
	for user, pbx := range map[string]*wire{"101": first, "202": second} {
		req := pbx.meet(sip.REGISTER)
		if got := req.To().Address.User; got != user {
			t.Errorf("registered %q, want %q", got, user)
		}
		pbx.reply(req, 200, "Expires: 3600\n", "")
	}
	if got := len(e.Registrations()); got != 2 {
		t.Errorf("%d registrations, want 2", got)
	}
}

func TestAccountsAreChecked(t *testing.T) {
	for _, a := range []Account{{}, {Registrar: "pbx"}, {User: "1"}, {Registrar: "u@h", User: "1"}, {Registrar: "h:x", User: "1"}, {Registrar: "h", User: "1\r\nX: y"}} {
		if e, err := New(Config{Listen: "127.0.0.1:0", Accounts: []Account{a}}, newMedia(t), nil); err == nil {
			t.Errorf("%+v: got no error", a)
			_ = e.Close(t.Context())
		}
	}
}

// telephony.md 1, behaviour 15: the answer to 401 or 407 on an outgoing INVITE.
func TestDialAnswersAChallenge(t *testing.T) {
	for status, fields := range map[int][2]string{401: {"WWW-Authenticate", "Authorization"}, 407: {"Proxy-Authenticate", "Proxy-Authorization"}} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			pbx := newRegistrar(t)
			e := serve(t, Config{Accounts: []Account{
				{Registrar: pbx.addr(), User: "101", Password: "another", Static: true},
				{Registrar: pbx.addr(), User: "202", Password: password, Static: true},
			}}, nil)
			result := goDial(t.Context(), e, DialParams{To: "103", Proxy: pbx.addr(), From: "202"})
			pbx.reply(pbx.meet(sip.INVITE), status, challenge(fields[0], "SHA-256", "a", ""), "")
			pbx.meet(sip.ACK)
			invite := pbx.meet(sip.INVITE)
			proven(t, invite, fields[1], "SHA-256", "202")
			if invite.CSeq().SeqNo != 2 || len(invite.Body()) == 0 {
				t.Errorf("got %s", invite)
			}
			pbx.reply(invite, 200, pbx.contact()+"Content-Type: application/sdp\n", offer)
			if ack := pbx.meet(sip.ACK); ack.CSeq().SeqNo != 2 {
				t.Errorf("ACK of %d, want 2", ack.CSeq().SeqNo)
			}
			got := <-result
			if got.err != nil {
				t.Fatal(got.err)
			}
			refer := goRefer(t.Context(), got.leg, "104", nil) // is asked as well
			pbx.reply(pbx.meet(sip.REFER), status, challenge(fields[0], "MD5", "b", ""), "")
			again := pbx.meet(sip.REFER)
			proven(t, again, fields[1], "MD5", "202")
			pbx.reply(again, 603, "", "")
			var rejected *Rejected
			if err := <-refer; !errors.As(err, &rejected) || rejected.Status != 603 {
				t.Errorf("got %v, want 603", err)
			}
			got.leg.Bye()
			pbx.reply(pbx.meet(sip.BYE), 200, "", "")
		})
	}
}

// A password's hash goes to the account's own host, or to the realm that it names.
func TestCredentialsAreForTheirPBX(t *testing.T) {
	pbx := newRegistrar(t)
	for name, row := range map[string]struct {
		account Account
		answers bool
	}{
		"own host":           {Account{Registrar: pbx.addr()}, true},
		"another host":       {Account{Registrar: "127.0.0.9"}, false},
		"named realm":        {Account{Registrar: "127.0.0.9", Realm: "pbx"}, true},
		"own host, not this": {Account{Registrar: pbx.addr(), Realm: "other"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			row.account.User, row.account.Password, row.account.Static = "101", password, true
			e := serve(t, Config{Accounts: []Account{row.account}}, nil)
			result := goDial(t.Context(), e, DialParams{To: "103", Proxy: pbx.addr()})
			pbx.reply(pbx.meet(sip.INVITE), 401, challenge("WWW-Authenticate", "MD5", "a", ""), "")
			pbx.meet(sip.ACK)
			if row.answers {
				invite := pbx.meet(sip.INVITE)
				pbx.reply(invite, 486, "", "")
				pbx.meet(sip.ACK)
			}
			err := (<-result).err
			var rejected *Rejected
			if !errors.As(err, &rejected) || errors.Is(err, ErrCredentials) == row.answers {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAnAccountNeverPrintsItsPassword(t *testing.T) {
	a := Account{Registrar: "pbx", User: "101", Password: password}
	for _, text := range []string{fmt.Sprint(a), fmt.Sprintf("%+v", a), fmt.Sprintf("%#v", a), fmt.Sprint(&a), a.LogValue().String()} {
		if strings.Contains(text, password) || !strings.Contains(text, "101@pbx") {
			t.Errorf("got %s", text)
		}
	}
}

// FuzzChallenge takes any challenge. Facts: what we answer is one line, and never
// holds the password.
func FuzzChallenge(f *testing.F) {
	f.Add(`Digest realm="pbx", nonce="n", algorithm=SHA-256, qop="auth, auth-int"`)
	f.Add(`Digest realm="a\"b", nonce="\\", qop=auth-int, userhash=true`)
	e := &Endpoint{cfg: Config{Accounts: []Account{{Registrar: "h", User: "101", Password: password}}}}
	f.Fuzz(func(t *testing.T, text string) {
		req := sip.NewRequest(sip.REGISTER, sip.Uri{Scheme: "sip", Host: "h"})
		req.SetDestination("h:5060")
		res := sip.NewResponse(401, "Unauthorized")
		res.AppendHeader(sip.NewHeader("WWW-Authenticate", text))
		got, err := e.authorize(req, res, 0)
		if err == nil && (strings.ContainsAny(got.Value(), "\r\n") || strings.Contains(got.Value(), password)) {
			t.Errorf("got %q", got.Value())
		}
	})
}
