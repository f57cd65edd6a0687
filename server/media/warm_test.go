package media

import (
	"testing"

	"tsunagi/server/audio"
	"tsunagi/server/sdp"
)

// What is warmed is the sound that is sent next, in its codec, and nothing beyond its end.
func TestWarmedIsTheSoundThatComesNext(t *testing.T) {
	var clip audio.Clip
	for i := range 400 {
		clip.PCMU, clip.PCMA = append(clip.PCMU, byte(i/2)), append(clip.PCMA, byte(i/4))
	}
	clips := []*audio.Clip{nil, &clip}
	for name, c := range map[string]struct {
		player player
		codec  sdp.Codec
		want   int // the sum of a byte in each line
	}{
		"nothing is played":      {player{}, sdp.PCMU, 0},
		"all is played":          {player{clips: clips, clip: 2}, sdp.PCMU, 0},
		"a clip without sound":   {player{clips: clips, clip: 0}, sdp.PCMU, 0},
		"from the beginning":     {player{clips: clips, clip: 1}, sdp.PCMU, 0 + 32 + 64},
		"from within":            {player{clips: clips, clip: 1, offset: 160}, sdp.PCMU, 80 + 112 + 144},
		"in the other codec":     {player{clips: clips, clip: 1, offset: 160}, sdp.PCMA, 40 + 56 + 72},
		"less than a packet":     {player{clips: clips, clip: 1, offset: 320}, sdp.PCMU, 160 + 192},
		"at the end of the clip": {player{clips: clips, clip: 1, offset: 400}, sdp.PCMU, 0},
	} {
		if got := c.player.warm(c.codec); got != c.want {
			t.Errorf("%s: the bytes that were read sum up to %d, want %d", name, got, c.want)
		}
	}
}

// Serving does not depend on warming, which reads sessions of every state and changes none.
func TestWarmingChangesNothing(t *testing.T) {
	e := new(Engine)
	idle, held := &Session{engine: e, socket: &fakeSocket{}}, &Session{engine: e, socket: &fakeSocket{}}
	held.params.Direction = sdp.Inactive
	held.player = player{clips: []*audio.Clip{nil}, clip: 1}
	before := held.player.clip
	e.warm(nil)
	e.warm([]*Session{idle, held})
	if held.player.clip != before || held.out != (header{}) || idle.out != (header{}) {
		t.Errorf("warming has moved a session on: %+v, %+v", held.out, idle.out)
	}
}
