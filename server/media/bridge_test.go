package media

import (
	"bytes"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"tsunagi/server/audio"
	"tsunagi/server/dtmf"
	"tsunagi/server/prompt"
	"tsunagi/server/sdp"
)

// bridged is a rig with an operator's and a customer's session on a bridge.
type bridged struct {
	*rig
	operator, customer         *Session
	operatorSink, customerSink *recorder
	toOperator, toCustomer     *fakeSocket
	sequence                   uint16
}

func newBridged(t testing.TB, muteKeys bool, operatorParams, customerParams Params) *bridged {
	t.Helper()
	b := &bridged{rig: newRig(t, Config{}), operatorSink: &recorder{}, customerSink: &recorder{}}
	b.operator, b.toOperator = b.start(b.operatorSink, operatorParams)
	b.customer, b.toCustomer = b.start(b.customerSink, customerParams)
	if err := Bridge(b.operator, b.customer, muteKeys); err != nil {
		t.Fatal(err)
	}
	b.pass(20 * time.Millisecond)
	return b
}

// say lets a peer send a packet and 20 ms pass.
func (b *bridged) say(from *Session, payloadType uint8, payload []byte) {
	b.sequence++
	b.deliver(from, peer, packet(payloadType, b.sequence, uint32(b.sequence)*160, 9, payload...))
	b.pass(20 * time.Millisecond)
}

// sounding returns what was sent without the silence before and after it.
func sounding(sent []sentPacket, silence byte) []byte {
	return bytes.Trim(payloads(sent), string([]byte{silence}))
}

func TestBridgedPeersHearEachOther(t *testing.T) {
	alaw := agreed()
	alaw.Codec, alaw.PayloadType, alaw.Ptime = sdp.PCMA, 8, 30*time.Millisecond
	b := newBridged(t, false, agreed(), alaw)
	b.toOperator.take()
	b.toCustomer.take()
	pcm := audio.Music()[:8000]
	pcmu, pcma := audio.EncodePCMU(pcm), audio.EncodePCMA(pcm)
	for at := 0; at < len(pcm); at += 160 {
		b.sequence++
		b.deliver(b.operator, peer, packet(0, b.sequence, uint32(at), 9, pcmu[at:at+160]...))
		b.deliver(b.customer, peer, packet(8, b.sequence, uint32(at), 8, pcma[at:at+160]...))
		b.pass(20 * time.Millisecond)
	}
	b.pass(100 * time.Millisecond)
	for name, c := range map[string]struct {
		sent        []sentPacket
		payloadType uint8
		want        []byte
	}{
		"operator": {b.toOperator.take(), 0, audio.EncodePCMU(audio.DecodePCMA(pcma))},
		"customer": {b.toCustomer.take(), 8, audio.EncodePCMA(audio.DecodePCMU(pcmu))},
	} {
		all := payloads(c.sent)
		if at := bytes.Index(all, c.want[400:6400]); at < 0 || at > 1200 {
			t.Errorf("the %s hears the middle of it at byte %d of %d, want it whole and within 100 ms", name, at, len(all))
		}
		if c.sent[0].payloadType != c.payloadType {
			t.Errorf("the %s gets payload type %d", name, c.sent[0].payloadType)
		}
	}
}

func TestALatePacketMakesNoGapInABridge(t *testing.T) {
	b := newBridged(t, false, agreed(), agreed())
	sound := clip(50, 1).PCMU
	b.toOperator.take()
	for i := range 50 {
		b.sequence++
		b.deliver(b.customer, peer, packet(0, b.sequence, uint32(i)*160, 9, sound[i*160:(i+1)*160]...))
		if i%5 != 2 { // every fifth comes with the next
			b.pass(20 * time.Millisecond)
		} else {
			b.pass(20 * time.Millisecond / 2)
			b.pass(20 * time.Millisecond / 2)
		}
	}
	b.pass(60 * time.Millisecond)
	if !bytes.Contains(payloads(b.toOperator.take()), sound[:len(sound)-640]) {
		t.Error("the sound did not come through whole")
	}
	// A burst is caught up with, not kept as delay for ever.
	for i := range 40 {
		b.sequence++
		b.deliver(b.customer, peer, packet(0, b.sequence, uint32(i)*160, 9, sound[:160]...))
	}
	b.pass(20 * time.Millisecond)
	if most := jitterBytes + excessBytes; b.operator.bridge.kept > most {
		t.Errorf("%d bytes are kept, want at most %d", b.operator.bridge.kept, most)
	}
}

