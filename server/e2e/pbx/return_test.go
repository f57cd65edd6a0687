package pbx

import (
	"math"
	"slices"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/server/audio"
	"tsunagi/server/e2e/site"
	"tsunagi/server/prompt"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// returning is an office whose customers are brought back to 101. What is not looked at
// here goes faster than by default.
func returning(mode ivr.ReturnCall) arrangement {
	return arrangement{
		edit: func(m *ivr.Merchant, u *ivr.User) {
			m.ReturnCall, m.Ringback, u.Extension = mode, time.Second, "101"
			m.CardAttempts = 1
		},
		settings: site.Settings{"ring": "'10s'"},
		hurry:    true,
	}
}

// returningOffice is that office with a customer who is about to be greeted.
func returningOffice(t *testing.T, a arrangement) (f *office, customer *line, call wire.Call) {
	t.Helper()
	f = newOfficeWith(t, a)
	customer, operator := f.connect(f.operator)
	f.consultByManager("101", "operators")
	call = f.sendOrder(operator, "T-1")
	operator.hangUp()
	return f, customer, call
}

// refused keys a card that the acquirer refuses.
func (f *office) refused(customer *line) {
	f.t.Helper()
	customer.await(prompt.CardNumber)
	customer.key(cardNumber + "#")
	customer.await(prompt.Expiry)
	customer.key("0199")
	customer.await(prompt.SecurityCode3)
	customer.key(cardCode)
	customer.await(prompt.DeclinedEnd)
}

// talk has the two hear each other.
func talk(customer, operator *line) {
	operator.t.Helper()
	operator.tell(customer, prompt.PleaseWait)
	customer.tell(operator, prompt.Goodbye)
}

// lastPoints are the rows of a call from the return call on.
func (f *office) lastPoints() []string {
	points := f.desktop.Points()
	return points[slices.Index(points, string(message.OperatorTransfer))+1:]
}

func (f *office) wantLastPoints(want ...message.Point) {
	f.t.Helper()
	f.desktop.Row(string(want[len(want)-1]))
	var points []string
	for _, p := range want {
		points = append(points, string(p))
	}
	if got := f.lastPoints(); !slices.Equal(got, points) {
		f.t.Errorf("rows after E1: got %q, want %q", got, points)
	}
}

// product.md 6.8: the operator is told the result, then called, and the customer joined:
// by the PBX, by the server where the PBX refuses that or the merchant wants it so, and
// by the PBX alone.
func TestTheCustomerIsBroughtBack(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		mode     ivr.ReturnCall
		trunk    string
		relayed  bool
		declined bool
	}{
		"joined by REFER with Replaces":    {mode: ivr.ReturnJoin},
		"the PBX refuses to join them":     {mode: ivr.ReturnJoin, trunk: "allow_transfer = no", relayed: true, declined: true},
		"relayed as the merchant wishes":   {mode: ivr.ReturnBridge, relayed: true},
		"by a blind REFER, payment failed": {mode: ivr.ReturnBlind, declined: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := returning(tc.mode)
			a.trunk = tc.trunk
			f, customer, call := returningOffice(t, a)
			dialog, end, verdict := message.I402, message.EndedOK, prompt.Approved
			if tc.declined {
				dialog, end, verdict = message.I405, message.EndedNG, prompt.DeclinedEnd
			}
			read := make(chan []string, 1) // by the operator when the telephone rings
			f.operator.WhenItRings(func() { read <- f.desktop.Notices() })
			if tc.declined {
				f.refused(customer)
			} else {
				f.key(customer, verdict)
			}
			customer.await(prompt.Returning)
			operator := f.operator.answer()
			if got := <-read; !slices.Equal(got, []string{string(dialog)}) {
				t.Errorf("when the telephone rang the operator had read %q, want %s", got, dialog)
			}
			if tc.mode != ivr.ReturnBlind && operator.leg.Caller() != "05030001024" && operator.leg.Caller() != f.customer.number {
				t.Errorf("the operator's telephone shows %q", operator.leg.Caller())
			}
			f.desktop.RowOf(call.ID, string(message.OperatorReturn))
			talk(customer, operator)

			if tc.relayed {
				if p := f.desktop.Calls(call.ID); p[len(p)-1].State != wire.StateReturning {
					t.Errorf("the call is in %s", p[len(p)-1].State)
				}
				noKeyReaches(t, customer, operator)
			} else {
				f.desktop.CallIs(call.ID, wire.StateEnded) // the PBX has them
			}
			customer.hangUp()
			operator.ended()
			f.wantLastPoints(message.OperatorReturn, end)
			f.desktop.CallIs(call.ID, wire.StateEnded)
			f.pbx.idle()
			f.noDigits()
		})
	}
}

// security.md T4: while the media are relayed nothing of what the customer keys reaches
// the operator's leg, whether the telephone sends events or tones.
func noKeyReaches(t *testing.T, customer, operator *line) {
	t.Helper()
	customer.leg.Stop()
	<-time.After(500 * time.Millisecond) // what was said before is on its way
	operator.since()
	customer.key("4111*#")
	customer.leg.Play(1, []*audio.Clip{audio.NewClip(tones("4111*#"))}, false)
	<-time.After(3 * time.Second) // the keys and the tones are out, which is what is listened to
	if came := operator.since(); came.keys != 0 || came.tones != 0 || came.loudest > 64 {
		t.Errorf("of the customer's keys the operator's leg got %+v", came)
	}
	talk(customer, operator)
}

