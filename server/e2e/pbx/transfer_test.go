package pbx

import (
	"slices"
	"strings"
	"testing"

	"tsunagi/server/e2e/site"
	"tsunagi/server/prompt"
)

// telephony.md section 2: with the media through the PBX the IVR's leg sees nothing of
// the transfer but a jump of the RTP timestamps, and both parties' keys come on it.

func TestAttendedTransferByManager(t *testing.T) {
	t.Parallel()
	f := newOffice(t)
	customer, operator := f.connect(f.operator)
	f.consultByManager("101", "operators")
	f.sendOrder(operator, "T-1")
	operator.hangUp() // completes the transfer
	f.pay(customer)
	f.paid("T-1")
	f.oneLeg()
}

func TestAttendedTransferByFeatureCode(t *testing.T) {
	t.Parallel()
	f := newOffice(t)
	customer, operator := f.connect(f.operator)
	operator.key("*2" + site.Number)
	f.sendOrder(operator, "T-1")
	operator.hangUp()
	f.pay(customer)
	f.paid("T-1")
	f.oneLeg()
}

// The operator comes to the IVR before the order is sent, and leaves only after the
// customer has been greeted by nobody for a while: the 5 s of ringback are over.
func TestTransferCompletedDuringTheGreeting(t *testing.T) {
	t.Parallel()
	f := newOffice(t)
	customer, operator := f.connect(f.operator)
	f.consultByManager("101", "operators")
	f.sendOrder(operator, "T-1")
	operator.await(prompt.Greeting)
	operator.hangUp()
	f.pay(customer)
	f.paid("T-1")
}

// connect has the customer call the operator and waits until they can talk.
func (f *office) connect(operator *telephone) (customer, answered *line) {
	f.t.Helper()
	dialled := f.customer.dial(operator.number)
	answered = operator.answer()
	customer = <-dialled
	if customer.err != nil {
		f.t.Fatal(customer.err)
	}
	f.pbx.manager.channel(operator.number)
	return customer, answered
}

// consultByManager has the PBX call the IVR for an operator, as a CTI program does.
func (f *office) consultByManager(operator, context string) {
	f.t.Helper()
	f.pbx.manager.do("Atxfer", "Channel", f.pbx.manager.channel(operator), "Exten", site.Number, "Context", context)
}

// oneLeg wants the IVR to have had one call, in which nothing was negotiated anew.
func (f *office) oneLeg() {
	f.t.Helper()
	invites := 0
	for _, m := range f.toServer() {
		if strings.HasPrefix(m, "INVITE ") {
			invites++
		}
	}
	if invites != 1 {
		f.t.Errorf("the server got %d INVITEs, want 1", invites)
	}
}

// toServer are the requests that Asterisk has sent to the server, as in its log.
func (f *office) toServer() []string {
	f.t.Helper()
	requests := f.logged("<--- Transmitting SIP request (", "to")
	if len(requests) == 0 {
		f.t.Fatal("Asterisk's log holds no request to the server")
	}
	return requests
}

// fromServer are the messages that Asterisk has got from the server and that begin so.
func (f *office) fromServer(beginning string) []string {
	f.t.Helper()
	kind := "request"
	if strings.HasPrefix(beginning, "SIP/") {
		kind = "response"
	}
	return slices.DeleteFunc(f.logged("<--- Received SIP "+kind+" (", "from"), func(m string) bool {
		return !strings.HasPrefix(m, beginning)
	})
}

// logged are the messages in Asterisk's log to or from the server.
func (f *office) logged(mark, way string) []string {
	var messages []string
	for _, part := range strings.Split(f.pbx.log(), mark)[1:] {
		head, body, ok := strings.Cut(part, "--->\n")
		if !ok || !strings.Contains(head, way+" "+f.peer+" ") {
			continue
		}
		body, _, _ = strings.Cut(body, "\n[")
		messages = append(messages, strings.TrimSpace(strings.ReplaceAll(body, "\r", "")))
	}
	return messages
}
