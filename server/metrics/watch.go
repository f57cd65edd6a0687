package metrics

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"tsunagi/server/media"
)

// WatchCalls has the number of calls in progress on the page.
func (m *Metrics) WatchCalls(live func() int) {
	m.Add(gauge("calls_live", "Calls in progress.", func() float64 { return float64(live()) }))
}

// WatchHealth has on the page whether new calls are taken.
func (m *Metrics) WatchHealth(health func() Health) {
	m.Add(gauge("ready", "1 while new calls are taken, 0 while not; /healthz says why.", func() float64 {
		if health().State == Up {
			return 1
		}
		return 0
	}))
}

func gauge(name, help string, read func() float64) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, read)
}

// A Registration is how the server stands with one PBX.
type Registration struct {
	Account    string // as the configuration names it; never with a password
	Registered bool
}

// WatchRegistrations has the state of every account on the page.
func (m *Metrics) WatchRegistrations(read func() []Registration) {
	registered := describe("sip_registered", "1 while the PBX of an account sends its calls here, 0 while not.", "account")
	m.Add(watched{descs: []*prometheus.Desc{registered}, read: func(send func(prometheus.Metric)) {
		for _, r := range read() {
			value := 0.0
			if r.Registered {
				value = 1
			}
			send(prometheus.MustNewConstMetric(registered, prometheus.GaugeValue, value, r.Account))
		}
	}})
}

// Media is the RTP engine, as the page reads it.
type Media interface {
	Stats() media.EngineStats
	Totals() media.Stats // over all sessions, those that have ended included
}

// WatchMedia has the packets, the keys by their source and the pace of the RTP engine
// on the page.
func (m *Metrics) WatchMedia(engine Media) {
	var (
		sessions = describe("rtp_sessions", "RTP sessions that are open.")
		ports    = describe("rtp_sessions_max", "RTP sessions that the range of ports holds.")
		late     = describe("rtp_late_packets_total", "RTP packets that left more than 2 ms after their time.")
		skipped  = describe("rtp_skipped_ticks_total", "Ticks of 1 ms that were given up because the engine was far behind.")
		packets  = describe("rtp_packets_total", "RTP packets by what became of them.", "fate")
		keys     = describe("keys_total", "Keys that were pressed, by the way in which they were told first.", "source")
		again    = describe("keys_repeated_total", "Keys that were told in a second way too and counted once.")
		reports  = describe("rtcp_packets_total", "RTCP packets.", "direction")
	)
	var lost, lostByPeer rising
	m.Add(watched{
		descs: []*prometheus.Desc{sessions, ports, late, skipped, packets, keys, again, reports},
		read: func(send func(prometheus.Metric)) {
			counter := func(d *prometheus.Desc, value uint64, labels ...string) {
				send(prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(value), labels...))
			}
			stats, totals := engine.Stats(), engine.Totals()
			send(prometheus.MustNewConstMetric(sessions, prometheus.GaugeValue, float64(stats.Sessions)))
			send(prometheus.MustNewConstMetric(ports, prometheus.GaugeValue, float64(stats.Ports)))
			counter(late, stats.Late)
			counter(skipped, stats.Skipped)
			counter(packets, totals.Sent, "sent")
			counter(packets, totals.Unsent, "unsent")
			counter(packets, lostByPeer.reach(totals.PeerLost), "lost_by_peer")
			counter(packets, totals.Received, "received")
			counter(packets, lost.reach(totals.Lost), "lost")
			counter(packets, totals.Foreign, "foreign")
			counter(packets, totals.Unexpected, "unexpected")
			counter(packets, totals.Forged, "forged")
			counter(keys, totals.Keys.Events, "event")
			counter(keys, totals.Keys.Tones, "tone")
			counter(keys, totals.Keys.Infos, "info")
			counter(again, totals.Keys.Repeated)
			counter(reports, totals.ReportsSent, "sent")
			counter(reports, totals.ReportsReceived, "received")
		},
	})
}

// rising is a counter that never falls: a packet counted as lost may still come, and a
// counter that falls is taken for one that has begun anew.
type rising struct {
	mu   sync.Mutex
	most uint64
}

func (r *rising) reach(n uint64) uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.most = max(r.most, n)
	return r.most
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
}

// watched are figures that are read when the page is asked for.
type watched struct {
	descs []*prometheus.Desc
	read  func(send func(prometheus.Metric))
}

// Describe is prometheus.Collector.
func (w watched) Describe(to chan<- *prometheus.Desc) {
	for _, d := range w.descs {
		to <- d
	}
}

// Collect is prometheus.Collector.
func (w watched) Collect(to chan<- prometheus.Metric) {
	w.read(func(m prometheus.Metric) { to <- m })
}
