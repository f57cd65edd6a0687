package sipua

import (
	"testing"
	"time"

	"tsunagi/server/audio"
)

func TestCalledPartyHearsTheCaller(t *testing.T) {
	ls := make(legs, 1)
	answerer := serve(t, Config{}, ls)
	dialler := serve(t, Config{}, nil)
	result := goDial(t.Context(), dialler, DialParams{To: "sip:101@" + answerer.Addr().String()})
	in := ls.next(t)
	frames := make(chan int, 100)
	err := in.AnswerAndHear(func(payload []byte) {
		select {
		case frames <- len(payload):
		default:
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	got := <-result
	if got.err != nil {
		t.Fatal(got.err)
	}
	got.leg.Play(1, clips(t, 10), false)
	for heard := 0; heard < 10; heard++ {
		select {
		case n := <-frames:
			if n != audio.FrameBytes {
				t.Errorf("got a frame of %d bytes, want %d", n, audio.FrameBytes)
			}
		case <-time.After(patience):
			t.Fatalf("heard %d frames, want 10", heard)
		}
	}
	got.leg.Bye()
	until(t, in, Ended)
}
