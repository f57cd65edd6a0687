package main

import (
	"testing"

	"tsunagi/server/call"
)

// product.md 6.1: what a caller's PBX is told.
func TestRefusalsInSIP(t *testing.T) {
	for refusal, want := range map[call.Refusal]int{
		call.UnknownNumber: 404, call.LoggedOut: 480, call.Busy: 486,
		call.AtCapacity: 503, call.Draining: 503, call.Fault: 503, "": 503,
	} {
		got := refusalOf(refusal)
		if got.Status != want || (want == 503) != (got.RetryAfter > 0) {
			t.Errorf("%s: %d with Retry-After %v, want %d", refusal, got.Status, got.RetryAfter, want)
		}
	}
}
