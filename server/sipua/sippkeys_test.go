package sipua

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"tsunagi/server/dtmf"
)

// A tape is the RTP packets of a telephone, each at its time.
type tape struct {
	packets  [][]byte
	at       []time.Duration
	now      time.Duration
	ssrc     uint32
	sequence uint16
}

// event adds one packet of a press and lets 20 ms pass.
func (p *tape) event(packet dtmf.PressPacket) {
	raw := make([]byte, 12, 16)
	raw[0], raw[1] = 0x80, 101
	if packet.Marker {
		raw[1] |= 0x80
	}
	binary.BigEndian.PutUint16(raw[2:], p.sequence)
	binary.BigEndian.PutUint32(raw[4:], packet.Timestamp)
	binary.BigEndian.PutUint32(raw[8:], p.ssrc)
	p.packets, p.at = append(p.packets, append(raw, packet.Payload[:]...)), append(p.at, p.now)
	p.sequence++
	p.now += 20 * time.Millisecond
}

// reports are the packets of a press.
func reports(k byte, length time.Duration, timestamp uint32) (all []dtmf.PressPacket) {
	press := dtmf.NewPress(dtmf.Key(k), length, timestamp)
	for !press.Done() {
		all = append(all, press.Next(160))
	}
	return all
}

// press adds the packets of a press for which keep holds; a lost one leaves its number out.
func (p *tape) press(k byte, length time.Duration, timestamp uint32, keep func(i, of int) bool) {
	all := reports(k, length, timestamp)
	for i, packet := range all {
		if keep != nil && !keep(i, len(all)) {
			p.sequence++
			p.now += 20 * time.Millisecond
			continue
		}
		p.event(packet)
	}
}

// pcap is the tape as tcpdump would have written it.
func (p *tape) pcap() []byte {
	var b bytes.Buffer
	little := binary.LittleEndian
	b.Write(little.AppendUint32(nil, 0xA1B2C3D4))
	b.Write([]byte{2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 1, 0, 0, 0}) // Ethernet
	for i, rtp := range p.packets {
		frame := append(make([]byte, 12), 8, 0) // IPv4
		ip := make([]byte, 20, 28)
		ip[0], ip[8], ip[9] = 0x45, 64, 17
		binary.BigEndian.PutUint16(ip[2:], uint16(28+len(rtp)))
		copy(ip[12:], []byte{127, 0, 0, 1, 127, 0, 0, 1})
		var udp []byte
		for _, v := range []uint16{6000, 6000, uint16(8 + len(rtp)), 0} {
			udp = binary.BigEndian.AppendUint16(udp, v)
		}
		frame = slices.Concat(frame, ip, udp, rtp)
		head := little.AppendUint32(nil, uint32(p.at[i]/time.Second))
		head = little.AppendUint32(head, uint32(p.at[i]%time.Second/time.Microsecond))
		head = little.AppendUint32(head, uint32(len(frame)))
		b.Write(little.AppendUint32(head, uint32(len(frame))))
		b.Write(frame)
	}
	return b.Bytes()
}

// keyTapes are the telephones and what they press.
func keyTapes() map[string]struct {
	keys   string
	record func(*tape)
} {
	const ms = time.Millisecond
	unmarked := func(p *tape, k byte, timestamp uint32) {
		for _, packet := range reports(k, 60*ms, timestamp) {
			packet.Marker = false
			p.event(packet)
		}
	}
	noEnds := func(i, of int) bool { return i < of-3 }
	onlyEnds := func(i, of int) bool { return i >= of-3 }
	return map[string]struct {
		keys   string
		record func(*tape)
	}{
		"three end packets": {"12", func(p *tape) { p.press('1', 60*ms, 8000, nil); p.press('2', 60*ms, 16000, nil) }},
		"duplicates": {"12", func(p *tape) {
			for n, k := range []byte("12") {
				for _, packet := range reports(k, 60*ms, uint32(8000*n)) {
					p.event(packet)
					p.sequence--
					p.event(packet)
				}
			}
		}},
		"a missing marker":     {"77", func(p *tape) { unmarked(p, '7', 8000); unmarked(p, '7', 16000) }},
		"only end packets":     {"45", func(p *tape) { p.press('4', 60*ms, 8000, onlyEnds); p.press('5', 60*ms, 16000, onlyEnds) }},
		"all end packets lost": {"55", func(p *tape) { p.press('5', 60*ms, 8000, noEnds); p.press('5', 60*ms, 16000, noEnds) }},
		"40 ms and no gap":     {"1123", func(p *tape) { noGap(p, "1123") }},
		"a digit held for 8 s": {"98", func(p *tape) { p.press('9', 8*time.Second, 8000, nil); p.press('8', 60*ms, 90000, nil) }},
		"a digit held for 9 s": {"9", func(p *tape) { p.press('9', 9*time.Second, 8000, nil) }},
		"the timestamp goes back": {"112", func(p *tape) {
			p.press('1', 60*ms, 90000000, nil)
			p.press('1', 60*ms, 90000000-66847096, nil)
			p.press('2', 60*ms, 90008000-66847096, nil)
		}},
		"the timestamp jumps":       {"11", func(p *tape) { p.press('1', 60*ms, 8000, nil); p.press('1', 60*ms, 8000+0x7FFFFFFF, nil) }},
		"the timestamp wraps":       {"33", func(p *tape) { p.press('3', 60*ms, 0xFFFFFE00, nil); p.press('3', 60*ms, 0x400, nil) }},
		"the sequence number wraps": {"66", func(p *tape) { p.sequence = 65533; p.press('6', 60*ms, 8000, nil); p.press('6', 60*ms, 16000, nil) }},
		"a new SSRC":                {"44", func(p *tape) { p.press('4', 60*ms, 8000, nil); p.ssrc = 99; p.press('4', 60*ms, 8000, nil) }},
	}
}

