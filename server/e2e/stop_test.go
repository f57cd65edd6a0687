package e2e

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/server/e2e/handset"
	"tsunagi/server/e2e/site"
	"tsunagi/server/phone"
	"tsunagi/server/prompt"
	"tsunagi/shared/wire"
)

// The server is stopped in every state of a call, without time to drain. Each time the
// call ends, is recorded once with what became of its payment, and no digit of the card
// is left; the next server counts no channel.
func TestTheServerIsStoppedInEveryState(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		state   wire.State
		order   bool
		answers bool // the operator, when called back
		end     ivr.End
		outcome ivr.Outcome
	}{
		{state: wire.StateSendWindow, end: ivr.EndServerStopped},
		{state: wire.StateEnded, end: ivr.EndWindowExpired}, // its last words are still being said
		{state: wire.StateHandover, order: true, end: ivr.EndServerStopped},
		{state: wire.StateRingback, order: true, end: ivr.EndServerStopped},
		{state: wire.StateGreeting, order: true, end: ivr.EndServerStopped, outcome: ivr.OutcomeNotPaid},
		{state: wire.StateCardNumber, order: true, end: ivr.EndServerStopped, outcome: ivr.OutcomeNotPaid},
		{state: wire.StateSecurityCode, order: true, end: ivr.EndServerStopped, outcome: ivr.OutcomeNotPaid},
		{state: wire.StateAuthorizing, order: true, end: ivr.EndCompleted, outcome: ivr.OutcomePaid}, // asked is asked
		{state: wire.StateResult, order: true, end: ivr.EndServerStopped, outcome: ivr.OutcomePaid},
		{state: wire.StateReturning, order: true, end: ivr.EndServerStopped, outcome: ivr.OutcomePaid},
		{state: wire.StateReturning, order: true, answers: true, end: ivr.EndServerStopped, outcome: ivr.OutcomePaid},
	} {
		t.Run(string(row.state), func(t *testing.T) {
			t.Parallel()
			desk := handset.New(t, "operator", netip.MustParseAddrPort("127.0.0.1:0"), handset.Ports{First: 31000, Last: 39999})
			s := site.Prepare(t, "127.0.0.1:0", site.Settings{
				"drain": "'0s'", "sim_delay": "'2s'", "pbx": "'" + desk.Endpoint.Addr().String() + "'",
			})
			s.Edit(func(m *ivr.Merchant, u *ivr.User) {
				m.ReturnCall, u.Extension, m.Ringback = ivr.ReturnJoin, "101", time.Second
				if row.state == wire.StateEnded {
					m.SendWindow = time.Second
				}
			})
			s.Hurry(append(site.Preamble, prompt.PleaseWait, prompt.Approved, prompt.Goodbye)...)
			s.Start()
			o := site.FirstLogin(t, s)
			ring(t, s, phone.Script{Cards: []phone.Card{card(t, visa, "1230", "123")}})
			call := o.Call(wire.StateSendWindow)
			if row.order {
				o.Send(call, form("T-1"))
			}
			o.CallIs(call.ID, row.state)
			if row.answers {
				if err := desk.Next().Answer(); err != nil {
					t.Fatal(err)
				}
				o.RowOf(call.ID, "T2.オペレータ戻し")
			}
			s.Stop()
			if n := s.Log.Count("msg=\"call ended\" call=" + call.ID); n != 1 {
				t.Errorf("the call was recorded %d times", n)
			}
			if r := s.Record(ivr.CallID(call.ID)); r.End != row.end || r.Outcome != row.outcome {
				t.Errorf("recorded as %s %q, want %s %q", r.End, r.Outcome, row.end, row.outcome)
			}
			noDigits(t, s.Dir)
		})
	}
}

// noDigits searches everything below a folder for the test card.
func noDigits(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(text), visa) {
			t.Errorf("%s holds the card number", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
