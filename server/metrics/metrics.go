package metrics

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"tsunagi/server/media"
)

// namespace begins the name of every figure of ours.
const namespace = "tsunagi"

// Metrics are the figures of one server, in a registry of their own. Its methods may be
// called from several goroutines.
type Metrics struct {
	registry *prometheus.Registry
	refused  *prometheus.CounterVec
	ended    *prometheus.CounterVec
	share    *prometheus.HistogramVec
	jitter   *prometheus.HistogramVec
	trip     prometheus.Histogram
}

// The values of label side in the figures of packets.
const (
	ours  = "received" // what came from the peer, as we count it
	peers = "sent"     // what we sent, as the peer's reports count it
)

// New returns figures that know the program itself: its version, memory, goroutines
// and, on Linux and Windows, its open files.
func New(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "calls_refused_total",
			Help: "Calls that were not taken, by reason.",
		}, []string{"reason"}),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "legs_ended_total",
			Help: "SIP legs that have ended, of calls that came and of calls that were made, by reason.",
		}, []string{"reason"}),
		share: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "leg_packet_loss_ratio",
			Help:    "Share of a leg's RTP packets that were lost, once per leg.",
			Buckets: []float64{0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5},
		}, []string{"direction"}),
		jitter: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "leg_jitter_seconds",
			Help:    "Interarrival jitter (RFC 3550) of a leg at its end, once per leg.",
			Buckets: []float64{0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2},
		}, []string{"direction"}),
		trip: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: namespace, Name: "leg_round_trip_seconds",
			Help:    "Time to a leg's peer and back by RTCP, once per leg whose peer reports.",
			Buckets: []float64{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1},
		}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info",
		Help: "Always 1; its label is the version.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	m.Add(m.refused, m.ended, m.share, m.jitter, m.trip, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Add puts further collectors on the page. Two of the same name are a mistake of the
// program and panic.
func (m *Metrics) Add(all ...prometheus.Collector) { m.registry.MustRegister(all...) }

// CallRefused counts a call that was not taken. The reason is a word of the program,
// never one of the network.
func (m *Metrics) CallRefused(reason string) { m.refused.WithLabelValues(reason).Inc() }

// LegEnded counts a leg that has ended and what became of its packets; stats is zero
// where it was never answered.
func (m *Metrics) LegEnded(reason string, stats media.Stats) {
	m.ended.WithLabelValues(reason).Inc()
	if expected := stats.Received + stats.Lost; expected > 0 {
		m.share.WithLabelValues(ours).Observe(float64(stats.Lost) / float64(expected))
		m.jitter.WithLabelValues(ours).Observe(stats.Jitter.Seconds())
	}
	if stats.ReportsReceived == 0 {
		return // the peer has not told
	}
	if stats.Sent > 0 {
		m.share.WithLabelValues(peers).Observe(min(float64(stats.PeerLost)/float64(stats.Sent), 1))
		m.jitter.WithLabelValues(peers).Observe(stats.PeerJitter.Seconds())
	}
	if stats.RoundTrip > 0 {
		m.trip.Observe(stats.RoundTrip.Seconds())
	}
}
