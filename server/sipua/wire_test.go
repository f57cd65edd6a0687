package sipua

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"tsunagi/server/media"
)

// patience is how long a test waits for what must come; nothing takes so long.
const patience = 10 * time.Second

// quick is a Timing in which a lost ACK costs a test half a second.
var quick = Timing{T1: 40 * time.Millisecond, T2: 160 * time.Millisecond, AckWait: 600 * time.Millisecond}

// frontFunc makes a Front of a function.
type frontFunc func(Invite) (Handler, *Refusal)

func (f frontFunc) Admit(in Invite) (Handler, *Refusal) { return f(in) }

// legs is a Front that takes every call and hands the legs out unanswered.
type legs chan *Leg

func (ls legs) Admit(Invite) (Handler, *Refusal) {
	return func(l *Leg) { ls <- l; <-l.ended }, nil
}

// next is the leg of the next call.
func (ls legs) next(t *testing.T) *Leg {
	t.Helper()
	select {
	case l := <-ls:
		return l
	case <-time.After(patience):
		t.Fatal("no call has come")
		return nil
	}
}

// answering is a Front that answers every call and waits for its end.
var answering = frontFunc(func(Invite) (Handler, *Refusal) {
	return func(l *Leg) {
		if l.Answer() == nil {
			for range l.Events() {
			}
		}
	}, nil
})

// mediaPorts are those of the media in these tests.
var mediaPorts = struct{ first, last int }{41000, 42999}

func newMedia(t testing.TB) *media.Engine {
	t.Helper()
	engine, err := media.New(media.Config{
		Addr: netip.MustParseAddr("127.0.0.1"), PortMin: uint16(mediaPorts.first), PortMax: uint16(mediaPorts.last),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Errorf("close media: %v", err)
		}
	})
	return engine
}

// serve runs an endpoint on a free port for the length of the test.
func serve(t testing.TB, cfg Config, front Front) *Endpoint {
	t.Helper()
	cfg.Listen = "127.0.0.1:0"
	return serveAsIs(t, cfg, front)
}

