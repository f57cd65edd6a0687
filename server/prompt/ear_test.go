package prompt

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"tsunagi/server/audio"
	"tsunagi/shared/order"
)

// payloads is what a listener of one codec receives when the clips are played.
func payloads(clips []*audio.Clip, codec func(*audio.Clip) []byte) [][]byte {
	var all [][]byte
	for _, clip := range clips {
		all = slices.AppendSeq(all, slices.Chunk(codec(clip), audio.FrameBytes))
	}
	return all
}

func pcmu(c *audio.Clip) []byte { return c.PCMU }
func pcma(c *audio.Clip) []byte { return c.PCMA }

// listen plays the packets to an ear and returns what it recognised, in order.
func listen(ear *Ear, packets [][]byte) []Name {
	var heard []Name
	for _, payload := range packets {
		heard = append(heard, ear.Hear(payload)...)
	}
	return heard
}

// script is a call as a customer hears it, the numerals of 38,604 yen in it.
var script = []Name{
	PressSend, PressSend, OrderReceived, Ringback, Greeting, AmountIs,
	"number-3-man", "number-8000", "number-600", "number-4-yen", AmountEnd,
	CardNumber, CardNumberWrong, CardNumber, Expiry, SecurityCode3, PleaseWait, Music, Approved, Goodbye,
}

func TestEarHearsACall(t *testing.T) {
	v := load(t)
	for codec, take := range map[string]func(*audio.Clip) []byte{"PCMU": pcmu, "PCMA": pcma} {
		t.Run(codec, func(t *testing.T) {
			if got := listen(v.Ear(), payloads(v.Say(script...), take)); !slices.Equal(got, script) {
				t.Errorf("got %v\nwant %v", got, script)
			}
		})
	}
}

func TestEarHearsEveryPromptAlone(t *testing.T) {
	v := load(t)
	for _, name := range Names() {
		if name == MerchantName {
			continue
		}
		if got := listen(v.Ear(), payloads(v.Say(name), pcmu)); !slices.Equal(got, []Name{name}) {
			t.Errorf("%s is heard as %v", name, got)
		}
	}
}

func TestEarWithPacketsLost(t *testing.T) {
	v := load(t)
	packets := payloads(v.Say(script...), pcmu)
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 1))
		var arrived [][]byte
		for i, payload := range packets {
			switch at := random.IntN(100); {
			case at < 10: // lost
			case at < 12: // twice
				arrived = append(arrived, payload, payload)
			case at < 14 && i > 0: // in the wrong order
				arrived = append(arrived, payload)
				if last := len(arrived) - 1; last > 0 {
					arrived[last-1], arrived[last] = arrived[last], arrived[last-1]
				}
			default:
				arrived = append(arrived, payload)
			}
		}
		if got := listen(v.Ear(), arrived); !slices.Equal(got, script) {
			t.Errorf("seed %d: got %v\nwant %v", seed, got, script)
		}
	}
}

func TestEarDoesNotTakeAPartForTheWhole(t *testing.T) {
	v := load(t)
	whole := payloads(v.Say(CardNumber), pcmu)
	backwards := slices.Clone(whole)
	slices.Reverse(backwards)
	tests := []struct {
		name    string
		packets [][]byte
		want    []Name
	}{
		{"interrupted in the middle", whole[:len(whole)/2], nil},
		{"the start three times", slices.Concat(whole[:90], whole[:90], whole[:90]), nil},
		{"backwards", backwards, nil},
		{"interrupted, then whole", slices.Concat(whole[:60], whole), []Name{CardNumber}},
		{"silence", payloads([]*audio.Clip{audio.Silence(5 * time.Second)}, pcmu), nil},
		{"nothing we play", payloads([]*audio.Clip{audio.NewClip(noise(40_000))}, pcmu), nil},
		{"payloads of another size", [][]byte{nil, {}, whole[20][:80], bytes.Repeat(whole[20], 3)}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := listen(v.Ear(), tt.packets); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func noise(samples int) []int16 {
	random := rand.New(rand.NewPCG(1, 2))
	pcm := make([]int16, samples)
	for i := range pcm {
		pcm[i] = int16(random.IntN(20_000) - 10_000)
	}
	return pcm
}

func TestEarTellsWhatIsBeginning(t *testing.T) {
	v := load(t)
	ear := v.Ear()
	if got := ear.Latest(); got != "" {
		t.Errorf("before anything: got %s", got)
	}
	listen(ear, payloads(v.Say(CardNumber), pcmu))
	// 80 ms of silence, then three frames of speech.
	listen(ear, payloads(v.Say(Expiry), pcmu)[:10])
	if got := ear.Latest(); got != Expiry {
		t.Errorf("got %s, want %s", got, Expiry)
	}
}

func TestEarUnderstandsEveryAmountItHears(t *testing.T) {
	v := load(t)
	for amount := order.Yen(7); amount <= order.MaxYen; amount = amount*3 + 1 {
		if got, ok := Sum(listen(v.Ear(), payloads(v.Amount(amount), pcma))); !ok || got != amount {
			t.Errorf("%d is heard as %d (%t)", amount, got, ok)
		}
	}
}

func TestEarKnowsMerchantsRecordings(t *testing.T) {
	same := &fstest.MapFile{}
	var file bytes.Buffer
	if err := audio.WriteWAV(&file, noise(16_000), audio.SampleRateHz); err != nil {
		t.Fatal(err)
	}
	same.Data = file.Bytes()
	v, err := load(t).With(fstest.MapFS{"security-code-3.wav": same, "security-code-4.wav": same})
	if err != nil {
		t.Fatal(err)
	}
	got := listen(v.Ear(), payloads(v.Say(SecurityCode3), pcmu))
	slices.Sort(got)
	if want := []Name{SecurityCode3, SecurityCode4}; !slices.Equal(got, want) {
		t.Errorf("one recording for two prompts: got %v, want %v", got, want)
	}
	if got := listen(load(t).Ear(), payloads(v.Say(SecurityCode3), pcmu)); len(got) != 0 {
		t.Errorf("the built-in ear hears %v in a merchant's recording", got)
	}
}
