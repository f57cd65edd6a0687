package dtmf_test

import (
	"testing"
	"time"

	"tsunagi/server/dtmf"
)

// script reads the bytes of a fuzz input one by one, zero after the last.
type script []byte

func (s *script) next() byte {
	if len(*s) == 0 {
		return 0
	}
	b := (*s)[0]
	*s = (*s)[1:]
	return b
}

// FuzzPress sends whole presses over a network that loses, doubles and delays packets
// but brings one packet of each press. Fact: each press gives exactly its one key, in
// order.
func FuzzPress(f *testing.F) {
	f.Add([]byte("four keys, and a network of its own making"))
	f.Add([]byte{0x05, 0, 0, 0xFF, 0x05, 0, 0, 0xFF, 0x05, 0, 0, 0xFF})
	f.Add([]byte{0x19, 255, 7, 1, 0x29, 255, 7, 1, 0x39, 20, 4, 9})
	f.Fuzz(func(t *testing.T, input []byte) {
		s := script(input)
		var d dtmf.Detector
		var want, got []byte
		var late []dtmf.Packet // copies that the network still holds
		ssrc, timestamp := uint32(1), uint32(0xFFFFF000)
		begun := map[[2]uint32]bool{}
		receive := func(p dtmf.Packet) {
			if k, ok := d.Detect(p); ok {
				got = append(got, byte(k))
			}
		}
		for len(s) > 0 && len(want) < 40 {
			shape, length := s.next(), time.Duration(s.next())*40*time.Millisecond
			key := "0123456789*#ABCD"[shape&15]
			if shape&0x10 != 0 {
				ssrc++
			}
			if shape&0x20 != 0 { // a transfer
				timestamp -= 66847096
			}
			// A press without its marker at just this distance is a segment, by the rule.
			for begun[[2]uint32{ssrc, timestamp}] || begun[[2]uint32{ssrc, timestamp - 65535}] {
				timestamp += 8
			}
			packets := press(key, length, ssrc, timestamp)
			if shape&0x40 != 0 {
				packets = unmarked(packets)
			}
			for _, p := range packets {
				begun[[2]uint32{p.SSRC, p.Timestamp}] = true
			}
			// Losing a whole segment of a long press would leave two presses.
			survives := int(s.next()) % len(packets)
			long := len(packets) > 400
			loss := s.next()
			for i, p := range packets {
				if loss&(1<<(i%8)) != 0 && i != survives && !long {
					continue
				}
				receive(p)
				if i%7 == int(loss)%7 {
					receive(p)
					late = append(late, p)
				}
			}
			want = append(want, key)
			if shape&0x80 != 0 || len(late) > 64 {
				for _, p := range late {
					receive(p)
				}
				late = nil
			}
			if len(want)%8 == 0 { // no packet comes later than that
				late = nil
			}
			timestamp = packets[len(packets)-1].Timestamp + uint32(length.Milliseconds()*8)
		}
		if string(got) != string(want) {
			t.Errorf("keys = %q, want %q", got, want)
		}
	})
}

// FuzzDetector takes any packets. Facts: a key is what the payload says; one identity
// gives at most one key; a packet that comes again at once never counts.
func FuzzDetector(f *testing.F) {
	f.Add([]byte{1, 1, 5, 0x80, 0, 0, 1, 1, 5, 0, 0, 0, 1, 2, 5, 0, 0, 0})
	f.Fuzz(func(t *testing.T, input []byte) {
		var d dtmf.Detector
		counted := map[[3]uint32]bool{}
		for i := 0; len(input) >= 6 && i < 16; i++ { // as many presses as are kept
			p := dtmf.Packet{
				SSRC: uint32(input[0] & 3), Timestamp: uint32(input[1]) * 65535,
				Marker: input[0]&0x80 != 0, Payload: input[2 : 2+int(input[0]>>4&3)+1],
			}
			id := [3]uint32{p.SSRC, p.Timestamp, uint32(p.Payload[0])}
			k, ok := d.Detect(p)
			report, isKey := dtmf.ParseReport(p.Payload)
			if ok && (!isKey || k != report.Key) {
				t.Fatalf("packet %d counted as another key than its payload says", i)
			}
			if ok && counted[id] {
				t.Fatalf("packet %d: one press counted twice", i)
			}
			counted[id] = counted[id] || ok
			if _, again := d.Detect(p); again {
				t.Fatalf("packet %d counted again when it came again", i)
			}
			input = input[6:]
		}
	})
}
