package media

// Totals returns the counts of all sessions together, those that have ended included.
// Jitter, PeerJitter and RoundTrip are zero: they have no sum. It waits for the loop's
// next tick, and returns the zero value once the engine is closed.
func (e *Engine) Totals() Stats {
	answer := make(chan Stats, 1)
	e.post(func() {
		totals := e.past
		for _, s := range e.seats {
			if s != nil {
				totals.add(s.Stats())
			}
		}
		answer <- totals
	})
	select {
	case totals := <-answer:
		return totals
	case <-e.done:
		return Stats{}
	}
}

// add adds the counts of one session.
func (s *Stats) add(o Stats) {
	for _, sum := range []struct {
		to *uint64
		of uint64
	}{
		{&s.Sent, o.Sent}, {&s.Unsent, o.Unsent}, {&s.Late, o.Late}, {&s.Received, o.Received}, {&s.Lost, o.Lost},
		{&s.Foreign, o.Foreign}, {&s.Unexpected, o.Unexpected}, {&s.Forged, o.Forged},
		{&s.ReportsSent, o.ReportsSent}, {&s.ReportsReceived, o.ReportsReceived}, {&s.PeerLost, o.PeerLost},
		{&s.Keys.Events, o.Keys.Events}, {&s.Keys.Tones, o.Keys.Tones}, {&s.Keys.Infos, o.Keys.Infos},
		{&s.Keys.Repeated, o.Keys.Repeated},
	} {
		*sum.to += sum.of
	}
}
