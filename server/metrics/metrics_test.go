package metrics

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"tsunagi/server/media"
	"tsunagi/shared/deptest"
)

// What operations sees may know the RTP engine, whose figures it shows, and nothing of
// calls, cards or payments.
func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{
		Why:   "metrics shows counts, and whoever has them brings them",
		Allow: []string{deptest.Std, "tsunagi/server/media", "github.com/prometheus/client_golang/..."},
	})
}

// engine is an RTP engine with figures.
type engine struct {
	stats  media.EngineStats
	totals media.Stats
}

func (e *engine) Stats() media.EngineStats { return e.stats }
func (e *engine) Totals() media.Stats      { return e.totals }

// pages starts the real server and returns what fetches a page of it.
func pages(t *testing.T, m *Metrics, health func() Health) func(path string) (int, string) {
	t.Helper()
	s, err := Start("127.0.0.1:0", m.Handler(health), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return func(path string) (int, string) {
		t.Helper()
		res, err := http.Get("http://" + s.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(body)
	}
}

func up() Health { return Health{State: Up} }

// has tells that a page has the line of a figure.
func has(t *testing.T, page string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains("\n"+page, "\n"+line+"\n") {
			t.Errorf("no line %q in\n%s", line, figures(page))
		}
	}
}

// figures is a page without the figures of the Go runtime.
func figures(page string) string {
	return strings.Join(regexp.MustCompile(`(?m)^tsunagi_.*$`).FindAllString(page, -1), "\n")
}

func TestThePageShowsWhatWasCounted(t *testing.T) {
	m := New("1.2.3")
	fetch := pages(t, m, up)
	live := 3
	m.WatchCalls(func() int { return live })
	m.WatchHealth(up)
	m.WatchRegistrations(func() []Registration {
		return []Registration{{"ivr@pbx.example", true}, {"ivr2@pbx.example", false}}
	})
	e := &engine{
		stats: media.EngineStats{Sessions: 4, Ports: 500, Late: 7, Skipped: 9},
		totals: media.Stats{
			Sent: 1000, Unsent: 1, Received: 900, Lost: 12, Foreign: 13, Unexpected: 14, Forged: 15, PeerLost: 16,
			ReportsSent: 17, ReportsReceived: 18, Keys: media.KeyStats{Events: 20, Tones: 4, Infos: 2, Repeated: 1},
		},
	}
	m.WatchMedia(e)
	m.CallRefused("unknown number")
	m.CallRefused("unknown number")
	m.LegEnded("hungUp", media.Stats{
		Sent: 1000, Received: 90, Lost: 10, Jitter: 3 * time.Millisecond,
		ReportsReceived: 2, PeerLost: 20, PeerJitter: 15 * time.Millisecond, RoundTrip: 30 * time.Millisecond,
	})
	m.LegEnded("cancelled", media.Stats{})

	status, page := fetch("/metrics")
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	has(t, page,
		`tsunagi_build_info{version="1.2.3"} 1`, `tsunagi_calls_live 3`, `tsunagi_ready 1`,
		`tsunagi_sip_registered{account="ivr@pbx.example"} 1`, `tsunagi_sip_registered{account="ivr2@pbx.example"} 0`,
		`tsunagi_rtp_sessions 4`, `tsunagi_rtp_sessions_max 500`,
		`tsunagi_rtp_late_packets_total 7`, `tsunagi_rtp_skipped_ticks_total 9`,
		`tsunagi_rtp_packets_total{fate="sent"} 1000`, `tsunagi_rtp_packets_total{fate="unsent"} 1`,
		`tsunagi_rtp_packets_total{fate="received"} 900`, `tsunagi_rtp_packets_total{fate="lost"} 12`,
		`tsunagi_rtp_packets_total{fate="foreign"} 13`, `tsunagi_rtp_packets_total{fate="unexpected"} 14`,
		`tsunagi_rtp_packets_total{fate="forged"} 15`, `tsunagi_rtp_packets_total{fate="lost_by_peer"} 16`,
		`tsunagi_rtcp_packets_total{direction="sent"} 17`, `tsunagi_rtcp_packets_total{direction="received"} 18`,
		`tsunagi_keys_total{source="event"} 20`, `tsunagi_keys_total{source="tone"} 4`, `tsunagi_keys_total{source="info"} 2`,
		`tsunagi_keys_repeated_total 1`,
		`tsunagi_calls_refused_total{reason="unknown number"} 2`,
		`tsunagi_legs_ended_total{reason="hungUp"} 1`, `tsunagi_legs_ended_total{reason="cancelled"} 1`,
		`tsunagi_leg_packet_loss_ratio_bucket{direction="received",le="0.05"} 0`,
		`tsunagi_leg_packet_loss_ratio_bucket{direction="received",le="0.1"} 1`,
		`tsunagi_leg_packet_loss_ratio_bucket{direction="sent",le="0.02"} 1`,
		`tsunagi_leg_jitter_seconds_bucket{direction="received",le="0.002"} 0`,
		`tsunagi_leg_jitter_seconds_bucket{direction="received",le="0.005"} 1`,
		`tsunagi_leg_jitter_seconds_bucket{direction="sent",le="0.02"} 1`,
		`tsunagi_leg_round_trip_seconds_bucket{le="0.05"} 1`, `tsunagi_leg_round_trip_seconds_count 1`,
	)
	for _, name := range []string{"go_goroutines ", "process_open_fds ", "process_resident_memory_bytes "} {
		if !strings.Contains(page, "\n"+name) {
			t.Errorf("the page does not tell %s", name)
		}
	}

	// A packet that was counted as lost has come after all.
	e.totals.Lost, live = 11, 0
	_, page = fetch("/metrics")
	has(t, page, `tsunagi_rtp_packets_total{fate="lost"} 12`, `tsunagi_calls_live 0`)
	e.totals.Lost = 15
	_, page = fetch("/metrics")
	has(t, page, `tsunagi_rtp_packets_total{fate="lost"} 15`)
}

func TestTheHealthPage(t *testing.T) {
	health := up()
	fetch := pages(t, New("x"), func() Health { return health })
	want := func(status int, body string) {
		t.Helper()
		if got, text := fetch("/healthz"); got != status || text != body+"\n" {
			t.Errorf("got %d %s, want %d %s", got, text, status, body)
		}
	}
	want(200, `{"state":"up","calls":0}`)
	health = Health{State: Draining, Calls: 2}
	want(503, `{"state":"draining","calls":2}`)
	health = Health{State: NoMoney, Reason: "the disk is full"}
	want(503, `{"state":"money cannot be recorded","reason":"the disk is full","calls":0}`)
	if status, _ := fetch("/"); status != 404 {
		t.Errorf("a page that is none: %d", status)
	}
}

func TestAPortThatIsTaken(t *testing.T) {
	m := New("x")
	first, err := Start("127.0.0.1:0", m.Handler(up), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Start(first.Addr().String(), m.Handler(up), slog.New(slog.DiscardHandler)); err == nil {
		t.Error("two servers on one port")
	}
	if err := errors.Join(first.Close()); err != nil {
		t.Error(err)
	}
	again, err := Start(first.Addr().String(), m.Handler(up), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("the port was not given back: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
