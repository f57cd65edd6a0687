package phone

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tsunagi/server/prompt"
	"tsunagi/server/sipua"
)

// The server calls the operator at the address that the customer called from.
func TestTheOperatorTakesTheReturnedCall(t *testing.T) {
	t.Parallel()
	for name, talk := range map[string]time.Duration{"answered": 200 * time.Millisecond, "refused": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := &ivr{t: t, voice: voice(t)}
			refused := make(chan bool, 1)
			i.line = func(a *answerer) {
				pay(prompt.Approved)(a)
				address, err := a.leg.PeerAddress()
				if err != nil {
					t.Error(err)
					return
				}
				leg, err := i.endpoint.Dial(context.Background(), sipua.DialParams{To: "101", Proxy: address, From: "0501"})
				var rejected *sipua.Rejected
				refused <- errors.As(err, &rejected)
				if err != nil {
					return
				}
				for range leg.Events() { // until the operator hangs up
				}
			}
			s := script(t, i.serve(t))
			s.Talk = talk
			result, timeline := run(t, s)
			if got := <-refused; got != (talk == 0) {
				t.Errorf("the operator's telephone refused: %v", got)
			}
			if result.Outcome() != Paid {
				t.Errorf("got %s\n%s", result.Outcome(), timeline)
			}
			if spoke := strings.Contains(timeline, " ms  the operator speaks with the customer\n"); spoke != (talk > 0) {
				t.Errorf("the operator spoke: %v\n%s", spoke, timeline)
			}
		})
	}
}
