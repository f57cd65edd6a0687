package sipua

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strings"
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
	t        *testing.T
	conn     *net.UDPConn
	sequence uint16
}

func (w *wire) listenMedia() *rtp {
	w.t.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = conn.Close() })
	return &rtp{t: w.t, conn: conn}
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

// mediaOf is the address that a session description names.
func mediaOf(t *testing.T, body []byte) netip.AddrPort {
	t.Helper()
	var port int
	for line := range strings.Lines(string(body)) {
		if strings.HasPrefix(line, "m=audio ") {
			if _, err := fmt.Sscanf(line, "m=audio %d", &port); err != nil {
				t.Fatal(err)
			}
		}
	}
	return netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(port))
}

// press sends a telephone-event of a press that begins at timestamp, as three packets.
func (r *rtp) press(to netip.AddrPort, timestamp uint32, event byte) {
	r.t.Helper()
	r.sequence += 3
	for i := range 3 {
		packet := []byte{0x80, 101, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, event, 10, 0, byte(160 * i)}
		binary.BigEndian.PutUint16(packet[2:], r.sequence+uint16(i))
		binary.BigEndian.PutUint32(packet[4:], timestamp)
		if i == 2 {
			packet[13] |= 0x80 // the end
		}
		if _, err := r.conn.WriteToUDPAddrPort(packet, to); err != nil {
			r.t.Fatal(err)
		}
	}
}
