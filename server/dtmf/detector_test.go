package dtmf_test

import (
	"testing"
	"time"

	"tsunagi/server/dtmf"
)

// step is the packet interval of the telephones in these tests, 20 ms.
const step = 160

// press returns all packets of a key held down for length from timestamp on.
func press(k byte, length time.Duration, ssrc, timestamp uint32) []dtmf.Packet {
	var packets []dtmf.Packet
	p := dtmf.NewPress(dtmf.Key(k), length, timestamp)
	for !p.Done() {
		sent := p.Next(step)
		packets = append(packets, dtmf.Packet{
			SSRC: ssrc, Timestamp: sent.Timestamp, Marker: sent.Marker, Payload: sent.Payload[:],
		})
	}
	return packets
}

// concat puts the packets of several presses one after the other.
func concat(parts ...[]dtmf.Packet) (all []dtmf.Packet) {
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}

// ends returns the packets of a press that tell its end, and others the rest.
func ends(packets []dtmf.Packet) []dtmf.Packet   { return packets[len(packets)-3:] }
func others(packets []dtmf.Packet) []dtmf.Packet { return packets[:len(packets)-3] }

// unmarked returns packets without their markers.
func unmarked(packets []dtmf.Packet) []dtmf.Packet {
	out := append([]dtmf.Packet(nil), packets...)
	for i := range out {
		out[i].Marker = false
	}
	return out
}

// keys returns what a fresh detector makes of packets.
func keys(packets []dtmf.Packet) string {
	var d dtmf.Detector
	var out []byte
	for _, p := range packets {
		if k, ok := d.Detect(p); ok {
			out = append(out, byte(k))
		}
	}
	return string(out)
}

