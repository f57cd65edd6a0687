// Package metrics is what operations sees of a running server: a page of figures in
// Prometheus' text format at /metrics, and a health page at /healthz, on a local port.
//
// Everything on the pages is a count or a state. No label holds anything of a caller,
// a card or an order: their values are words of the program or names from its
// configuration, so that there are few of them and none is a secret.
//
// Counters that are cheaper to read than to keep twice are read when the page is asked
// for (the Watch methods); the rest is told by whoever knows (CallRefused, LegEnded).
// Another package adds collectors of its own with [Metrics.Add].
//
// It is not for the log: what became of one call's packets stands in the line with
// which its leg ends (package sipua).
//
// [Start] has one goroutine that accepts and those of net/http; Close returns when they
// are gone. Times are seconds and shares are 0 to 1, as Prometheus has it
// (https://prometheus.io/docs/practices/naming).
package metrics
