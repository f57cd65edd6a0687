package bench

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// Plateau is what was seen while so many calls were in progress. Times are in
// milliseconds.
type Plateau struct {
	Calls   int     `json:"calls"`
	Seconds float64 `json:"seconds"`

	GapP50     float64 `json:"gapP50"`
	GapP99     float64 `json:"gapP99"`
	GapP999    float64 `json:"gapP999"`
	GapLongest float64 `json:"gapLongest"`
	Packets    uint64  `json:"packets"` // received
	Lost       uint64  `json:"lost"`    // by their numbers
	PerCall    float64 `json:"packetsPerCall"`
	PerSecond  float64 `json:"packetsPerCallSecond"` // of finished calls

	Ended   uint64         `json:"ended"` // by the server, with the right digits
	Wrong   uint64         `json:"wrong"` // by the server, without
	Failed  uint64         `json:"failed"`
	Refused uint64         `json:"refused"`
	Why     map[string]int `json:"why,omitempty"`

	AnswerP50 float64 `json:"answerP50"` // INVITE to 200
	AnswerP99 float64 `json:"answerP99"`
	Answers   int     `json:"answers"`

	CPU       float64 `json:"cpuPerCallSecond"` // of the server's process, ms
	Core      float64 `json:"core"`             // share of the server's processor in use, by whomever
	RSS       int64   `json:"rss"`              // bytes
	Generator Burden  `json:"generator"`
}

// Burden is how the generator itself fared: one that is busy or late says little about
// a server.
type Burden struct {
	CPU     float64 `json:"cpu"`     // share of its processor
	LateP99 float64 `json:"lateP99"` // ms after its tick
	Dropped uint64  `json:"dropped"` // packets that found its buffer full
	Unsent  uint64  `json:"unsent"`
}

// Overburdened tells that a generator has reached its own limit.
func (b Burden) Overburdened() bool { return b.CPU > 0.95 || b.LateP99 > 10 || b.Dropped > 0 }

// Clean tells that everybody was served: nobody failed or was misunderstood, and the
// sound had no holes.
func (p Plateau) Clean() bool {
	return p.GapP99 < 25 && p.Wrong == 0 && p.Failed == 0 && p.Refused == 0 && p.Ended > 0
}

// populate lets seats make calls, the new ones spread over a time so that calls begin
// evenly, with so many operators for them where the server has any.
func (g *Generator) populate(seats, operators int, over time.Duration) error {
	if o := g.target.Operators; o != nil {
		if err := o.Connect(operators); err != nil {
			return err
		}
	}
	g.do(func() {
		at, fresh := now(), seats-g.active
		for i := g.active; i < seats; i++ {
			g.seats[i].startAt = at + int64(over)*int64(i-g.active)/int64(fresh)
		}
		g.active = seats
	})
	return nil
}

// empty lets the calls in progress end and waits for it.
func (g *Generator) empty(patience time.Duration) {
	g.do(func() { g.active = 0 })
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(100 * time.Millisecond) {
		live := 0
		g.do(func() { live = g.live() })
		if live == 0 {
			return
		}
	}
}

// live counts the seats with a call.
func (g *Generator) live() (n int) {
	for _, s := range g.seats {
		if s.state != stateIdle && s.state != stateRefused {
			n++
		}
	}
	return n
}

// measure watches for a while.
func (g *Generator) measure(s server, window time.Duration) (Plateau, error) {
	var before, after counts
	var dropped [2]uint64
	g.do(func() {
		g.gaps, g.answers, g.late, g.reasons = new(gaps), nil, gaps{}, map[string]int{}
		before, dropped[0] = g.count, g.rtp.dropped()+g.sip.dropped()
	})
	own, mine := ownCPU(), monotonic()
	from, err := use(s)
	if err != nil {
		return Plateau{}, fmt.Errorf("%s: %w", s.name(), err)
	}
	time.Sleep(window)
	to, err := use(s)
	if err != nil {
		return Plateau{}, fmt.Errorf("%s: %w", s.name(), err)
	}
	used := to.since(from)
	p := Plateau{Seconds: used.at.Seconds(), RSS: used.rss, Core: float64(used.core) / float64(used.at)}
	p.Generator.CPU = float64(ownCPU()-own) / float64(monotonic()-mine)
	g.do(func() {
		after, dropped[1] = g.count, g.rtp.dropped()+g.sip.dropped()
		p.Calls = g.live()
		p.GapP50, p.GapP99, p.GapP999 = ms(g.gaps.quantile(.5)), ms(g.gaps.quantile(.99)), ms(g.gaps.quantile(.999))
		p.GapLongest = ms(g.gaps.longest)
		p.Why = g.reasons
		p.AnswerP50, p.AnswerP99, p.Answers = ms(quantile(g.answers, .5)), ms(quantile(g.answers, .99)), len(g.answers)
		p.Generator.LateP99 = ms(g.late.quantile(.99))
		p.Generator.Unsent = g.rtp.failed
	})
	p.Packets, p.Lost = after.received-before.received, after.lost-before.lost
	p.Ended, p.Wrong = after.succeeded-before.succeeded, after.wrong-before.wrong
	p.Failed, p.Refused = after.failed-before.failed, after.refused-before.refused
	if heard := after.callsHeard - before.callsHeard; heard > 0 {
		packets := float64(after.callPackets - before.callPackets)
		p.PerCall = packets / float64(heard)
		p.PerSecond = packets / time.Duration(after.callTime-before.callTime).Seconds()
	}
	p.Generator.Dropped = dropped[1] - dropped[0]
	if p.Calls > 0 {
		p.CPU = ms(used.cpu) / used.at.Seconds() / float64(p.Calls)
	}
	return p, nil
}

// ownCPU is what this process has used.
func ownCPU() time.Duration {
	var u unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
