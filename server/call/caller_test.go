package call

import (
	"slices"
	"sync"
	"testing/synctest"
	"time"

	"tsunagi/server/audio"
	"tsunagi/server/dtmf"
	"tsunagi/shared/wire"
)

// caller is a line with somebody on it. What is played takes as long as it is.
type caller struct {
	*Call
	site *site
	gone chan struct{} // closed when Run has returned

	mu      sync.Mutex
	did     []string // what the call has done on the line
	playing *time.Timer
	turn    int           // of what plays
	ends    time.Time     // when it will have been heard
	left    time.Duration // of it, when it began or was stopped
	held    bool
}

func (c *caller) note(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.did = append(c.did, what)
}

func (c *caller) has(what string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Contains(c.did, what)
}

func (c *caller) Answer() error { c.note("answer"); return nil }

func (c *caller) WipeKeys() { c.note("wipe keys") }

func (c *caller) Refuse(r Refusal) { c.note("refuse " + string(r)) }

func (c *caller) Bye() { c.Stop(); c.note("bye") }

func (c *caller) Play(turn int, clips []*audio.Clip, loop bool) {
	c.Stop()
	var length time.Duration
	for _, clip := range clips {
		length += clip.Duration()
	}
	if length == 0 {
		c.site.t.Errorf("turn %d plays nothing", turn)
	}
	if loop {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn, c.left = turn, length
	c.goOnLocked()
}

func (c *caller) Stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopLocked()
	c.left = 0
}

// goOnLocked plays what is left, stopLocked stops it there.
func (c *caller) goOnLocked() {
	if c.held || c.left == 0 {
		return
	}
	turn := c.turn
	c.playing = time.AfterFunc(c.left, func() { c.PlayedOut(turn) })
	c.ends = time.Now().Add(c.left)
}

func (c *caller) stopLocked() {
	if c.playing != nil && c.playing.Stop() {
		c.left = time.Until(c.ends)
	}
	c.playing = nil
}

// putOnHold and takeBack do what a PBX and the media engine do together: the prompt
// stands still too.
func (c *caller) putOnHold() {
	c.mu.Lock()
	c.held = true
	c.stopLocked()
	c.mu.Unlock()
	c.Held()
	synctest.Wait()
}

func (c *caller) takeBack() {
	c.mu.Lock()
	c.held = false
	c.goOnLocked()
	c.mu.Unlock()
	c.Resumed()
	synctest.Wait()
}

// press presses keys, a quarter of a second apart.
func (c *caller) press(keys string) {
	for _, k := range []byte(keys) {
		time.Sleep(250 * time.Millisecond)
		c.Key(dtmf.Key(k))
	}
	synctest.Wait()
}

// until waits for a state of the call, as a screen shows it.
func (c *caller) until(state wire.State) wire.Call {
	c.site.t.Helper()
	for range 4 * 300 { // 5 minutes
		if p, ok := c.site.board.picture(c.id); ok && p.State == state {
			return p
		}
		time.Sleep(250 * time.Millisecond)
		synctest.Wait()
	}
	p, _ := c.site.board.picture(c.id)
	c.site.t.Fatalf("the call never came to %s; it is in %s", state, p.State)
	return p
}

// end waits until everything of the call is over.
func (c *caller) end() {
	<-c.gone
	if !c.vault.Wiped() {
		c.site.t.Error("the card was not wiped")
	}
}
