package config

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// check finds values that are out of their bounds or contradict each other.
func check(c Config, lines map[string]int) []Mistake {
	k := checker{lines: lines}
	k.that("data_dir", c.DataDir != "", "wants a folder")
	k.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	k.oneOf("log.format", c.Log.Format, "text", "json")

	k.address("desktop.listen", c.Desktop.Listen)
	k.that("desktop.certificate", c.Desktop.Certificate != "", "wants a file")
	k.that("desktop.key", c.Desktop.Key != "", "wants a file")

	k.checkSIP(c.SIP)

	if c.RTP.Address != "" {
		k.that("rtp.address", net.ParseIP(c.RTP.Address) != nil, "wants an IP address of this machine")
	}
	k.that("rtp.port_min", c.RTP.PortMin >= 1024 && c.RTP.PortMin <= 65534, "wants 1024 to 65534")
	k.that("rtp.port_max", c.RTP.PortMax > c.RTP.PortMin && c.RTP.PortMax <= 65535,
		"wants more than port_min (%d) and at most 65535", c.RTP.PortMin)
	if ports := (c.RTP.PortMax - c.RTP.PortMin + 1) / 2; c.RTP.PortMax > c.RTP.PortMin && ports < c.SIP.MaxCalls {
		k.that("rtp.port_max", false, "the ports serve %d calls and sip.max_calls is %d: widen the range or lower max_calls",
			ports, c.SIP.MaxCalls)
	}

	k.that("rtp.media_timeout", within(c.RTP.MediaTimeout, 0, time.Hour), "wants 0s to 1h")

	k.that("return_call.pbx", !strings.ContainsAny(c.ReturnCall.PBX, " /@"), "wants a host or host:port")
	k.oneOf("return_call.shows", c.ReturnCall.Shows, ShowsCustomer, ShowsIVR)
	k.that("return_call.ring", within(c.ReturnCall.Ring, 5*time.Second, 2*time.Minute), "wants 5s to 2m")
	if c.Metrics.Listen != "" {
		k.address("metrics.listen", c.Metrics.Listen)
		k.that("metrics.listen", isPrivate(c.Metrics.Listen), "wants a loopback or private address of this machine: the pages have no password")
	}

	k.oneOf("payment.acquirer", c.Payment.Acquirer, "sim", "veritrans4g", "stripe")
	k.that("payment.deadline", within(c.Payment.Deadline, 5*time.Second, 2*time.Minute), "wants 5s to 2m")
	k.that("payment.sim_delay", within(c.Payment.SimDelay, 0, time.Minute), "wants 0s to 1m")
	v := c.Payment.VeriTrans4G
	k.that("payment.veritrans4g.url", v.URL == "" || strings.HasPrefix(v.URL, "https://"), "wants an address that begins with https://")
	k.oneOf("payment.veritrans4g.body", v.Body, "form", "json")
	k.oneOf("payment.veritrans4g.tanking", v.Tanking, "", "0", "1")
	k.that("payment.stripe.keys", c.Payment.Acquirer != "stripe" || c.Payment.Stripe.Keys != "", "wants the file of the keys")
	return k.mistakes
}

type checker struct {
	lines    map[string]int
	mistakes []Mistake
}

func (k *checker) that(key string, holds bool, format string, args ...any) {
	if !holds {
		k.mistakes = append(k.mistakes, Mistake{lineOf(k.lines, key), key, fmt.Sprintf(format, args...)})
	}
}

func (k *checker) oneOf(key, value string, choices ...string) {
	k.that(key, slices.Contains(choices, value), "wants %s", strings.Join(choices, ", "))
}

func (k *checker) address(key, value string) {
	host, port, err := net.SplitHostPort(value)
	if err != nil || host == "" {
		k.that(key, false, `wants an address and a port such as "192.0.2.1:5060"`)
		return
	}
	n, err := strconv.Atoi(port)
	k.that(key, err == nil && n >= 0 && n <= 65535, "%q is no port: wants 1 to 65535, or 0 for any free one", port)
}

// isPrivate tells that an address and port cannot be reached from the internet.
func isPrivate(address string) bool {
	host, err := netip.ParseAddrPort(address)
	return err == nil && (host.Addr().IsLoopback() || host.Addr().IsPrivate() || host.Addr().IsLinkLocalUnicast())
}

func within(d Duration, least, most time.Duration) bool {
	return d.Duration >= least && d.Duration <= most
}
