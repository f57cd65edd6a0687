package dtmf_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"tsunagi/server/dtmf"
)

// told is what a source tells of a press.
type told struct {
	at   time.Duration
	key  byte // 0: the keys are wiped
	from dtmf.Source

	length time.Duration // how long the source says that it was down
}

// merge returns the keys that count of what was told.
func merge(all []told) string {
	var m dtmf.Merger
	var keys []byte
	for _, t := range all {
		if t.key == 0 {
			m.Wipe()
			continue
		}
		if m.Take(dtmf.Key(t.key), t.from, t.at, t.length) {
			keys = append(keys, t.key)
		}
	}
	return string(keys)
}

// telephony.md 1, behaviour 7: the same press seen two ways is one digit.
func TestAPressToldTwoWaysIsOneKey(t *testing.T) {
	const ms = time.Millisecond
	e, i, b := dtmf.FromEvent, dtmf.FromInfo, dtmf.FromTone
	cases := []struct {
		name string
		told []told
		want string
	}{
		{"by one source", []told{{at: 0, key: '1', from: e}, {at: 80 * ms, key: '1', from: e}, {at: 160 * ms, key: '2', from: e}}, "112"},
		{"event, then tone", []told{{at: 0, key: '1', from: e}, {at: 38 * ms, key: '1', from: b}}, "1"},
		{"tone, then event", []told{{at: 0, key: '1', from: b}, {at: 60 * ms, key: '1', from: e}}, "1"},
		{"all three", []told{{at: 0, key: '1', from: e}, {at: 38 * ms, key: '1', from: b}, {at: 300 * ms, key: '1', from: i}}, "1"},
		{"a repeated digit two ways", []told{{at: 0, key: '1', from: e}, {at: 38 * ms, key: '1', from: b}, {at: 80 * ms, key: '1', from: e}, {at: 118 * ms, key: '1', from: b}}, "11"},
		{"a repeated digit whose tones come after both events", []told{{at: 0, key: '1', from: e}, {at: 80 * ms, key: '1', from: e}, {at: 100 * ms, key: '1', from: b}, {at: 180 * ms, key: '1', from: b}}, "11"},
		{"different keys that come late", []told{{at: 0, key: '1', from: e}, {at: 80 * ms, key: '2', from: e}, {at: 100 * ms, key: '1', from: b}, {at: 180 * ms, key: '2', from: b}}, "12"},
		{"the tone of the second press is missed", []told{{at: 0, key: '1', from: e}, {at: 38 * ms, key: '1', from: b}, {at: 200 * ms, key: '1', from: e}, {at: 400 * ms, key: '1', from: e}, {at: 438 * ms, key: '1', from: b}}, "111"},
		{"the event of the second press is lost", []told{{at: 0, key: '1', from: e}, {at: 38 * ms, key: '1', from: b}, {at: 238 * ms, key: '1', from: b}, {at: 400 * ms, key: '1', from: e}, {at: 438 * ms, key: '1', from: b}}, "111"},
		{"a second later it is another press", []told{{at: 0, key: '1', from: e}, {at: time.Second, key: '1', from: i}}, "11"},
		{"INFO behind two presses", []told{{at: 0, key: '1', from: e}, {at: 100 * ms, key: '1', from: e},
			{at: 200 * ms, key: '1', from: i}, {at: 300 * ms, key: '1', from: i}, {at: 310 * ms, key: '1', from: i}}, "111"},
		{"an INFO that was lost and sent again", []told{{at: 0, key: '1', from: e}, {at: 690 * ms, key: '1', from: i, length: 100 * ms}}, "1"},
		{"an INFO that tells of a key held for 3 s", []told{{at: 0, key: '1', from: e}, {at: 3100 * ms, key: '1', from: i, length: 3 * time.Second}}, "1"},
		{"events lost of some presses", []told{{at: 0, key: '1', from: e}, {at: 50 * ms, key: '1', from: i}, {at: 250 * ms, key: '2', from: i},
			{at: 400 * ms, key: '3', from: e}, {at: 450 * ms, key: '3', from: i}}, "123"},
		{"wiped between the two", []told{{at: 0, key: '#', from: e}, {}, {at: 100 * ms, key: '#', from: i}, {at: 200 * ms, key: '4', from: i}}, "#4"},
		{"wiped and over", []told{{at: 0, key: '#', from: e}, {}, {at: 700 * ms, key: '4', from: i}}, "#4"},
		{"another key is another press", []told{{at: 0, key: '1', from: e}, {at: 38 * ms, key: '2', from: b}}, "12"},
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
	m.Take('9', dtmf.FromTone, 0, 0)
	for at := time.Duration(0); at <= 8*time.Second; at += 20 * time.Millisecond {
		m.Hold('9', dtmf.FromTone, at)
	}
	if m.Take('9', dtmf.FromInfo, 8200*time.Millisecond, 0) {
		t.Error("the INFO at the end of a key held for 8 s counted as another press")
	}
	if !m.Take('9', dtmf.FromInfo, 8300*time.Millisecond, 0) {
		t.Error("the next INFO did not count")
	}
}

func TestAWipedMergerStillKnowsItsPresses(t *testing.T) {
	var m dtmf.Merger
	m.Take('9', dtmf.FromEvent, 0, 0)
	m.Wipe()
	if m.Take('9', dtmf.FromTone, 40*time.Millisecond, 0) {
		t.Error("the tone of a press counted again after Wipe")
	}
	if !m.Take('9', dtmf.FromEvent, 200*time.Millisecond, 0) {
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
			if m.Take(dtmf.Key(k), from, at, 0) {
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

// FuzzMergerOfThree presses keys that each of three sources tells or loses, late and in
// its own order. Facts, for each key: at least as many count as any one source tells, so
// that the others' telling costs it no press; and no more than were pressed, so that
// none counts twice.
func FuzzMergerOfThree(f *testing.F) {
	f.Add([]byte{0x07, 0x00, 0x00, 0x07, 0xFF, 0x0F, 0x17, 0x80, 0x40})
	f.Add([]byte{0x01, 0x00, 0x00, 0x02, 0x10, 0x00, 0x04, 0x99, 0x99, 0x06, 0x99, 0x99})
	f.Fuzz(func(t *testing.T, input []byte) {
		type telling struct {
			key  byte
			from dtmf.Source
			at   time.Duration
		}
		var (
			all     []telling
			told    [dtmf.Sources]map[byte]int
			last    [dtmf.Sources]time.Duration
			pressed = map[byte]int{}
		)
		for i := range told {
			told[i] = map[byte]int{}
		}
		s := script(input)
		for i := 0; len(s) > 0 && i < 60; i++ {
			shape, delays := s.next(), uint16(s.next())<<8|uint16(s.next())
			if shape&7 == 0 {
				continue
			}
			k, at := "159#"[shape>>3&3], time.Duration(i)*60*time.Millisecond
			pressed[k]++
			for from := range dtmf.Source(dtmf.Sources) {
				if shape&(1<<from) == 0 {
					continue // the network has lost it
				}
				// A source that tells late tells the next not before.
				last[from] = max(last[from], at+time.Duration(delays>>(5*from)&31)*17*time.Millisecond)
				told[from][k]++
				all = append(all, telling{k, from, last[from]})
			}
		}
		slices.SortStableFunc(all, func(a, b telling) int { return cmp.Compare(a.at, b.at) })
		var m dtmf.Merger
		counted := map[byte]int{}
		for _, one := range all {
			if m.Take(dtmf.Key(one.key), one.from, one.at, 0) {
				counted[one.key]++
			}
		}
		for k, n := range pressed {
			if counted[k] > n {
				t.Errorf("%d of %d presses of one key counted", counted[k], n)
			}
			for from := range told {
				if counted[k] < told[from][k] {
					t.Errorf("%d presses of one key counted, source %d has told %d", counted[k], from, told[from][k])
				}
			}
		}
	})
}