// noGap presses keys of 40 ms one right behind the other.
func noGap(p *tape, keys string) {
	for n, k := range []byte(keys) {
		p.press(k, 40*time.Millisecond, uint32(8000+320*n), nil)
	}
}

// telephony.md 1, behaviour 1: three end packets, duplicates, a missing marker, only end
// packets, all end packets lost (also of a repeated digit), 40 ms digits, no gap between
// digits, a digit held for 8 s. Played by SIPp from a capture into a real call.
//
// telephony.md 1, behaviour 2: a timestamp that goes back by 66847096, jumps forward,
// wraps at 32 bits; seq wraps; a new SSRC.
func TestKeysOfCaptures(t *testing.T) {
	sipp, err := exec.LookPath("sipp")
	if err != nil || os.Geteuid() != 0 {
		t.Log("SIPp is not here, or may not play captures: it opens a raw socket, as root")
		return
	}
	var mu sync.Mutex
	pressed := map[string][]byte{} // by the number called
	e := serve(t, Config{}, frontFunc(func(in Invite) (Handler, *Refusal) {
		return func(l *Leg) {
			if l.Answer() != nil {
				return
			}
			for ev := range l.Events() {
				if ev.Kind == Key {
					mu.Lock()
					pressed[in.Number] = append(pressed[in.Number], byte(ev.Key))
					mu.Unlock()
				}
			}
		}, nil
	}))
	scenario, err := filepath.Abs(filepath.Join("testdata", "sipp", "keys.xml"))
	if err != nil {
		t.Fatal(err)
	}
	number := 0
	var running sync.WaitGroup
	for name, row := range keyTapes() {
		number++
		called := fmt.Sprintf("0501000%04d", number)
		p := &tape{ssrc: 7, sequence: 100}
		row.record(p)
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "keys.pcap"), p.pcap(), 0o600); err != nil {
			t.Fatal(err)
		}
		ports := [2]string{freePort(t), freePort(t)}
		running.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			run := exec.CommandContext(ctx, sipp, e.Addr().String(), "-sf", scenario, "-s", called, "-i", "127.0.0.1",
				"-p", ports[0], "-mp", ports[1], "-m", "1", "-d", strconv.Itoa(int((p.now+500*time.Millisecond)/time.Millisecond)),
				"-nostdin", "-timeout", "100s", "-timeout_error")
			run.Dir = dir
			if out, err := run.CombinedOutput(); err != nil {
				t.Errorf("%s: sipp: %v\n%s", name, err, out)
				return
			}
			comes(t, "the end of "+name, func() bool { return e.media.Stats().Sessions == 0 || pressedAll(&mu, pressed, called, row.keys) })
			mu.Lock()
			defer mu.Unlock()
			if got := string(pressed[called]); got != row.keys {
				t.Errorf("%s: keys %q, want %q", name, got, row.keys)
			}
		})
	}
	running.Wait()
}

// pressedAll reports whether as many keys have come as there are.
func pressedAll(mu *sync.Mutex, pressed map[string][]byte, number, keys string) bool {
	mu.Lock()
	defer mu.Unlock()
	return len(pressed[number]) >= len(keys)
}

// freePort asks the kernel for a port that nobody has, nor the media of these tests will
// have by the time that SIPp takes it, and the next few.
func freePort(t *testing.T) string {
	t.Helper()
	for {
		conn, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := conn.LocalAddr().(*net.UDPAddr).Port
		_ = conn.Close()
		if port < mediaPorts.first-4 || port > mediaPorts.last {
			return strconv.Itoa(port)
		}
	}
}
