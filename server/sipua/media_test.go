package sipua

import (
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"tsunagi/server/audio"
)

// clips is one clip of frames frames that are not silent.
func clips(t *testing.T, frames int) []*audio.Clip {
	t.Helper()
	pcm := make([]int16, frames*audio.FrameSamples)
	for i := range pcm {
		pcm[i] = int16(1000 + i)
	}
	return []*audio.Clip{audio.NewClip(pcm)}
}

// rtp is the media port of a wire.
type rtp struct {
	t    *testing.T
	conn *net.UDPConn
}

func (w *wire) listenMedia() *rtp {
	w.t.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = conn.Close() })
	return &rtp{w.t, conn}
}

// describe is a session description at this port, with the given lines after it.
func (r *rtp) describe(lines ...string) string {
	port := r.conn.LocalAddr().(*net.UDPAddr).Port
	body := fmt.Sprintf("v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio %d RTP/AVP 0 101\na=rtpmap:101 telephone-event/8000\n", port)
	for _, line := range lines {
		body += line + "\n"
	}
	return body
}

// packet waits for an RTP packet.
func (r *rtp) packet() []byte {
	r.t.Helper()
	buf := make([]byte, 1500)
	if err := r.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		r.t.Fatal(err)
	}
	n, err := r.conn.Read(buf)
	if err != nil {
		r.t.Fatal("no RTP packet has come")
	}
	return buf[:n]
}
