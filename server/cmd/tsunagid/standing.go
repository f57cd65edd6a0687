package main

import (
	"fmt"
	"slices"
	"time"

	"tsunagi/server/config"
	"tsunagi/server/sipua"
)

// A pbx is how we stand with one: by an account, or as a trunk.
type pbx struct {
	Account  string    `json:"account,omitempty"` // user@host; empty for a trunk
	Trunk    string    `json:"trunk,omitempty"`   // host; empty for an account
	Until    time.Time `json:"until"`             // of an account: it is registered until then
	Answered time.Time `json:"answered"`          // of a trunk: its last sign of life
	Problem  string    `json:"problem,omitempty"` // what the PBX has answered last, and what to do
	Next     time.Time `json:"next"`              // when it is asked again; zero: it is not
	Asked    bool      `json:"asked"`             // once at least, or never will be
}

// pbxs tells how we stand with the PBXs of a configuration.
func pbxs(e *sipua.Endpoint, s config.SIP) []pbx {
	var all []pbx
	for _, r := range e.Registrations() {
		p := pbx{Account: r.Account, Until: r.Until, Next: r.Next, Asked: !r.Next.IsZero() || !r.Until.IsZero() || r.Err != nil}
		if i := slices.IndexFunc(s.Accounts, func(a config.Account) bool { return nameOf(a) == r.Account }); i >= 0 && r.Err != nil {
			p.Problem = explainAccount(r.Err, s.Accounts[i], e.Addr()).Error()
		}
		all = append(all, p)
	}
	watches := e.Watches()
	for _, t := range s.Trunks {
		p := pbx{Trunk: t.Peer(), Asked: true} // it never will be, unless it is watched
		if i := slices.IndexFunc(watches, func(w sipua.Watch) bool { return w.PBX == t.Peer() }); i >= 0 {
			w := watches[i]
			if p.Answered, p.Asked = w.Answered, !w.Asked.IsZero(); p.Asked {
				p.Next = w.Asked.Add(s.OptionsInterval.Duration)
			}
			if w.Err != nil {
				p.Problem = explainPeer(w.Err, t.Peer(), e.Addr()).Error()
			}
		}
		all = append(all, p)
	}
	return all
}

// nameOf is what package sipua calls an account.
func nameOf(a config.Account) string {
	return sipua.Account{User: a.User, Registrar: a.Peer()}.String()
}

// unasked reports whether it is not known yet how we stand.
func (p pbx) unasked() bool { return !p.Asked }

// String is the PBX's line of a status.
func (p pbx) String() string {
	line := fmt.Sprintf("%-14s %s: ", "Account", p.Account)
	if p.Trunk != "" {
		line = fmt.Sprintf("%-14s %s: ", "Trunk", p.Trunk)
	}
	switch {
	case p.unasked():
		return line + "has been asked, no answer yet"
	case p.Trunk != "" && p.Next.IsZero():
		return line + "not asked, as sip.options_interval is 0"
	case p.Trunk != "" && p.Answered.IsZero():
		line += "has never answered"
	case p.Trunk != "":
		line += "answered last at " + clock(p.Answered)
	case time.Now().Before(p.Until):
		line += "registered until " + clock(p.Until)
	default:
		line += "not registered"
	}
	if !p.Next.IsZero() {
		line += ", asked again at " + clock(p.Next)
	}
	if p.Problem != "" {
		line += fmt.Sprintf("\n%-14s %s", "", p.Problem)
	}
	return line
}

// clock is a moment of about now as an administrator reads it.
func clock(t time.Time) string { return t.Local().Format(time.TimeOnly) }
