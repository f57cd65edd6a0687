package sipua

import (
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

// RFC 6026 7.1: a copy of an INVITE that comes after the ACK is absorbed, and one that
// comes after the call makes no call either. RFC 3261 17.2.2: a copy of a BYE gets the
// answer of the first.
func TestCopiesThatComeLate(t *testing.T) {
	ls := make(legs, 2)
	e := serve(t, Config{}, ls)
	w := dialWire(t, e)
	invite := w.send("INVITE", nil, offer)
	leg := w.confirmed(t, ls)
	e.settles(t, 1)
	w.write(invite)
	w.silent(50 * time.Millisecond)

	bye := w.send("BYE", nil, "")
	first := w.response(200)
	until(t, leg, Ended)
	idle(t, e)
	e.settles(t, 2)
	w.write(bye)
	if again := w.response(200); again.String() != first.String() {
		t.Errorf("got\n%s\nwant\n%s", again, first)
	}
	w.write(invite)
	w.silent(50 * time.Millisecond)
	// Another BYE of a dialog that is over is told so.
	w.send("BYE", nil, "")
	w.response(481)
	select {
	case <-ls:
		t.Error("one INVITE has made two calls")
	default:
	}
}

// settles waits until so many requests are remembered by their mark alone.
func (e *Endpoint) settles(t *testing.T, requests int) {
	t.Helper()
	comes(t, "a request to be settled", func() bool {
		e.settled.mu.Lock()
		defer e.settled.mu.Unlock()
		return len(e.settled.young) == requests
	})
}

func TestMarksAreForgotten(t *testing.T) {
	s := newSettled()
	start := s.turned
	s.add(1, start)
	for _, row := range []struct {
		at   time.Duration
		mark uint64
		has  bool // mark 1 then
	}{{settledFor() - 1, 2, true}, {settledFor(), 3, true}, {2*settledFor() - 1, 4, true}, {2 * settledFor(), 5, false}} {
		s.add(row.mark, start.Add(row.at))
		if s.has(1) != row.has || !s.has(row.mark) {
			t.Errorf("after %v: 1 %v, %d %v", row.at, s.has(1), row.mark, s.has(row.mark))
		}
	}
}

// Requests are told apart as RFC 3261 17.2.3 says; branches of RFC 2543 are not unique.
func TestMarks(t *testing.T) {
	s := newSettled()
	of := func(method sip.RequestMethod, via string) (uint64, bool) {
		t.Helper()
		m, err := sip.ParseMessage([]byte(string(method) + " sip:a@b SIP/2.0\r\nVia: " + via + "\r\nContent-Length: 0\r\n\r\n"))
		if err != nil {
			t.Fatal(err)
		}
		return s.mark(m.(*sip.Request))
	}
	const via = "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa"
	first, ok := of(sip.INVITE, via)
	if again, _ := of(sip.INVITE, via+";received=192.0.2.7;rport=1"); !ok || again != first {
		t.Errorf("a copy has another mark, or there is none: %v", ok)
	}
	for _, other := range []struct {
		method sip.RequestMethod
		via    string
	}{
		{sip.BYE, via}, {sip.INVITE, via + "b"},
		{sip.INVITE, "SIP/2.0/UDP 192.0.2.1:5061;branch=z9hG4bKa"}, {sip.INVITE, "SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKa"},
	} {
		if mark, ok := of(other.method, other.via); !ok || mark == first {
			t.Errorf("%s %s: the same mark, or none: %v", other.method, other.via, ok)
		}
	}
	if _, ok := of(sip.INVITE, "SIP/2.0/UDP 192.0.2.1:5060;branch=1"); ok {
		t.Error("a branch of RFC 2543 has a mark")
	}
}
