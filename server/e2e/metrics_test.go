package e2e

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tsunagi/server/e2e/site"
	"tsunagi/server/phone"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// figure reads one figure of the metrics page; one that is not there is 0.
func figure(t *testing.T, page, name string) float64 {
	t.Helper()
	found := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindStringSubmatch(page)
	if found == nil {
		return 0
	}
	value, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// What operations sees of a running server: its calls, keys, packets and refusals as
// figures, its health, and one line of the log at the end of each call.
func TestWhatOperationsSees(t *testing.T) {
	t.Parallel()
	s := site.New(t, nil)
	if status, body := s.Page("/healthz"); status != 200 || !strings.Contains(body, `"up"`) {
		t.Errorf("health: %d %s", status, body)
	}
	if call := ring(t, s, phone.Script{Numbers: []string{"05099999999"}, HangUpAt: phone.AtAnswer}).end(); call.Status != 404 {
		t.Errorf("unknown number: %d", call.Status)
	}
	ring(t, s, phone.Script{HangUpAt: phone.AtAnswer}).end() // nobody is logged in
	o := site.FirstLogin(t, s)
	c := ring(t, s, phone.Script{Cards: []phone.Card{card(t, visa, "1230", "123")}})
	window := o.Call(wire.StateSendWindow)
	_, during := s.Page("/metrics")
	if live, sessions := figure(t, during, "tsunagi_calls_live"), figure(t, during, "tsunagi_rtp_sessions"); live != 1 || sessions != 1 {
		t.Errorf("during the call: %v calls and %v RTP sessions", live, sessions)
	}
	o.Send(window, form("T-1"))
	o.Row(string(message.EndedOK))
	c.end()
	line := s.Log.Wait(t, "call="+window.ID+" number="+site.Number)
	for _, want := range []string{"media.sent=", "media.lost=", "media.jitter=", "media.round_trip=", "media.keys.events="} {
		if !strings.Contains(line, want) {
			t.Errorf("no %q at the end of the call: %s", want, line)
		}
	}
	_, page := s.Page("/metrics")
	for name, want := range map[string]float64{
		"tsunagi_ready":      1,
		"tsunagi_calls_live": 0,
		`tsunagi_calls_refused_total{reason="unknown number"}`:            1,
		`tsunagi_calls_refused_total{reason="operator is not logged in"}`: 1,
		// 1 by the operator, then the card with #, its expiry and its code.
		`tsunagi_keys_total{source="event"}`: 1 + 16 + 1 + 4 + 3,
		`tsunagi_keys_total{source="tone"}`:  0,
	} {
		if got := figure(t, page, name); got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	for _, name := range []string{
		`tsunagi_rtp_packets_total{fate="sent"}`, `tsunagi_rtp_packets_total{fate="received"}`,
		`tsunagi_rtcp_packets_total{direction="sent"}`, `tsunagi_leg_jitter_seconds_count{direction="received"}`,
		`tsunagi_leg_packet_loss_ratio_count{direction="received"}`,
	} {
		if figure(t, page, name) == 0 {
			t.Errorf("%s is 0", name)
		}
	}
}
