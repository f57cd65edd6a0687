package bench

import (
	"fmt"
	"io"
	"slices"
)

// Verdict is a promised figure and whether it was met.
type Verdict struct {
	What     string
	Asterisk string
	Ours     string
	Ratio    string
	Promised string
	Met      bool
}

// at is the plateau of a server with so many calls at once, the zero one where there is none.
func (out *Report) at(server string, calls int) Plateau {
	for _, p := range out.Load[server] {
		if abs(p.Calls-calls) <= calls/20+1 {
			return p
		}
	}
	return Plateau{}
}

// median is the middle one of an odd number of values; 0 where there is none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(values))[len(values)/2]
}

func abs(n int) int { return max(n, -n) }

// Verdicts compares both servers of a report, figure by figure.
func (out *Report) Verdicts() []Verdict {
	const a, t = "asterisk", "tsunagid"
	first := func(server string) Plateau {
		if len(out.Load[server]) == 0 {
			return Plateau{}
		}
		return out.Load[server][0]
	}
	pa, pt := first(a), first(t)
	cpua, cput := median(out.Turns[a]), median(out.Turns[t])
	ca, ct := out.capacity(a), out.capacity(t)
	half := out.Half[t]
	loss, over := out.Loss, out.Overload[t]
	times := func(ratio float64) string { return fmt.Sprintf("%.1f×", ratio) }
	v := []Verdict{
		{"CPU per call-second of an IVR call, ms (" + fmt.Sprint(pt.Calls) + " calls)", f(cpua), f(cput),
			times(cpua / cput), "5× less", cput > 0 && cpua/cput >= 5},
		{"IVR calls at once on one core, p99 gap under 25 ms, none failed or misread", fmt.Sprint(ca), fmt.Sprint(ct),
			times(float64(ct) / float64(ca)), "5× more, 1,000 and up", ca > 0 && ct >= 5*ca && ct >= 990},
		{"p99 gap at " + fmt.Sprint(pt.Calls) + " calls, ms", f(pa.GapP99), f(pt.GapP99), "",
			"≤ 21 ms, below Asterisk's", pt.GapP99 > 0 && pt.GapP99 <= 21 && pt.GapP99 < pa.GapP99},
		{"Calls per second, answered and hung up", f(out.Greet[a].PerSecond), f(out.Greet[t].PerSecond),
			times(out.Greet[t].PerSecond / out.Greet[a].PerSecond), "4× more", out.Greet[a].PerSecond > 0 && out.Greet[t].PerSecond >= 4*out.Greet[a].PerSecond},
		{"Memory per call, kB", f(out.Memory[a].PerCall), f(out.Memory[t].PerCall),
			times(out.Memory[a].PerCall / out.Memory[t].PerCall), "4× less", out.Memory[t].PerCall > 0 && out.Memory[a].PerCall/out.Memory[t].PerCall >= 4},
		{"Overload at 3 times capacity (" + fmt.Sprint(over.Capacity) + " calls): admitted calls that complete", share(out.Overload[a]), share(over), "",
			"all", over.Admitted > 0 && over.Completed == over.Admitted},
		{"Overload: time to normal service, s", f(out.Overload[a].Recovered), f(over.Recovered), "",
			"< 2 s", over.Admitted > 0 && over.Recovered >= 0 && over.Recovered < 2},
		{"Calls with wrong digits at 20 % RTP loss", misread(loss[a]), misread(loss[t]), "", "fewer",
			loss[t].Calls > 0 && loss[t].WrongDigits+loss[t].Failed < loss[a].WrongDigits+loss[a].Failed},
		{"INVITE to 200 at half load, p99, ms (" + fmt.Sprint(half.Calls) + " calls)", f(out.Half[a].AnswerP99), f(half.AnswerP99), "",
			"< 5 ms", half.Answers > 0 && half.AnswerP99 < 5},
	}
	return v
}

// unmeasured stands where a stage has not been run.
const unmeasured = "—"

func f(x float64) string {
	if x == 0 {
		return unmeasured
	}
	return fmt.Sprintf("%.2f", x)
}

func share(o Overload) string {
	if o.Admitted == 0 {
		return unmeasured
	}
	return fmt.Sprintf("%d of %d", o.Completed, o.Admitted)
}

func misread(l Loss) string {
	if l.Calls == 0 {
		return unmeasured
	}
	return fmt.Sprintf("%d of %d", l.WrongDigits+l.Failed, l.Calls)
}

// Print writes the table of a report as Markdown, and the distance to the floor.
func (out *Report) Print(w io.Writer) (met bool) {
	met = true
	fmt.Fprintln(w, "| figure | Asterisk | tsunagid | ratio | promised | |\n| --- | --- | --- | --- | --- | --- |")
	for _, v := range out.Verdicts() {
		word := "met"
		if !v.Met {
			word, met = "**not met**", false
		}
		if v.Ours == unmeasured {
			word, v.Ratio = "not measured", ""
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s |\n", v.What, v.Asterisk, v.Ours, v.Ratio, v.Promised, word)
	}
	fmt.Fprintln(w, "\n| server | calls at once | CPU ms per call-second | gap p50 | p99 | p99.9 | longest ms | packets per call | per second | lost | INVITE to 200 p50 | p99 ms | right | wrong | failed | generator |\n"+
		"| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
	row := func(name string, p Plateau) {
		fmt.Fprintf(w, "| %s | %d | %.3f | %.2f | %.2f | %.2f | %.1f | %.0f | %.1f | %d | %.2f | %.2f | %d | %d | %d | %.0f %% |\n", name, p.Calls, p.CPU,
			p.GapP50, p.GapP99, p.GapP999, p.GapLongest, p.PerCall, p.PerSecond, p.Lost, p.AnswerP50, p.AnswerP99, p.Ended, p.Wrong, p.Failed+p.Refused, 100*p.Generator.CPU)
		if p.Generator.Overburdened() {
			fmt.Fprintf(w, "| | | the generator was at its limit: %+v | | | | | | | | | | | | | |\n", p.Generator)
		}
	}
	for _, name := range names {
		for _, p := range out.Load[name] {
			row(name, p)
		}
		if p := out.Half[name]; p.Calls > 0 {
			row(name+", half load", p)
		}
	}
	if out.Floor != nil {
		for _, p := range out.Floor.Plateaus {
			row("floor", p)
			if ours := out.at("tsunagid", p.Calls); ours.CPU > 0 {
				fmt.Fprintf(w, "| | | of which tsunagid's %.3f is %.2f times | | | | | | | | | | | | | |\n", ours.CPU, ours.CPU/p.CPU)
			}
		}
	}
	for _, name := range names {
		if g := out.Overload[name].Generator; g.Overburdened() {
			fmt.Fprintf(w, "\nWhile %s was overloaded the generator was at its limit: %+v\n", name, g)
		}
	}
	return met
}
