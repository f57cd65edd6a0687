package e2e

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"

	"tsunagi/server/e2e/site"
	"tsunagi/server/phone"
	"tsunagi/server/prompt"
)

// The acquirer's test cards, and an expiry in 2099 with which it refuses.
const (
	visa       = "4111111111111111"
	amex       = "378282246310005"
	refusedAG6 = "0999" // AG61
)

func card(t *testing.T, number, expiry, code string) phone.Card {
	t.Helper()
	c, err := phone.NewCard([]byte(number), []byte(expiry), []byte(code))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// customer is a telephone under way.
type customer struct {
	t        *testing.T
	done     chan struct{}
	result   phone.Result
	err      error
	timeline *output
	hang     context.CancelFunc
}

// output is a timeline that is read while it is written.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// ring starts a telephone that calls the operator's number.
func ring(t *testing.T, s *site.Server, script phone.Script) *customer {
	t.Helper()
	script.Server = s.SIP
	if script.Numbers == nil {
		script.Numbers = []string{site.Number}
	}
	if script.Keying == "" {
		script.Keying = phone.DuringIt
	}
	ctx, cancel := context.WithCancel(t.Context())
	c := &customer{t: t, done: make(chan struct{}), timeline: &output{}, hang: cancel}
	go func() {
		defer close(c.done)
		c.result, c.err = phone.Run(ctx, script, c.timeline)
	}()
	t.Cleanup(func() {
		cancel()
		<-c.done
		if t.Failed() {
			t.Logf("telephone:\n%s", c.timeline)
		}
	})
	return c
}

// hangUp ends the call, if it has not ended, and waits for the telephone.
func (c *customer) hangUp() {
	c.hang()
	<-c.done
}

// end waits for the telephone to hang up.
func (c *customer) end() phone.Call {
	c.t.Helper()
	<-c.done
	if c.err != nil {
		c.t.Fatal(c.err)
	}
	if len(c.result.Calls) != 1 {
		c.t.Fatalf("%d calls", len(c.result.Calls))
	}
	return c.result.Calls[0]
}

// heard is the prompts that were met, without the tones.
func heard(call phone.Call) string {
	var names []string
	for _, name := range call.Met {
		if name != prompt.Ringback && name != prompt.Music {
			names = append(names, string(name))
		}
	}
	return strings.Join(names, " ")
}
