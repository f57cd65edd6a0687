package sipua

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

// telephony.md 1, behaviour 15: anything else 403 without work done for it.
func TestSourcesThatAreNotAllowedGet403AndLeaveNoTrace(t *testing.T) {
	e := serve(t, Config{Sources: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}},
		frontFunc(func(Invite) (Handler, *Refusal) { panic("asked for a stranger") }))
	w := dialWire(t, e)
	for range 2 * refusalsPerSecond {
		w.send("INVITE", nil, offer)
	}
	w.response(403)
	refused := 1
	w.write(w.request("ACK", 1, "ack", nil, "")) // gets no answer
	for {
		m, ok := w.read(200 * time.Millisecond)
		if !ok {
			break
		}
		if r := m.(*sip.Response); r.StatusCode != 403 || r.CSeq().MethodName != sip.INVITE {
			t.Fatalf("got %s", m.String())
		}
		refused++
	}
	if refused > 2*refusalsPerSecond-1 {
		t.Errorf("%d strangers' INVITEs answered: refusals must be bounded", refused)
	}
	if n := e.transport.Pool("udp").Size(); n != 1 {
		t.Errorf("sipgo remembers %d addresses, want its socket alone", n)
	}
}

func TestPortInUseIsAClearError(t *testing.T) {
	taken, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	_, err = New(Config{Listen: taken.LocalAddr().String()}, nil, nil)
	if err == nil || !strings.Contains(err.Error(), taken.LocalAddr().String()) || !strings.Contains(err.Error(), "in use") {
		t.Errorf("got %v", err)
	}
}

func TestConfigErrors(t *testing.T) {
	for name, row := range map[string]struct {
		cfg  Config
		want string
	}{
		"no port":             {Config{Listen: "127.0.0.1"}, "host:port"},
		"not this machine":    {Config{Listen: "192.0.2.1:0"}, "no such address"},
		"nothing to tell":     {Config{Listen: "0.0.0.0:0"}, "say which one"},
		"bad advertised port": {Config{Listen: "127.0.0.1:0", Advertised: "192.0.2.1:x"}, "port wants"},
		"number from nowhere": {Config{Listen: "127.0.0.1:0", NumberFrom: "Subject"}, "want Request-URI"},
	} {
		if _, err := New(row.cfg, nil, nil); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want one with %q", name, err, row.want)
		}
	}
}

func TestAdvertisedAddressIsWhatPeersAreTold(t *testing.T) {
	e := serve(t, Config{Advertised: "192.0.2.7:5070"}, answering)
	w := dialWire(t, e)
	res := w.establish()
	if got := res.Contact().Address.HostPort(); got != "192.0.2.7:5070" {
		t.Errorf("Contact %s", got)
	}
	if body := string(res.Body()); !strings.Contains(body, "c=IN IP4 192.0.2.7") {
		t.Errorf("got answer %q", body)
	}
	w.send("BYE", nil, "")
	w.response(200)
}

// telephony.md 1, behaviour 20 in part: an endpoint that closes hangs up and takes no more.
func TestCloseHangsUpAndRefuses(t *testing.T) {
	ls := make(legs, 2)
	e := serve(t, Config{}, ls)
	w, unanswered := dialWire(t, e), dialWire(t, e)
	leg := w.callTo(t, ls)
	unanswered.send("INVITE", nil, offer)
	waiting := ls.next(t)
	closed := make(chan error, 1)
	go func() { closed <- e.Close(context.Background()) }()
	bye := w.peerRequest("BYE")
	unanswered.response(480)
	unanswered.write(unanswered.request("ACK", 1, unanswered.callID+"-INVITE-1", nil, ""))
	for _, l := range []*Leg{leg, waiting} {
		if ev := until(t, l, Ended); ev.Reason != Stopped {
			t.Errorf("got %s, want %s", ev.Reason, Stopped)
		}
	}
	late := dialWire(t, e)
	late.send("INVITE", nil, offer)
	late.response(503)
	select {
	case err := <-closed:
		t.Errorf("closed before BYE was answered: %v", err)
	default:
	}
	w.reply(bye, 200, "", "")
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if _, err := e.Dial(context.Background(), DialParams{To: "sip:1@" + e.Addr().String()}); !errors.Is(err, ErrClosed) {
		t.Errorf("dial: got %v, want ErrClosed", err)
	}
}
