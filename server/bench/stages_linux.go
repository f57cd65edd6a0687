package bench

import (
	"errors"
	"time"
)

// Report is what a run has found; build/bench/report.json holds it.
type Report struct {
	Machine Machine            `json:"machine"`
	Script  map[string]float64 `json:"script"` // lengths of the call, s

	Load     map[string][]Plateau `json:"load"`     // by server, by calls at once
	Half     map[string]Plateau   `json:"half"`     // with half as many calls as a server takes
	Turns    map[string][]float64 `json:"turns"`    // CPU per call-second, ms, as often as the servers have taken turns
	Greet    map[string]Greeting  `json:"greet"`    // answered and hung up
	Memory   map[string]Memory    `json:"memory"`   // of calls in progress
	Loss     map[string]Loss      `json:"loss"`     // of our packets
	Overload map[string]Overload  `json:"overload"` // three times what it takes
	Floor    *Floor               `json:"floor"`    // the same packets and no IVR
}

// Greeting is how many calls a second a server answers whose callers hang up at once.
type Greeting struct {
	PerSecond float64 `json:"perSecond"`
	Failed    uint64  `json:"failed"`
	Refused   uint64  `json:"refused"`
	CPU       float64 `json:"cpuPerCall"` // ms
	Generator Burden  `json:"generator"`
}

// Memory is what calls in progress add to a server's resident memory.
type Memory struct {
	Before, During int64 // bytes
	Calls          int
	PerCall        float64 // kB
}

// Loss is what becomes of calls whose packets are lost.
type Loss struct {
	Share       float64
	Calls       uint64
	WrongDigits uint64
	Failed      uint64
	Why         map[string]int
}

// Overload is what becomes of calls while many more come than a server can take.
type Overload struct {
	Capacity  int            `json:"capacity"` // calls at once that it takes
	Offered   int            `json:"offered"`  // callers at once
	Admitted  uint64         `json:"admitted"`
	Completed uint64         `json:"completed"` // of those admitted that ended while it lasted
	Wrong     uint64         `json:"wrong"`
	Failed    uint64         `json:"failed"`
	Refused   uint64         `json:"refused"`
	GapP99    float64        `json:"gapP99"`
	Recovered float64        `json:"secondsToNormal"` // -1: not within the time watched
	Why       map[string]int `json:"why,omitempty"`
	Generator Burden         `json:"generator"`
}

// names are the servers in the order in which each stage takes them.
var names = []string{"asterisk", "tsunagid"}

// plateaus are the numbers of calls at once that a server is brought to.
func (r *Run) plateaus(server string) []int {
	switch {
	case r.Quick && server == "asterisk":
		return []int{20}
	case r.Quick:
		return []int{20, 40}
	case server == "asterisk":
		return []int{200, 240, 280, 320, 360, 400, 440, 500, 560, 640}
	}
	return []int{200, 700, 1000, 1200, 1400, 1600, 1800, 2000, 2200, 2400}
}

func (r *Run) window() time.Duration {
	if r.Quick {
		return 4 * time.Second
	}
	return 12 * time.Second
}

// load brings a server from one number of calls to the next, until one is too much.
func (r *Run) load(name string, out *Report) error {
	return r.climb(name, r.plateaus(name), r.window(), func(idle int64, p Plateau) bool {
		out.Load[name] = append(out.Load[name], p)
		r.say("%s: %d calls at once: p99 gap %.2f ms, %.3f ms of CPU per call-second, %d ended, %d wrong, %d failed; generator %.0f %%",
			name, p.Calls, p.GapP99, p.CPU, p.Ended, p.Wrong, p.Failed, 100*p.Generator.CPU)
		if len(out.Load[name]) == 1 { // later ones come with more operators
			out.Memory[name] = Memory{Before: idle, During: p.RSS, Calls: p.Calls, PerCall: float64(p.RSS-idle) / 1024 / float64(p.Calls)}
		}
		return p.Clean() || len(out.Load[name]) == 1
	})
}

// errNeedsLoad says that nobody knows yet how many calls a server takes.
var errNeedsLoad = errors.New("the stage load comes first")

// half has a server serve half as many calls as it takes, for five times as long as a step
// of the load: of what 1,500 callers wait the p99 is a figure, of what 300 do it is chance.
func (r *Run) half(name string, out *Report) error {
	capacity := out.capacity(name)
	if capacity == 0 {
		return errNeedsLoad
	}
	return r.climb(name, []int{capacity / 2}, 5*r.window(), func(_ int64, p Plateau) bool {
		out.Half[name] = p
		r.say("%s: %d calls at once, half of what it takes: 200 after %.2f to %.2f ms for %d callers, p99 gap %.2f ms, %.3f ms of CPU per call-second",
			name, p.Calls, p.AnswerP50, p.AnswerP99, p.Answers, p.GapP99, p.CPU)
		return true
	})
}

