package metrics

import (
	"encoding/json"
	"net/http"
)

// State is whether the server takes calls.
type State string

// The states. Only in the first are calls taken.
const (
	Up       State = "up"
	Draining State = "draining"                 // it was told to stop; calls in progress go on
	NoMoney  State = "money cannot be recorded" // calls are refused until it can
)

// Health is what the health page tells.
type Health struct {
	State  State  `json:"state"`
	Reason string `json:"reason,omitempty"` // why it is not up
	Calls  int    `json:"calls"`            // in progress
}

// healthPage answers 200 while calls are taken and 503 while not, so that a monitor
// need not read the body.
func healthPage(health func() Health) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		h := health()
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		if h.State != Up {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(h) // who asked is gone
	}
}
