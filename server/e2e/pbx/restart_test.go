package pbx

import (
	"testing"

	"tsunagi/server/e2e/site"
	"tsunagi/server/prompt"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// The PBX is restarted while nobody talks: the next call is as any other.
func TestPBXRestartedBetweenCalls(t *testing.T) {
	t.Parallel()
	f := newOffice(t)
	first := f.operator.call(site.Number)
	f.play(first, prompt.OrderReceived, "T-1")
	first.hangUp()
	f.pbx.idle()

	f.pbx.stop()
	f.pbx.start()
	second := f.operator.call(site.Number)
	f.sendOrder(second, "T-2")
	f.pay(second)
	f.paid("T-2")
}

// The PBX is stopped in mid-call: it hangs up, so both sides know at once.
func TestPBXRestartedInMidCall(t *testing.T) {
	t.Parallel()
	f := newOffice(t)
	first := f.operator.call(site.Number)
	call := f.play(first, prompt.Expiry, "T-1")
	f.pbx.stop()
	first.ended()
	f.desktop.RowOf(call.ID, string(message.EndedNG))

	f.pbx.start()
	second := f.operator.call(site.Number)
	f.sendOrder(second, "T-2")
	f.pay(second)
	f.paid("T-2")
}

// The PBX dies in mid-call: no BYE comes. The call ends of itself, its channel is free
// again, and the operator can work meanwhile.
func TestPBXKilledInMidCall(t *testing.T) {
	t.Parallel()
	f := newOffice(t)
	first := f.operator.call(site.Number)
	call := f.play(first, prompt.CardNumber, "T-1")
	f.pbx.kill()

	f.pbx.start()
	second := f.operator.call(site.Number)
	f.sendOrder(second, "T-2")
	f.pay(second)
	f.paid("T-2")
	f.desktop.RowOf(call.ID, string(message.EndedNG))
	f.desktop.CallIs(call.ID, wire.StateEnded)
}
