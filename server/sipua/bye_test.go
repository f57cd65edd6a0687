package sipua

import (
	"crypto/tls"
	"io"
	"net"
	"testing"
)

// A peer whose Contact is a TLS port that takes connections and says nothing: the BYE waits
// for it, who hangs up does not.
func TestHangingUpDoesNotWaitForASilentPeer(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	own, _ := certificate(t)
	ls := make(legs, 1)
	e := serve(t, Config{TLS: &TLS{Listen: "127.0.0.1:0", Config: &tls.Config{Certificates: []tls.Certificate{own}}}}, ls)
	w := dialWire(t, e)
	w.send("INVITE", map[string]string{"Contact": "<sip:peer@" + silent.Addr().String() + ";transport=tls>"}, offer)
	leg := w.confirmed(t, ls)

	returned := make(chan struct{})
	go func() { defer close(returned); leg.Bye() }()
	conn, err := silent.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	givenUp := make(chan struct{})
	go func() { defer close(givenUp); _, _ = io.Copy(io.Discard, conn) }()
	select {
	case <-returned:
	case <-givenUp:
		t.Error("Bye has waited until the connection was given up")
	}
	if ev := until(t, leg, Ended); ev.Reason != LocalBye {
		t.Errorf("got %s, want %s", ev.Reason, LocalBye)
	}
}

// A leg that is busy ends after what it does, and who hangs up does not wait for that.
func TestHangingUpDoesNotWaitForABusyLeg(t *testing.T) {
	ls := make(legs, 1)
	e := serve(t, Config{}, ls)
	w := dialWire(t, e)
	leg := w.callTo(t, ls)
	busy, idle := make(chan struct{}), make(chan struct{})
	leg.commands <- func() { close(busy); <-idle }
	<-busy
	leg.Bye()
	select {
	case <-leg.ended:
		t.Error("the leg has ended while it was busy")
	default:
	}
	close(idle)
	w.reply(w.peerRequest("BYE"), 200, "", "")
	if ev := until(t, leg, Ended); ev.Reason != LocalBye {
		t.Errorf("got %s, want %s", ev.Reason, LocalBye)
	}
}