// telephony.md 1, behaviour 1: three end packets, duplicates, a missing marker, only end
// packets, all end packets lost (also of a repeated digit), 40 ms digits, no gap between
// digits, a digit held for 8 s: always one key per press.
//
// telephony.md 1, behaviour 2: an RTP timestamp that goes back (by 66847096, as Asterisk
// does), jumps forward, wraps at 32 bits; a new SSRC.
//
// telephony.md 1, behaviour 3: an event is identified by equality of (SSRC, timestamp,
// event), the last few kept; it counts at its first packet; a timestamp 65535 later
// without a marker continues a long digit.
func TestOneKeyPerPress(t *testing.T) {
	const ms = time.Millisecond
	five := press('5', 100*ms, 1, 8000)
	fiveAgain := press('5', 100*ms, 1, 9600)
	transferred := uint32(0x10000000)
	cases := []struct {
		name    string
		packets []dtmf.Packet
		want    string
	}{
		{"a press with its three end packets", five, "5"},
		{"every packet is duplicated", concat(five[:1], five[:1], five[1:4], five[1:4], five[4:], five[4:]), "5"},
		{"the marker is missing", unmarked(five), "5"},
		{"the first packet is lost", five[1:], "5"},
		{"only the end packets arrive", ends(five), "5"},
		{"only the last end packet arrives", five[len(five)-1:], "5"},
		{"only one packet in the middle arrives", five[3:4], "5"},
		{"all end packets are lost", others(five), "5"},
		{"all end packets are lost, then another key", concat(others(five), press('6', 100*ms, 1, 9600)), "56"},
		{"all end packets are lost of a repeated digit", concat(others(five), fiveAgain), "55"},
		{"all end packets and markers are lost of a repeated digit", unmarked(concat(others(five), others(fiveAgain))), "55"},
		{"a repeated digit", concat(five, fiveAgain), "55"},
		{"digits of 40 ms", concat(press('1', 40*ms, 1, 0), press('2', 40*ms, 1, 640), press('2', 40*ms, 1, 1280)), "122"},
		{"no gap between digits", concat(press('1', 40*ms, 1, 0), press('1', 40*ms, 1, 320), press('3', 40*ms, 1, 640)), "113"},
		{"the ends of a digit arrive after the next began", concat(others(five), fiveAgain[:2], ends(five), fiveAgain[2:]), "55"},
		{"a digit held for 8 s", concat(press('9', 8*time.Second, 1, 0), press('8', 100*ms, 1, 80000)), "98"},
		{"a digit held past the longest duration", press('9', 20*time.Second, 1, 77), "9"},
		{"a digit held past the longest duration where the clock wraps", press('9', 10*time.Second, 1, 0xFFFFFF00), "9"},
		{"a first segment repeated within the second", func() []dtmf.Packet {
			long := press('9', 10*time.Second, 1, 0)
			return concat(long[:450], long[400:405], long[450:])
		}(), "9"},
		{"a marker begins a press where a segment would", concat(others(press('9', 8*time.Second, 1, 0)), press('9', 40*ms, 1, 65535)), "99"},
		{"another key begins where a segment would", concat(press('9', 40*ms, 1, 0), unmarked(press('8', 40*ms, 1, 65535))), "98"},
		{"the timestamp goes back as after Asterisk's attended transfer",
			concat(press('1', 100*ms, 1, 90000000), press('1', 100*ms, 1, 90000000-66847096), press('2', 100*ms, 1, 90001600-66847096)), "112"},
		{"the timestamp jumps forward", concat(five, press('5', 100*ms, 1, 8000+0x7FFFFFFF)), "55"},
		{"the timestamp wraps between digits", concat(press('1', 60*ms, 1, 0xFFFFFE00), press('1', 60*ms, 1, 0x40)), "11"},
		{"the timestamp wraps to zero", press('0', 100*ms, 1, 0), "0"},
		{"a new SSRC with the same timestamp", concat(five, press('5', 100*ms, 2, 8000)), "55"},
		{"back to the old SSRC", concat(five, press('5', 100*ms, 2, 8000), fiveAgain, press('5', 100*ms, 2, 9600)), "5555"},
		{"two keys at one timestamp", concat(others(five), press('6', 100*ms, 1, 8000)), "56"},
		{"a whole press comes a second time", concat(five, fiveAgain, five), "55"},
		{"a transfer repeats no key", concat(five, press('7', 60*ms, 1, transferred), five[5:]), "57"},
		{"the keys of a card", func() (all []dtmf.Packet) {
			for i, k := range []byte("0123456789*#ABCD") {
				all = append(all, press(k, 60*ms, 1, uint32(i)*960)...)
			}
			return all
		}(), "0123456789*#ABCD"},
		{"a press comes again behind fifteen others", func() []dtmf.Packet {
			var all []dtmf.Packet
			for i := range uint32(16) {
				all = concat(all, press('5', 40*ms, 1, i*640))
			}
			return concat(all, press('5', 40*ms, 1, 0))
		}(), "5555555555555555"},
		{"flash and fax tones are no keys", []dtmf.Packet{
			{SSRC: 1, Payload: []byte{16, 10, 0, 160}}, {SSRC: 1, Payload: []byte{36, 10, 0, 160}}, {SSRC: 1, Payload: []byte{255, 10, 0, 160}}}, ""},
		{"short payloads are nothing", []dtmf.Packet{{SSRC: 1}, {SSRC: 1, Payload: []byte{5, 10, 0}}}, ""},
		{"a first packet of duration zero counts", []dtmf.Packet{{SSRC: 1, Marker: true, Payload: []byte{5, 10, 0, 0}}}, "5"},
		{"the reserved bit is no part of the volume", []dtmf.Packet{{SSRC: 1, Payload: []byte{5, 0x4A, 0, 0}}}, "5"},
		{"padding after the report is nothing", []dtmf.Packet{{SSRC: 1, Payload: []byte{5, 10, 0, 0, 0, 0, 0, 0}}}, "5"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := keys(c.packets); got != c.want {
				t.Errorf("keys = %q, want %q", got, c.want)
			}
		})
	}
}

func TestAWipedDetectorStillKnowsItsPresses(t *testing.T) {
	var d dtmf.Detector
	five := press('5', 100*time.Millisecond, 1, 8000)
	if k, ok := d.Detect(five[0]); !ok || byte(k) != '5' {
		t.Fatalf("first packet = %q, %v, want the key", byte(k), ok)
	}
	d.Wipe()
	for i, p := range five[1:] {
		if _, ok := d.Detect(p); ok {
			t.Errorf("packet %d of the press counted again after Wipe", i+1)
		}
	}
	if k, ok := d.Detect(press('5', 100*time.Millisecond, 1, 9600)[0]); !ok || byte(k) != '5' {
		t.Errorf("the press after Wipe = %q, %v, want the key", byte(k), ok)
	}
}

func TestDetectDoesNotAllocate(t *testing.T) {
	var d dtmf.Detector
	p := dtmf.Packet{SSRC: 1, Marker: true, Payload: []byte{5, 10, 0, 0}}
	if got := testing.AllocsPerRun(100, func() { p.Timestamp += 160; d.Detect(p) }); got != 0 {
		t.Errorf("allocations = %v, want 0", got)
	}
}
