package media

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"tsunagi/server/dtmf"
)

// paymentKeys is what a customer presses in one call: the card, its expiry and its code.
const paymentKeys = "4111111111111111#1230123"

// telephony.md 1, behaviour 5: at 10 % RTP loss no wrong digit in 40 calls; at 20 % fewer
// than Asterisk's 3 in 40. The telephone is ours, which sends a report each 20 ms and the
// end three times, as RFC 4733 has it; the seeds are fixed, and each loss is tried with
// single packets and with bursts, in which a network really loses them. A burst now and
// then swallows all packets of a press, which nobody can then know of: that alone may be
// missing. Every press of which one packet has come is a key, in its place, once.
func TestDigitsUnderLoss(t *testing.T) {
	const calls = 40
	const ms = time.Millisecond
	for _, c := range []struct {
		loss   float64
		burst  float64 // packets lost at once, on average
		length time.Duration
		holes  int // calls with a press of which nothing came, at most
	}{
		{0.1, 1, 80 * ms, 0}, {0.1, 2, 80 * ms, 1}, {0.1, 1, 50 * ms, 0},
		{0.2, 1, 80 * ms, 0}, {0.2, 2, 80 * ms, 4}, {0.2, 1, 50 * ms, 0},
	} {
		t.Run(fmt.Sprintf("%.0f %% in bursts of %.0f, keys of %s", 100*c.loss, c.burst, c.length), func(t *testing.T) {
			holes, lost, sent := 0, 0, 0
			for call := range calls {
				server := &recorder{}
				l := newLine(t, &recorder{}, server)
				l.random = rand.New(rand.NewPCG(uint64(call), uint64(1000*c.loss)))
				l.loss, l.burst = c.loss, c.burst
				l.pass(100 * ms)
				for _, k := range []byte(paymentKeys) {
					l.a.SendKey(dtmf.Key(k), c.length, 120*ms)
				}
				l.pass(time.Duration(len(paymentKeys)) * (c.length + 180*ms))
				var pressed, want []byte
				for _, p := range l.presses {
					if pressed = append(pressed, p.key); p.came > 0 {
						want = append(want, p.key)
					}
				}
				if string(pressed) != paymentKeys {
					t.Fatalf("call %d: %q was sent", call, pressed)
				}
				if string(server.keys) != string(want) {
					t.Errorf("call %d: heard %q, and packets of %q have come", call, server.keys, want)
				}
				if len(want) < len(pressed) {
					holes++
				}
				lost, sent = lost+l.lost, sent+l.sent
			}
			if share := float64(lost) / float64(sent); share < 0.8*c.loss || share > 1.2*c.loss {
				t.Errorf("the line lost %.3f of its packets, want about %.2f: the test does not test", share, c.loss)
			}
			if holes > c.holes {
				t.Errorf("%d of %d calls with a press of which nothing came, want at most %d", holes, calls, c.holes)
			}
			t.Logf("%d of %d calls with a press of which nothing came", holes, calls)
		})
	}
}
