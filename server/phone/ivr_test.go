package phone

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net/netip"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"tsunagi/server/audio"
	"tsunagi/server/dtmf"
	"tsunagi/server/media"
	"tsunagi/server/prompt"
	"tsunagi/server/sipua"
)

// shortVoice is the catalogue spoken in noise of 120 ms a prompt, the same noise each
// time, so that tests do not last as long as the sentences.
var shortVoice = sync.OnceValues(func() (*prompt.Voice, error) {
	folder := fstest.MapFS{}
	for i, name := range prompt.Names() {
		noise := rand.New(rand.NewPCG(1, uint64(i)))
		pcm := make([]int16, audio.Samples(120*time.Millisecond))
		for j := range pcm {
			pcm[j] = int16(noise.IntN(8000) - 4000)
		}
		var wav bytes.Buffer
		if err := audio.WriteWAV(&wav, pcm, audio.SampleRateHz); err != nil {
			return nil, err
		}
		folder[string(name)+".wav"] = &fstest.MapFile{Data: wav.Bytes()}
	}
	return prompt.Load(folder)
})

func voice(t *testing.T) *prompt.Voice {
	t.Helper()
	v, err := shortVoice()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// An ivr is a small answering endpoint: it speaks as the server does and checks what is
// keyed.
type ivr struct {
	t        *testing.T
	voice    *prompt.Voice
	line     func(*answerer) // what it does with a call
	endpoint *sipua.Endpoint // set by serve
}

// An answerer is a call in the ivr.
type answerer struct {
	t     *testing.T
	leg   *sipua.Leg
	voice *prompt.Voice
	turn  int
	gone  bool
}

// Admit takes every number but 0509.
func (i *ivr) Admit(in sipua.Invite) (sipua.Handler, *sipua.Refusal) {
	if in.Number == "0509" {
		return nil, &sipua.Refusal{Status: 486}
	}
	return func(leg *sipua.Leg) {
		if err := leg.Answer(); err != nil {
			i.t.Errorf("answer: %v", err)
			return
		}
		i.line(&answerer{t: i.t, leg: leg, voice: i.voice})
		leg.Bye()
		for range leg.Events() {
		}
	}, nil
}

// serve runs the ivr and returns its address.
func (i *ivr) serve(t *testing.T) string {
	t.Helper()
	engine, err := media.New(media.Config{Addr: netip.MustParseAddr("127.0.0.1"), PortMin: 43000, PortMax: 43999})
	if err != nil {
		t.Fatal(err)
	}
	endpoint, err := sipua.New(sipua.Config{Listen: "127.0.0.1:0"}, engine, i)
	if err != nil {
		t.Fatal(err)
	}
	i.endpoint = endpoint
	served := make(chan error, 1)
	go func() { served <- endpoint.Serve(context.Background()) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		for _, err := range []error{endpoint.Close(ctx), <-served, engine.Close()} {
			if err != nil {
				t.Error(err)
			}
		}
	})
	return endpoint.Addr().String()
}

// say plays prompts and returns when they are out, or at the first key, which it
// returns.
func (a *answerer) say(names ...prompt.Name) (dtmf.Key, bool) {
	return a.play(false, names...)
}

// repeat plays prompts with a pause after them until a key.
func (a *answerer) repeat(names ...prompt.Name) (dtmf.Key, bool) {
	return a.play(true, names...)
}

func (a *answerer) play(loop bool, names ...prompt.Name) (dtmf.Key, bool) {
	if a.gone {
		return 0, false
	}
	a.turn++
	clips := a.voice.Say(names...)
	if loop {
		clips = append(clips, audio.Silence(400*time.Millisecond))
	}
	a.leg.Play(a.turn, clips, loop)
	for ev := range a.leg.Events() {
		switch {
		case ev.Kind == sipua.Key:
			a.leg.Stop()
			return ev.Key, true
		case ev.Kind == sipua.PlayedOut && ev.Turn == a.turn:
			return 0, false
		}
	}
	a.gone = true
	return 0, false
}

// ask plays prompts and counts keys until there are n or a #.
func (a *answerer) ask(n int, names ...prompt.Name) (keys []dtmf.Key) {
	if k, ok := a.say(names...); ok {
		keys = append(keys, k)
	}
	for !a.gone && (len(keys) == 0 || len(keys) < n && keys[len(keys)-1] != dtmf.Pound) {
		ev, ok := <-a.leg.Events()
		if a.gone = !ok; ok && ev.Kind == sipua.Key {
			keys = append(keys, ev.Key)
		}
	}
	return keys
}

// expect checks what was keyed, without writing it.
func (a *answerer) expect(what string, got []dtmf.Key, want string) {
	a.t.Helper()
	if a.gone {
		return
	}
	ok := len(got) == len(want)
	for i := range min(len(got), len(want)) {
		ok = ok && byte(got[i]) == want[i]
	}
	if !ok {
		a.t.Errorf("%s: got %d keys, not the %d expected", what, len(got), len(want))
	}
}

// pay is a payment with the card 4111…, from the send window to its result.
func pay(results ...prompt.Name) func(*answerer) {
	return func(a *answerer) {
		a.say(prompt.PressSend, prompt.PressSend)
		if k, _ := a.repeat(prompt.OrderReceived); k != '1' && !a.gone {
			a.t.Error("the transfer was not completed by 1")
		}
		a.say(prompt.Ringback, prompt.Ringback)
		a.say(prompt.Greeting, prompt.AmountIs, "number-1000", "number-200-yen", prompt.AmountEnd)
		for _, result := range results {
			a.expect("card number", a.ask(17, prompt.CardNumber, prompt.StarHint), "4111111111111111#")
			a.expect("expiry", a.ask(4, prompt.Expiry), "1230")
			a.expect("security code", a.ask(3, prompt.SecurityCode3), "123")
			a.say(prompt.PleaseWait)
			a.say(prompt.Music)
			a.say(result)
		}
		a.say(prompt.Goodbye)
	}
}