// TestNoKeyOfTheCustomerReachesTheOperator presses all keys as tones and as events, with
// speech between them, and listens to what the operator gets.
func TestNoKeyOfTheCustomerReachesTheOperator(t *testing.T) {
	voice, err := prompt.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	speech := voice.Clip(prompt.Names()[0]).PCMU[:8000]
	for _, level := range []float64{1, 0.1} {
		b := newBridged(t, true, agreed(), agreed())
		var spoken int
		for _, k := range []byte("123A456B789C*0#D") {
			for at := 0; at < len(speech); at += 160 {
				b.say(b.customer, 0, speech[at:at+160])
			}
			for range 8 {
				b.say(b.customer, 0, bytes.Repeat([]byte{0xFF}, 160))
			}
			// The key comes when nothing is kept back against jitter any more.
			b.pass(20 * time.Millisecond)
			spoken += len(sounding(b.toOperator.take(), 0xFF))
			tone := toneOf(k, 6)
			for i := range tone {
				tone[i] = int16(float64(tone[i]) * level)
			}
			for at := 0; at < len(tone); at += 160 {
				b.say(b.customer, 0, audio.EncodePCMU(tone[at:at+160]))
			}
			press := dtmf.NewPress(dtmf.Key(k), 100*time.Millisecond, 1)
			for !press.Done() {
				report := press.Next(160)
				b.sequence++
				b.deliver(b.customer, peer, packet(101, b.sequence, uint32(b.sequence)*160, 9, report.Payload[:]...))
				b.pass(20 * time.Millisecond)
			}
			for range 20 {
				b.say(b.customer, 0, bytes.Repeat([]byte{0xFF}, 160))
			}
			sent := b.toOperator.take()
			for _, p := range sent {
				if p.payloadType != 0 {
					t.Fatalf("a packet of type %d reached the operator", p.payloadType)
				}
			}
			if rest := sounding(sent, 0xFF); len(rest) != 0 {
				t.Errorf("%d bytes of the sound of a key at %.1f reached the operator", len(rest), level)
			}
		}
		if whole := 16 * len(speech); spoken < whole*8/10 {
			t.Errorf("%d of %d bytes of speech came through, want most", spoken, whole)
		}
		if keys := strings.ReplaceAll(string(b.customerSink.keys), " ", ""); len(b.operatorSink.keys) != 0 || len(keys) == 0 {
			t.Errorf("%d keys of the customer were told, %d as the operator's", len(keys), len(b.operatorSink.keys))
		}
	}
}

func TestAPromptGoesBeforeABridge(t *testing.T) {
	b := newBridged(t, false, agreed(), agreed())
	loud := bytes.Repeat([]byte{0x10}, 160)
	for range 10 {
		b.say(b.operator, 0, loud)
	}
	b.toCustomer.take()
	sound := clip(5, 9)
	b.customer.Play(1, []*audio.Clip{sound}, false)
	for range 5 {
		b.say(b.operator, 0, loud)
	}
	if got := payloads(b.toCustomer.take()); !bytes.Contains(got, sound.PCMU[:640]) {
		t.Error("the prompt was not heard")
	}
	for range 5 {
		b.say(b.operator, 0, loud)
	}
	if got := payloads(b.toCustomer.take()); !bytes.Contains(got, loud) {
		t.Error("the operator was not heard after the prompt")
	}
}

func TestABridgeEndsWithEitherSide(t *testing.T) {
	loud := bytes.Repeat([]byte{0x10}, 160)
	for name, end := range map[string]func(*bridged){
		"closed":    func(b *bridged) { b.customer.Close() },
		"unbridged": func(b *bridged) { b.customer.Unbridge() },
		"bridged to another": func(b *bridged) {
			third, _ := b.start(&recorder{}, agreed())
			if err := Bridge(b.customer, third, false); err != nil {
				t.Fatal(err)
			}
		},
	} {
		b := newBridged(t, true, agreed(), agreed())
		end(b)
		b.pass(20 * time.Millisecond)
		b.toOperator.take()
		for range 20 {
			b.say(b.customer, 0, loud)
			b.say(b.operator, 0, loud)
		}
		if got := sounding(b.toOperator.take(), 0xFF); len(got) != 0 || b.operator.bridge != nil {
			t.Errorf("%s: %d bytes still come through", name, len(got))
		}
	}
	one, other := newRig(t, Config{}), newRig(t, Config{Addr: netip.MustParseAddr("192.0.2.2")})
	a, _ := one.start(&recorder{}, agreed())
	c, _ := other.start(&recorder{}, agreed())
	if err := Bridge(a, c, true); !errors.Is(err, ErrOtherEngine) {
		t.Errorf("sessions of two engines: %v, want ErrOtherEngine", err)
	}
}
