package dtmf_test

import (
	"testing"
	"time"

	"tsunagi/server/dtmf"
)

// told is what a source tells of a press.
type told struct {
	at   time.Duration
	key  byte
	from dtmf.Source
}

// merge returns the keys that count of what was told.
func merge(all []told) string {
	var m dtmf.Merger
	var keys []byte
	for _, t := range all {
		if m.Take(dtmf.Key(t.key), t.from, t.at) {
			keys = append(keys, t.key)
		}
	}
	return string(keys)
}

func TestAPressToldTwoWaysIsOneKey(t *testing.T) {
	const ms = time.Millisecond
	e, i, b := dtmf.FromEvent, dtmf.FromInfo, dtmf.FromTone
	cases := []struct {
		name string
		told []told
		want string
	}{
		{"by one source", []told{{0, '1', e}, {80 * ms, '1', e}, {160 * ms, '2', e}}, "112"},
		{"event, then tone", []told{{0, '1', e}, {38 * ms, '1', b}}, "1"},
		{"tone, then event", []told{{0, '1', b}, {60 * ms, '1', e}}, "1"},
		{"all three", []told{{0, '1', e}, {38 * ms, '1', b}, {300 * ms, '1', i}}, "1"},
		{"a repeated digit two ways", []told{{0, '1', e}, {38 * ms, '1', b}, {80 * ms, '1', e}, {118 * ms, '1', b}}, "11"},
		{"a repeated digit whose tones come after both events", []told{{0, '1', e}, {80 * ms, '1', e}, {100 * ms, '1', b}, {180 * ms, '1', b}}, "11"},
		{"different keys that come late", []told{{0, '1', e}, {80 * ms, '2', e}, {100 * ms, '1', b}, {180 * ms, '2', b}}, "12"},
		{"the tone of the second press is missed", []told{{0, '1', e}, {38 * ms, '1', b}, {200 * ms, '1', e}, {400 * ms, '1', e}, {438 * ms, '1', b}}, "111"},
		{"the event of the second press is lost", []told{{0, '1', e}, {38 * ms, '1', b}, {238 * ms, '1', b}, {400 * ms, '1', e}, {438 * ms, '1', b}}, "111"},
		{"a second later it is another press", []told{{0, '1', e}, {time.Second, '1', i}}, "11"},
		{"another key is another press", []told{{0, '1', e}, {38 * ms, '2', b}}, "12"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := merge(c.told); got != c.want {
				t.Errorf("keys = %q, want %q", got, c.want)
			}
		})
	}
}

func TestAHeldKeyIsStillTheSamePress(t *testing.T) {
	var m dtmf.Merger
	m.Take('9', dtmf.FromTone, 0)
	for at := time.Duration(0); at <= 8*time.Second; at += 20 * time.Millisecond {
		m.Hold('9', dtmf.FromTone, at)
	}
	if m.Take('9', dtmf.FromInfo, 8200*time.Millisecond) {
		t.Error("the INFO at the end of a key held for 8 s counted as another press")
	}
	if !m.Take('9', dtmf.FromInfo, 8300*time.Millisecond) {
		t.Error("the next INFO did not count")
	}
}

func TestAWipedMergerStillKnowsItsPresses(t *testing.T) {
	var m dtmf.Merger
	m.Take('9', dtmf.FromEvent, 0)
	m.Wipe()
	if m.Take('9', dtmf.FromTone, 40*time.Millisecond) {
		t.Error("the tone of a press counted again after Wipe")
	}
	if !m.Take('9', dtmf.FromEvent, 200*time.Millisecond) {
		t.Error("the next press did not count")
	}
}

// FuzzMerger presses keys of which one source tells in full and others in part and
// late. Fact: exactly the presses count, in their order.
func FuzzMerger(f *testing.F) {
	f.Add([]byte{0x11, 0x52, 0x91, 0xD1, 0x11, 0x11})
	f.Fuzz(func(t *testing.T, presses []byte) {
		var m dtmf.Merger
		var got, want []byte
		tell := func(k byte, from dtmf.Source, at time.Duration) {
			if m.Take(dtmf.Key(k), from, at) {
				got = append(got, k)
			}
		}
		type telling struct {
			key   byte
			until int // the press after which the network has lost it
		}
		var late []telling // what the other source has still to tell
		for i, p := range presses[:min(len(presses), 30)] {
			at := time.Duration(i) * 80 * time.Millisecond
			k := "0123456789*#ABCD"[p&15]
			want = append(want, k)
			tell(k, dtmf.FromEvent, at)
			if p&0x10 != 0 {
				late = append(late, telling{k, i + 6})
			}
			for ; p&0x20 != 0 && len(late) > 0; late = late[1:] {
				if late[0].until >= i {
					tell(late[0].key, dtmf.FromTone, at+40*time.Millisecond)
				}
			}
		}
		// What one key tells may stand for another of the same key, but not in number.
		if len(got) != len(want) {
			t.Errorf("%d keys, want %d", len(got), len(want))
		}
	})
}