// turns measures what a call costs of the processor, one server after the other, several
// times: a virtual machine is now faster and now slower, and so is what lies minutes apart.
func (r *Run) turns(out *Report) error {
	out.Turns = map[string][]float64{}
	for range r.rounds() {
		for _, name := range names {
			err := r.climb(name, r.plateaus(name)[:1], r.window(), func(_ int64, p Plateau) bool {
				out.Turns[name] = append(out.Turns[name], p.CPU)
				r.say("%s: %d calls at once: %.3f ms of CPU per call-second", name, p.Calls, p.CPU)
				return true
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// rounds is how often the servers take turns; an odd number, for the median.
func (r *Run) rounds() int {
	if r.Quick {
		return 1
	}
	return 3
}

// greet has callers hang up as soon as they are answered, and others call at once.
func (r *Run) greet(name string, out *Report) error {
	const callers = 40
	return r.under(name, setting{seats: callers, operators: 4 * callers}, func(s server, g *Generator) error {
		g.do(func() { g.mode = modeGreet })
		if err := g.populate(callers, 4*callers, time.Second); err != nil {
			return err
		}
		time.Sleep(3 * time.Second)
		var before, after counts
		g.do(func() { before = g.count })
		p, err := g.measure(s, r.window()*2/3)
		if err != nil {
			return err
		}
		g.do(func() { after = g.count })
		ended := float64(after.greeted - before.greeted)
		result := Greeting{
			PerSecond: ended / p.Seconds, Failed: p.Failed, Refused: p.Refused,
			CPU: p.CPU * float64(p.Calls) * p.Seconds / ended, Generator: p.Generator,
		}
		out.Greet[name] = result
		r.say("%s: %.0f calls per second answered and hung up, %.2f ms of CPU each, 200 after %.1f to %.1f ms, %d failed, %d refused; generator %.0f %%",
			name, result.PerSecond, result.CPU, p.AnswerP50, p.AnswerP99, result.Failed, result.Refused, 100*p.Generator.CPU)
		return nil
	})
}

// lose has a share of our packets lost, the same ones for both servers.
func (r *Run) lose(name string, out *Report) error {
	const share, callers = 0.2, 60
	return r.under(name, setting{seats: callers, operators: r.operatorsFor(callers)}, func(_ server, g *Generator) error {
		g.do(func() { g.loss = share })
		rounds := time.Duration(2)
		if r.Quick {
			rounds = 1
		}
		if err := g.populate(callers, r.operatorsFor(callers), 4*time.Second); err != nil {
			return err
		}
		time.Sleep(rounds*r.script.lasts - 6*time.Second)
		g.empty(r.script.lasts + patience)
		result := Loss{Share: share}
		g.do(func() {
			result.Calls, result.WrongDigits, result.Failed, result.Why = g.count.succeeded+g.count.wrong+g.count.failed, g.count.wrong, g.count.failed, g.reasons
		})
		out.Loss[name] = result
		r.say("%s: at %.0f %% loss %d of %d calls with wrong digits, %d failed", name, 100*share, result.WrongDigits, result.Calls, result.Failed)
		return nil
	})
}

// capacity is the most calls at once that a server took cleanly under load.
func (out *Report) capacity(name string) int {
	most := 0
	for _, p := range out.Load[name] {
		if p.Clean() {
			most = max(most, p.Calls)
		}
	}
	return most
}

// mostCallers is how many callers at once the generator bears, many of whom are
// refused and call again: with 5,400 it takes 83 % of its processor, with 6,600 all of it.
const mostCallers = 4800

// overload brings a server to as many calls as it takes, or as it is told to take where
// the generator could not overload it else, has twice as many callers more try again and
// again, and lets them go away: afterwards calls come as they do at half its capacity.
func (r *Run) overload(name string, out *Report) error {
	capacity := out.capacity(name)
	if capacity == 0 {
		return errNeedsLoad
	}
	capacity = min(capacity, mostCallers/3)
	wanted := setting{seats: 3 * capacity, operators: r.operatorsFor(2 * capacity), capacity: capacity}
	return r.under(name, wanted, func(s server, g *Generator) error {
		g.do(func() { g.redial = 5 * time.Second })
		if err := g.populate(capacity, r.operatorsFor(2*capacity), r.script.lasts); err != nil {
			return err
		}
		time.Sleep(r.script.lasts + settle)
		if err := g.populate(3*capacity, 0, settle); err != nil {
			return err
		}
		time.Sleep(r.script.lasts / 2)
		p, err := g.measure(s, r.window())
		if err != nil {
			return err
		}
		result := Overload{Capacity: capacity, Offered: 3 * capacity, GapP99: p.GapP99, Generator: p.Generator, Why: p.Why}
		g.do(func() {
			g.retire(capacity/2, r.script.lasts)
		})
		result.Recovered = g.recovery()
		g.empty(r.script.lasts + patience)
		g.do(func() {
			result.Completed, result.Wrong, result.Failed = g.count.succeeded, g.count.wrong, g.count.failed
			result.Admitted, result.Refused = g.count.answered, g.count.refused
		})
		out.Overload[name] = result
		r.say("%s: offered %d calls at once and taking %d: %d admitted, %d completed, %d wrong, %d failed, %d refused; normal again after %.1f s; generator %.0f %%",
			name, result.Offered, capacity, result.Admitted, result.Completed, result.Wrong, result.Failed, result.Refused, result.Recovered, 100*result.Generator.CPU)
		return nil
	})
}
