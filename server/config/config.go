package config

import (
	"log/slog"
	"net/netip"
	"time"
)

// Config is the whole configuration. The comment of a field is the comment of its
// key in the file.
type Config struct {
	DataDir string  `toml:"data_dir" comment:"Folder of the database and all else that the server writes."`
	Log     Log     `toml:"log" comment:"What the server says. It never says a card's digits."`
	Desktop Desktop `toml:"desktop" comment:"Where the operators' and supervisors' desktops connect (TLS)."`
	SIP     SIP     `toml:"sip" comment:"The telephone side: where the PBX sends its calls."`
	RTP     RTP     `toml:"rtp" comment:"The voice of the calls."`

	ReturnCall ReturnCall `toml:"return_call" comment:"How operators are called back (オペレータ通話戻し), for merchants that have it on and operators with an extension."`

	Prompts Prompts `toml:"prompts" comment:"What callers hear."`
	Metrics Metrics `toml:"metrics" comment:"What operations watches: /metrics for Prometheus and /healthz."`
	Payment Payment `toml:"payment" comment:"Whom the server asks for authorizations."`
}

// Log configures the log on standard error.
type Log struct {
	Level  string `toml:"level" comment:"debug, info, warn or error."`
	Format string `toml:"format" comment:"text for people, json for a log collector."`
}

// Desktop configures the WebSocket API.
type Desktop struct {
	Listen      string `toml:"listen" comment:"Address and port. Name an address of this machine; 0.0.0.0 means all of them."`
	Certificate string `toml:"certificate" comment:"TLS certificate chain (PEM). 'tsunagid init' makes a self-signed one, whose fingerprint the desktops pin."`
	Key         string `toml:"key" comment:"Private key of the certificate (PEM), readable by the server's user alone."`
}

// RTP configures the media ports.
type RTP struct {
	Address string `toml:"address" comment:"Address for voice packets; empty: that of sip.tls.listen, or of sip.listen."`
	PortMin int    `toml:"port_min" comment:"First UDP port. A call takes two (RTP and RTCP)."`
	PortMax int    `toml:"port_max" comment:"Last UDP port."`

	MediaTimeout Duration `toml:"media_timeout" comment:"A call whose line has been silent for so long, without a hold, is dead and ends; 0s: never."`
}

// ReturnCall configures the calls to operators' extensions.
type ReturnCall struct {
	PBX   string   `toml:"pbx" comment:"Where extensions are called: host or host:port, with ;transport=tcp or ;transport=tls if not by UDP; empty: sip.outbound_proxy, or where the customer's call came from."`
	Shows string   `toml:"shows" comment:"The number that the operator's telephone is told: customer, where the PBX has told it, or ivr."`
	Ring  Duration `toml:"ring" comment:"How long the operator's telephone rings before the customer hears that nobody answers."`
}

// What an operator's telephone may be told in a return call.
const (
	ShowsCustomer = "customer"
	ShowsIVR      = "ivr"
)

// Prompts configures the voice.
type Prompts struct {
	Folder string `toml:"folder" comment:"Folder with the merchant's own recordings (8 kHz, 16 bit, mono WAV), by file name; empty: the built-in voice alone."`
}

// Metrics configures the pages for operations.
type Metrics struct {
	Listen string `toml:"listen" comment:"Address and TCP port of the pages, such as 127.0.0.1:9464. They have no password: only a loopback or private address is taken. Empty: no pages."`
}

// Payment configures the acquirer.
type Payment struct {
	Acquirer string   `toml:"acquirer" comment:"sim (built in, simulated, takes test cards only), veritrans4g or stripe."`
	Deadline Duration `toml:"deadline" comment:"After this long without an answer the outcome of a request is unknown and is settled by inquiry."`
	SimDelay Duration `toml:"sim_delay" comment:"How long the simulated acquirer takes to answer."`
	SimCards string   `toml:"sim_cards" comment:"File of test cards (number, MMYY and security code, one to a line) that the simulated acquirer takes with their own expiry and code alone; empty: any will do."`

	VeriTrans4G VeriTrans4G `toml:"veritrans4g" comment:"The card API of VeriTrans4G. Its accounts stand in a file of their own, or in the environment."`
	Stripe      Stripe      `toml:"stripe" comment:"Stripe. Card numbers may be sent there only with Stripe's approval."`
}

// VeriTrans4G configures the gateway adapter of that name.
type VeriTrans4G struct {
	URL      string `toml:"url" comment:"Address of the gateway; empty: its own."`
	Accounts string `toml:"accounts" comment:"File with a table per merchant: ccid and secret_key; readable by the server's user alone. Empty: the environment (TSUNAGI_VERITRANS4G_MERCHANT, _CCID, _SECRET_KEY)."`
	Dummy    bool   `toml:"dummy" comment:"Dummy mode: test cards only, no money moves. Turn it off for real payments."`
	Body     string `toml:"body" comment:"form or json: how a request is written."`
	Roots    string `toml:"roots" comment:"File of further certificate authorities (PEM). Certificates are always checked."`
	Tanking  string `toml:"tanking" comment:"1 or 0 where the contract wants that field with a member ID; else empty."`
	FreeKey  bool   `toml:"free_key" comment:"Send the attempt's ID as free key, to find it again. Turn it off where the contract lacks it."`
}

// Stripe configures the adapter of that name.
type Stripe struct {
	Keys  string `toml:"keys" comment:"File with a table per merchant: secret_key; readable by the server's user alone."`
	MOTO  bool   `toml:"moto" comment:"Stripe has enabled mail and telephone orders for the accounts."`
	Roots string `toml:"roots" comment:"File of further certificate authorities (PEM). Certificates are always checked."`
}

// Duration is a length of time that stands in the file as text: "30s".
type Duration struct{ time.Duration }

// MarshalText writes it as Read wants it.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// Default is the configuration of an empty file.
func Default() Config {
	return Config{
		DataDir:    "data",
		Log:        Log{Level: "info", Format: "text"},
		Desktop:    Desktop{Listen: "127.0.0.1:8443", Certificate: "tls/certificate.pem", Key: "tls/key.pem"},
		SIP:        defaultSIP(),
		RTP:        RTP{PortMin: 20000, PortMax: 29999, MediaTimeout: Duration{30 * time.Second}},
		ReturnCall: ReturnCall{Shows: ShowsCustomer, Ring: Duration{30 * time.Second}},
		Payment: Payment{
			Acquirer: "sim", Deadline: Duration{30 * time.Second}, SimDelay: Duration{800 * time.Millisecond},
			VeriTrans4G: VeriTrans4G{Dummy: true, Body: "form", FreeKey: true},
		},
	}
}

// SlogLevel is the log level; the zero Level (info) for one that check refuses.
func (l Log) SlogLevel() slog.Level {
	var level slog.Level
	if err := level.UnmarshalText([]byte(l.Level)); err != nil {
		return slog.LevelInfo
	}
	return level
}

func parsePrefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	return netip.ParsePrefix(s)
}
