package pbx

import (
	"strings"
	"testing"

	"tsunagi/server/e2e/site"
	"tsunagi/server/prompt"
)

// product.md 6.1, as the server says it and as the operator's telephone gets to know it.
func TestRefusalsReachTheTelephone(t *testing.T) {
	t.Parallel()
	f := newOffice(t)
	const idle = "05030001025" // of an operator who is not logged in
	f.server.AddOperator("suzuki", idle)
	busy := f.operator.call(site.Number)
	call := f.play(busy, prompt.PressSend, "")
	for _, row := range []struct {
		name       string
		number     string
		fromServer string
		atPhone    int
	}{
		{"unknown number", "05099999999", "404 Not Found", 404},
		{"operator not logged in", idle, "480 Temporarily Unavailable", 480},
		{"operator in the send window", site.Number, "486 Busy Here", 486},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := f.direct.refused(row.number); got != row.atPhone {
				t.Errorf("the telephone got %d, want %d", got, row.atPhone)
			}
			if !f.answered(row.number, row.fromServer) {
				t.Errorf("the server did not answer the INVITE to %s with %s", row.number, row.fromServer)
			}
		})
	}
	f.desktop.Send(call, form("T-1")) // the call that was there has noticed nothing
	busy.await(prompt.OrderReceived)
	busy.hangUp()
	f.pbx.idle()
}

// answered reports whether the server has answered an INVITE to a number with a status.
func (f *office) answered(number, status string) bool {
	for _, part := range strings.Split(f.pbx.log(), "<--- Received SIP response (")[1:] {
		head, body, _ := strings.Cut(part, "--->\n")
		if !strings.Contains(head, "from "+f.peer+" ") {
			continue
		}
		body, _, _ = strings.Cut(body, "\n\n[")
		if strings.HasPrefix(body, "SIP/2.0 "+status) && strings.Contains(body, "To: <sip:"+number+"@") {
			return true
		}
	}
	return false
}
