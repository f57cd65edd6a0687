package pbx

import (
	"fmt"
	"testing"

	"tsunagi/server/e2e/site"
	"tsunagi/server/prompt"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// Somebody hangs up at each stage of a call. Each time the server gets its BYE, the PBX
// has no channel left, and the next call finds the operator free.
func TestHangUpAtEveryStage(t *testing.T) {
	t.Parallel()
	f := newOffice(t)
	for i, stage := range []struct {
		name string
		at   prompt.Name
		row  message.Point // the last one; before the customer is there it is F301 instead
	}{
		{"in the send window", prompt.PressSend, ""},
		{"before 1 is pressed", prompt.OrderReceived, ""},
		{"during the ringback tone", prompt.Ringback, ""},
		{"during the greeting", prompt.Greeting, message.EndedNG},
		{"at the card number", prompt.CardNumber, message.EndedNG},
		{"at the expiry", prompt.Expiry, message.EndedNG},
		{"at the security code", prompt.SecurityCode3, message.EndedNG},
		{"during the authorization", prompt.PleaseWait, message.EndedOK}, // asked is asked
		{"during the result", prompt.Approved, message.EndedOK},
	} {
		t.Run(stage.name, func(t *testing.T) {
			part := f.in(t)
			l := f.operator.call(site.Number)
			call := part.play(l, stage.at, fmt.Sprintf("T-%d", i))
			f.known = part.known
			l.hangUp()
			f.desktop.CallIs(call.ID, wire.StateEnded)
			if stage.row == "" {
				f.desktop.NoticeOf(call.ID, string(message.F301))
			} else {
				f.desktop.RowOf(call.ID, string(stage.row))
			}
			f.pbx.idle()
		})
	}
}

// The operator hangs up too early: the PBX completes the transfer, so the customer is in
// the send window, and may hang up or wait for its end.
func TestOperatorHangsUpBeforeSending(t *testing.T) {
	t.Parallel()
	f := newOffice(t)
	customer, operator := f.connect(f.operator)
	f.consultByManager("101", "operators")
	call := f.play(operator, prompt.PressSend, "")
	operator.hangUp()
	customer.await(prompt.SendWindowExpired)
	customer.ended()
	f.desktop.NoticeOf(call.ID, string(message.F301))
	f.pbx.idle()
}

// The customer does not wait for the operator: the operator is alone with the IVR and
// hangs up.
func TestCustomerHangsUpDuringTheConsultation(t *testing.T) {
	t.Parallel()
	f := newOffice(t)
	customer, operator := f.connect(f.operator)
	f.consultByManager("101", "operators")
	call := f.sendOrder(operator, "T-1")
	customer.hangUp()
	f.pbx.manager.settled()
	operator.hangUp()
	f.desktop.CallIs(call.ID, wire.StateEnded)
	f.pbx.idle()
}
