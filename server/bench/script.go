package bench

import (
	"time"

	"tsunagi/server/audio"
	"tsunagi/server/prompt"
	"tsunagi/shared/order"
)

// packetTime is the length of a packet, and what a call counts its time in.
const packetTime = audio.FrameDuration

// A key is pressed for keyDown packets, its end is told three times (RFC 4733
// 2.5.1.4), and the next one follows keyEvery packets after it: 100 ms and 200 ms.
const (
	keyDown  = 5
	keyEnds  = 3
	keyEvery = 10
)

// amount is what every call costs, in yen: a price of few words.
const amount order.Yen = 3000

// step is what a call sends in one packet.
type step struct {
	key  uint8 // place among the keys, from 1; 0: sound
	part uint8 // of the key: which of its packets
}

// script is what a call does, packet by packet from the answer on.
type script struct {
	steps    []step
	keys     int           // how many are pressed
	released int           // packet from which the operator is free for another call
	longest  int           // packets; a call that lasts longer has failed
	lasts    time.Duration // about, of a call that succeeds
}

// Lengths of what is heard, and how long the customer thinks before keying.
const (
	toOne       = 1500 * time.Millisecond // from the answer to 「1」: the order is there by then
	ringback    = 5 * time.Second
	toNumber    = 2500 * time.Millisecond // into the question for the number
	toExpiry    = 1500 * time.Millisecond
	toCode      = 1500 * time.Millisecond
	simDelay    = 800 * time.Millisecond // of the simulated acquirer
	afterTheKey = 300 * time.Millisecond // until a server has taken a key for pressed, and to spare
	patience    = 20 * time.Second       // beyond the expected end
)

// sound is what both servers play.
type sound struct{ handover, greeting, number, expiry, code, result []*audio.Clip }

func soundOf(v *prompt.Voice) sound {
	s := sound{
		handover: v.Say(prompt.PressSend, prompt.OrderReceived, prompt.OrderReceived, prompt.OrderReceived),
		greeting: v.Say(prompt.Greeting, prompt.AmountIs),
		number:   v.Say(prompt.CardNumber, prompt.StarHint),
		expiry:   v.Say(prompt.Expiry),
		code:     v.Say(prompt.SecurityCode3),
		result:   v.Say(prompt.PleaseWait),
	}
	s.greeting = append(append(s.greeting, v.Amount(amount)...), v.Say(prompt.AmountEnd)...)
	music := v.Clip(prompt.Music).PCMU[:audio.Samples(simDelay)/audio.FrameBytes*audio.FrameBytes]
	s.result = append(s.result, &audio.Clip{PCMU: music})
	s.result = append(s.result, v.Say(prompt.Approved, prompt.Goodbye)...)
	return s
}

// length is how long clips last.
func length(clips []*audio.Clip) time.Duration {
	var sum time.Duration
	for _, c := range clips {
		sum += c.Duration()
	}
	return sum
}

// newScript times the keys so that a server that keeps its pace hears each in the
// question it belongs to.
func newScript(s sound) *script {
	c := &script{}
	at := toOne
	press := func(keys int) {
		for range keys {
			c.press(at)
			at += keyEvery * packetTime
		}
	}
	press(1)
	at += afterTheKey + ringback
	c.released = int((at + time.Second) / packetTime)
	at += length(s.greeting) + toNumber
	press(16)
	at += toExpiry
	press(4)
	at += toCode
	press(3)
	c.lasts = at + length(s.result)
	c.longest = int((c.lasts + patience) / packetTime)
	return c
}

// press adds a key.
func (c *script) press(at time.Duration) {
	first := int(at / packetTime)
	for len(c.steps) < first+keyEvery {
		c.steps = append(c.steps, step{})
	}
	c.keys++
	for i := range keyDown + keyEnds {
		c.steps[first+i] = step{uint8(c.keys), uint8(i)}
	}
}

// at is what is sent in the packet of that number.
func (c *script) at(packet int) step {
	if packet < len(c.steps) {
		return c.steps[packet]
	}
	return step{}
}

// A card that the simulated acquirer approves of and whose number is full with its
// sixteenth digit; and the operator's 「1」 before it.
const (
	pressOne   = "1"
	cardNumber = "5555555555554444"
	cardExpiry = "1230"
	cardCode   = "123"
	keyed      = pressOne + cardNumber + cardExpiry + cardCode
)