// tones are keys in the sound, 100 ms each.
func tones(keys string) []int16 {
	pairs := map[rune][2]float64{'1': {697, 1209}, '4': {770, 1209}, '*': {941, 1209}, '#': {941, 1477}}
	var pcm []int16
	for _, key := range keys {
		for n := range 800 {
			at := 2 * math.Pi * float64(n) / 8000
			pcm = append(pcm, int16(6000*(math.Sin(at*pairs[key][0])+math.Sin(at*pairs[key][1]))))
		}
		pcm = append(pcm, make([]int16, 800)...)
	}
	return pcm
}

// product.md 6.8: busy, no answer, refused. The customer is told and the row says so.
func TestTheOperatorCannotBeHad(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		mode     ivr.ReturnCall
		status   int // with which the telephone refuses; 0: nobody answers
		declined bool
	}{
		"busy":                    {mode: ivr.ReturnJoin, status: 486},
		"refused, payment failed": {mode: ivr.ReturnBridge, status: 603, declined: true},
		"nobody answers":          {mode: ivr.ReturnJoin},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, customer, call := returningOffice(t, returning(tc.mode))
			f.operator.Refuse(tc.status)
			dialog, failed := message.I402, message.TransferFailedOK
			if tc.declined {
				dialog, failed = message.I405, message.TransferFailedNG
				f.refused(customer)
			} else {
				f.key(customer, prompt.Approved)
			}
			customer.await(prompt.Returning)
			customer.await(prompt.ReturnFailed)
			customer.ended()
			f.desktop.NoticeOf(call.ID, string(dialog))
			f.wantLastPoints(failed)
			f.pbx.idle()
		})
	}
}

// After a blind REFER the customer belongs to the PBX: the row tells that nobody has
// taken the call.
func TestABlindReturnThatFails(t *testing.T) {
	t.Parallel()
	f, customer, call := returningOffice(t, returning(ivr.ReturnBlind))
	f.operator.Refuse(486)
	f.key(customer, prompt.Returning)
	f.wantLastPoints(message.TransferFailedOK)
	f.desktop.CallIs(call.ID, wire.StateEnded)
	customer.hangUp()
	f.pbx.idle()
}

// Whoever hangs up while the operator's telephone rings stops it.
func TestTheCustomerHangsUpWhileTheOperatorIsCalled(t *testing.T) {
	t.Parallel()
	f, customer, call := returningOffice(t, returning(ivr.ReturnJoin))
	ringing := make(chan struct{})
	f.operator.WhenItRings(func() { close(ringing) })
	f.key(customer, prompt.Returning)
	<-ringing
	customer.hangUp()
	f.wantLastPoints(message.EndedOK)
	f.desktop.CallIs(call.ID, wire.StateEnded)
	f.pbx.idle() // the telephone's channel too
}

// product.md 6.6 and 6.8, guide 4-8: 0 and # bring the customer back; transferred once
// more, once more; the third time there is no way back, and the call ends.
func TestTheThirdReturnIsRefused(t *testing.T) {
	t.Parallel()
	f, customer, call := returningOffice(t, returning(ivr.ReturnJoin))
	for n := range 2 {
		customer.await(prompt.CardNumber)
		customer.key("0#")
		operator := f.operator.answer()
		f.desktop.CallIs(call.ID, wire.StateEnded)
		f.desktop.NoticeOf(call.ID, string(message.I405))
		talk(customer, operator)
		f.consultAgain(n + 2)
		call = f.sendOrder(operator, "T-1")
		operator.hangUp()
	}
	f.key(customer, prompt.Approved)
	customer.await(prompt.ReturnRefused)
	customer.ended()
	f.desktop.RowOf(call.ID, string(message.EndedOK))
	f.pbx.idle()
}

// consultAgain is consultByManager for the operator's nth call with a customer.
func (f *office) consultAgain(n int) {
	f.t.Helper()
	f.pbx.manager.do("Atxfer", "Channel", f.pbx.manager.nthChannel("101", n), "Exten", site.Number, "Context", "operators")
}

// With the media relayed, what the customer keys after a second transfer reaches the IVR
// although none of it passes the operator's line; each return holds its channel.
func TestTransferredAgainWhileRelayed(t *testing.T) {
	t.Parallel()
	a := returning(ivr.ReturnBridge)
	edit := a.edit
	a.edit = func(m *ivr.Merchant, u *ivr.User) { edit(m, u); m.Channels = 2 }
	f, customer, first := returningOffice(t, a)
	customer.await(prompt.CardNumber)
	customer.key("0#")
	operator := f.operator.answer()
	talk(customer, operator)
	f.consultAgain(2)
	second := f.sendOrder(operator, "T-1")
	operator.hangUp()

	customer.await(prompt.CardNumber)
	full := f.direct.call(site.Number) // both channels are in use
	full.await(prompt.ChannelsBusy)
	full.ended()
	customer.key(cardNumber + "#")
	customer.await(prompt.Expiry)
	customer.key(cardExpiry)
	customer.await(prompt.SecurityCode3)
	customer.key(cardCode)
	customer.await(prompt.Approved)
	operator = f.operator.answer()
	f.desktop.RowOf(second.ID, string(message.OperatorReturn))
	talk(customer, operator)
	noKeyReaches(t, customer, operator)

	customer.hangUp()
	operator.ended()
	f.desktop.CallIs(first.ID, wire.StateEnded)
	f.desktop.CallIs(second.ID, wire.StateEnded)
	f.pbx.idle()
	f.noDigits()
}
