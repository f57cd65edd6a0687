package media

import (
	"net"
	"net/netip"
	"slices"
	"testing"

	"tsunagi/server/dtmf"
)

// sparedSocket is a socket of the kernel with the filter for µ-law, and a way to ask what
// comes through: the datagrams sent since, by number.
func sparedSocket(t *testing.T, host netip.Addr) (*rawSocket, func(datagrams [][]byte) (came []int)) {
	t.Helper()
	n := ownNetwork(t)
	opened, err := n.listen(netip.AddrPortFrom(host, 0), 0)
	if err != nil {
		t.Skipf("this machine has no %s: %v", host, err)
	}
	s := opened.(*rawSocket)
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(addrOf(t, s)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		_ = s.close()
	})
	s.watch()
	if !s.spare(staticPCMU) {
		t.Skip("this kernel cannot")
	}
	return s, func(datagrams [][]byte) (came []int) {
		t.Helper()
		for _, d := range datagrams {
			if _, err := conn.Write(d); err != nil {
				t.Fatal(err)
			}
			// On loopback a datagram is there, or dropped, when the write returns.
			before := len(came)
			n.drain(func(int, []byte, netip.AddrPort) { came = append(came, 1) }, func() bool { return false })
			if len(came) == before {
				came = append(came, 0)
			}
		}
		return came
	}
}

// Each rule of the filter, at a socket of the kernel: what it drops is sound of the payload
// type without marker, all but one in spareEvery, and nothing else.
func TestWhatTheFilterDrops(t *testing.T) {
	sound := func(change func(b []byte)) (all [][]byte) {
		for seq := range uint16(spareEvery) {
			b := packet(staticPCMU, 0xFFF0+seq, 160*uint32(seq), 7, make([]byte, 160)...)
			change(b)
			all = append(all, b)
		}
		return all
	}
	payloadType := func(n byte) func([]byte) { return func(b []byte) { b[1] = n } }
	report := dtmf.Report{Key: '5', Duration: 160}.Encode()
	var event [][]byte
	for seq := range uint16(spareEvery) {
		event = append(event, packet(101, seq, 800, 7, report[:]...))
	}
	all, oneInMany := slices.Repeat([]int{1}, spareEvery), make([]int, spareEvery)
	oneInMany[0] = 1
	for name, row := range map[string]struct {
		sent [][]byte
		want []int
	}{
		"sound":                      {sound(func([]byte) {}), oneInMany},
		"of another stream":          {sound(func(b []byte) { b[11] = 9 }), oneInMany},
		"with padding":               {sound(func(b []byte) { b[0] |= 1 << 5 }), oneInMany},
		"with an extension":          {sound(func(b []byte) { b[0] |= 1 << 4 }), oneInMany},
		"with contributors":          {sound(func(b []byte) { b[0] |= 3 }), oneInMany},
		"after a pause":              {sound(payloadType(0x80 | staticPCMU)), all},
		"events":                     {event, all},
		"events of another number":   {sound(payloadType(96)), all},
		"comfort noise":              {sound(payloadType(comfortNoise)), all},
		"A-law":                      {sound(payloadType(staticPCMA)), all},
		"G.722":                      {sound(payloadType(staticG722)), all},
		"version 0":                  {sound(func(b []byte) { b[0] = 0 }), all},
		"version 1":                  {sound(func(b []byte) { b[0] = 1 << 6 }), all},
		"version 3":                  {sound(func(b []byte) { b[0] = 3 << 6 }), all},
		"RTCP, were it to come here": {sound(payloadType(200)), all},
		"no RTP, and short":          {[][]byte{{}, {0x80}, {0x80, 0}, {0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}}, []int{1, 1, 1, 1}},
		"a header alone":             {[][]byte{packet(0, 1, 0, 7), packet(0, spareEvery, 0, 7), packet(0, 7, 0, 7)}, []int{0, 1, 0}},
	} {
		for family, host := range map[string]netip.Addr{"IPv4": loopback, "IPv6": netip.IPv6Loopback()} {
			t.Run(name+" over "+family, func(t *testing.T) {
				s, came := sparedSocket(t, host)
				got := came(row.sent)
				if !slices.Equal(got, row.want) {
					t.Errorf("came %v, want %v", got, row.want)
				}
				dropped := uint64(0)
				for _, n := range row.want {
					dropped += uint64(1 - n)
				}
				if got := s.spared(); got != dropped {
					t.Errorf("the kernel counts %d dropped, want %d", got, dropped)
				}
				s.takeAll()
				if got := came(row.sent); slices.Contains(got, 0) {
					t.Errorf("without the filter came %v", got)
				}
			})
		}
	}
}