// serveAsIs is serve without a plain socket where cfg names none.
func serveAsIs(t testing.TB, cfg Config, front Front) *Endpoint {
	t.Helper()
	if os.Getenv("SIPUA_LOG") != "" {
		cfg.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	e, err := New(cfg, newMedia(t), front)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- e.Serve(context.Background()) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		defer cancel()
		if err := e.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return e
}

// until waits for an event of a kind and returns it.
func until(t *testing.T, l *Leg, kind Kind) Event {
	t.Helper()
	limit := time.After(patience)
	for {
		select {
		case ev, ok := <-l.Events():
			if !ok {
				t.Fatalf("leg ended before %s", kind)
			}
			if ev.Kind == kind {
				return ev
			}
		case <-limit:
			t.Fatalf("no event %s", kind)
		}
	}
}

// A wire is a peer that writes its messages by hand.
type wire struct {
	t      *testing.T
	conn   *net.UDPConn
	callID string
	seq    int
	toTag  string
	unread []sip.Message
	peer   netip.AddrPort // of a registrar, which is not connected

	asked, told string // the CSeq of what peerRequest and response have returned last
}

var wires atomic.Int64

func dialWire(t *testing.T, e *Endpoint) *wire {
	t.Helper()
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(e.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &wire{t: t, conn: conn, callID: fmt.Sprintf("wire-%d-%d", wires.Add(1), time.Now().UnixNano())}
}

func (w *wire) addr() string { return w.conn.LocalAddr().String() }

// write sends a message with CRLF line ends.
func (w *wire) write(text string) {
	w.t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	text = strings.ReplaceAll(head, "\n", "\r\n") + "\r\n\r\n" + strings.ReplaceAll(body, "\n", "\r\n")
	var err error
	if w.peer.IsValid() {
		_, err = w.conn.WriteToUDPAddrPort([]byte(text), w.peer)
	} else {
		_, err = w.conn.Write([]byte(text))
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// offer is a session description at a port that nobody listens on.
const offer = `v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio 40000 RTP/AVP 0 101
a=rtpmap:101 telephone-event/8000
`

// request writes a request; a nil entry of headers removes the header of its name.
func (w *wire) request(method string, seq int, branch string, headers map[string]string, body string) string {
	fields := map[string]string{
		"Via":          "SIP/2.0/UDP " + w.addr() + ";branch=z9hG4bK" + branch + ";rport",
		"Max-Forwards": "70",
		"From":         "<sip:09011112222@127.0.0.1>;tag=peer",
		"To":           "<sip:05012345678@127.0.0.1>",
		"Call-ID":      w.callID,
		"CSeq":         fmt.Sprintf("%d %s", seq, method),
		"Contact":      "<sip:peer@" + w.addr() + ">",
	}
	if w.toTag != "" {
		fields["To"] += ";tag=" + w.toTag
	}
	if body != "" {
		fields["Content-Type"] = "application/sdp"
	}
	uri := "sip:05012345678@127.0.0.1"
	for name, value := range headers {
		switch {
		case name == "uri":
			uri = value
		case value == "":
			delete(fields, name)
		default:
			fields[name] = value
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s SIP/2.0\n", method, uri)
	for _, name := range []string{"Via", "Max-Forwards", "From", "To", "Call-ID", "CSeq", "Contact"} {
		if v, ok := fields[name]; ok {
			fmt.Fprintf(&b, "%s: %s\n", name, v)
			delete(fields, name)
		}
	}
	for name, value := range fields {
		fmt.Fprintf(&b, "%s: %s\n", name, value)
	}
	return b.String() + "\n" + body
}

// send writes the next request of the dialog in a transaction of its own.
func (w *wire) send(method string, headers map[string]string, body string) string {
	w.t.Helper()
	if method != "ACK" && method != "CANCEL" {
		w.seq++
	}
	text := w.request(method, w.seq, fmt.Sprintf("%s-%s-%d", w.callID, method, w.seq), headers, body)
	w.write(text)
	return text
}

// read waits for the next message.
func (w *wire) read(limit time.Duration) (sip.Message, bool) {
	w.t.Helper()
	if len(w.unread) > 0 {
		m := w.unread[0]
		w.unread = w.unread[1:]
		return m, true
	}
	if err := w.conn.SetReadDeadline(time.Now().Add(limit)); err != nil {
		w.t.Fatal(err)
	}
	buf := make([]byte, 65536)
	n, err := w.conn.Read(buf)
	if err != nil {
		return nil, false
	}
	m, err := sip.ParseMessage(buf[:n])
	if err != nil {
		w.t.Fatalf("unreadable message: %v\n%s", err, buf[:n])
	}
	return m, true
}

// response waits for the next response that is not 100 and checks its status and
// the headers that every one must bear.
func (w *wire) response(status int) *sip.Response {
	w.t.Helper()
	for {
		m, ok := w.read(patience)
		if !ok {
			w.t.Fatalf("no response, want %d", status)
		}
		res, ok := m.(*sip.Response)
		if !ok && m.CSeq().Value() == w.asked {
			continue // repeated by UDP after 500 ms, which a busy machine takes
		}
		if !ok {
			w.t.Fatalf("got %s, want %d", m.(*sip.Request).StartLine(), status)
		}
		if res.StatusCode == 100 {
			continue
		}
		if res.StatusCode != status {
			w.t.Fatalf("got %s, want %d", res.StartLine(), status)
		}
		if to := res.To(); to != nil && !to.Params.Has("tag") {
			w.t.Errorf("%d without tag in To", status)
		}
		if cseq := res.CSeq(); cseq != nil {
			w.told = cseq.Value()
		}
		return res
	}
}

// peerRequest waits for a request of the other side.
func (w *wire) peerRequest(method sip.RequestMethod) *sip.Request {
	w.t.Helper()
	m, ok := w.read(patience)
	for ok && isResponse(m) && m.CSeq() != nil && m.CSeq().Value() == w.told {
		m, ok = w.read(patience) // repeated until our ACK has come, which a busy machine lets it be
	}
	if !ok {
		w.t.Fatalf("nothing came, want %s", method)
	}
	req, ok := m.(*sip.Request)
	if !ok || req.Method != method {
		w.t.Fatalf("got %s, want %s", strings.SplitN(m.String(), "\r\n", 2)[0], method)
	}
	w.asked = req.CSeq().Value()
	return req
}

func isResponse(m sip.Message) bool {
	_, is := m.(*sip.Response)
	return is
}

// silent checks that nothing comes for a while.
func (w *wire) silent(d time.Duration) {
	w.t.Helper()
	if m, ok := w.read(d); ok {
		w.t.Fatalf("got %s, want silence", strings.SplitN(m.String(), "\r\n", 2)[0])
	}
}

// reply answers a request of the other side.
func (w *wire) reply(req *sip.Request, status int, headers, body string) {
	w.t.Helper()
	res := sip.NewResponseFromRequest(req, status, "", nil)
	if tag := w.toTag; tag != "" {
		res.To().Params.Add("tag", tag)
	}
	text := strings.TrimSuffix(res.String(), "\r\n")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "Content-Length: 0\r\n", ""), "\r\n", "\n")
	w.write(text + headers + "\n" + body)
}

// establish makes a call that is answered and acknowledged.
func (w *wire) establish() *sip.Response {
	w.t.Helper()
	w.send("INVITE", nil, offer)
	res := w.response(200)
	w.toTag, _ = res.To().Params.Get("tag")
	w.send("ACK", nil, "")
	return res
}

// idle waits until an endpoint has no leg any more.
func idle(t *testing.T, e *Endpoint) {
	t.Helper()
	comes(t, "an end of all legs", func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		return len(e.legs) == 0
	})
}

// comes waits until something holds that no event tells of.
func comes(t *testing.T, what string, holds func() bool) {
	t.Helper()
	limit, look := time.After(patience), time.NewTicker(time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-look.C:
		case <-limit:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
