package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"tsunagi/server"
	"tsunagi/server/card"
	"tsunagi/shared/order"
)

// merchantSettings are the settings of a merchant (product.md section 2) as flags: those
// that are nil stay as they are.
type merchantSettings struct {
	Linkage        *string        `placeholder:"MODE" help:"決済情報連携種別: normal, or api, where a CTI/CRM fills the form."`
	MemberID       *bool          `name:"member-id" negatable:"" help:"Show the field 会員ID."`
	PaymentCount   *bool          `name:"payment-count" negatable:"" help:"Let operators choose 支払回数; else it is fixed to 1回."`
	Monitoring     *bool          `negatable:"" help:"Show IVRリアルタイムモニタリング."`
	ReturnCall     *string        `placeholder:"MODE" help:"オペレータ通話戻し: off, join, bridge or blind."`
	SecurityCode   *bool          `negatable:"" help:"Ask customers for the security code."`
	Channels       *int           `placeholder:"N" help:"契約チャネル数: calls in the IVR at one moment, 1 or more."`
	CardAttempts   *int           `placeholder:"N" help:"Authorizations with one transaction ID in a call, 1 to 5."`
	EntryRetries   *int           `placeholder:"N" help:"Invalid entries of one field before the call ends, 1 to 5."`
	Brands         *[]string      `placeholder:"BRAND,…" help:"Accepted brands: VISA, Mastercard, JCB, AMEX, Diners, Discover, UnionPay."`
	SendWindow     *time.Duration `placeholder:"TIME" help:"In which the order must be sent, 5s to 120s."`
	HandoverWait   *time.Duration `placeholder:"TIME" help:"For the operator's 1, 5s to 300s."`
	Ringback       *time.Duration `placeholder:"TIME" help:"In which the operator completes the transfer, 1s to 30s."`
	Capture        *bool          `negatable:"" help:"Authorize and capture at once; else authorize only."`
	Sources        *[]string      `placeholder:"CIDR,…" help:"Networks that a login may come from; 'any' for all. Who is logged in from elsewhere is logged out."`
	PasswordPolicy *string        `placeholder:"POLICY" help:"seed (8 to 30 characters) or pci (12 to 30, changed after 90 days, one-time codes of supervisors and auditors, idle lock)."`
	OperatorCodes  *bool          `negatable:"" help:"Ask operators for one-time codes too, and so everybody, under either password policy."`
	Language       *string        `placeholder:"LANGUAGE" help:"What customers hear where the order does not choose: ja or en."`
	TalkScript     *string        `placeholder:"TEXT" help:"Replaces the talk script for the security code; empty: the built-in one."`
	TalkScriptFile string         `type:"existingfile" placeholder:"FILE" json:"-" help:"The talk script from a text file."`
}

// longestScript bounds a talk script, in characters.
const longestScript = 4000

// read takes in what stands in files: the server may be another user's.
func (s *merchantSettings) read() error {
	if s.TalkScriptFile == "" {
		return nil
	}
	text, err := os.ReadFile(s.TalkScriptFile)
	if err != nil {
		return err
	}
	script := strings.TrimSpace(strings.TrimPrefix(string(text), "\ufeff"))
	s.TalkScript = &script
	return nil
}

// apply changes a merchant's settings and says everything that is wrong with them.
func (s merchantSettings) apply(m *ivr.Merchant) error {
	if s.Linkage != nil {
		m.Linkage = ivr.LinkageMode(*s.Linkage)
	}
	if s.ReturnCall != nil {
		m.ReturnCall = ivr.ReturnCall(*s.ReturnCall)
	}
	if s.PasswordPolicy != nil {
		m.PasswordPolicy = ivr.PasswordPolicy(*s.PasswordPolicy)
	}
	if s.Language != nil {
		m.Language = order.Language(*s.Language)
	}
	if s.Sources != nil {
		m.Sources = *s.Sources
		if slices.Equal(m.Sources, []string{"any"}) {
			m.Sources = nil
		}
	}
	set(&m.MemberID, s.MemberID)
	set(&m.PaymentCountChoice, s.PaymentCount)
	set(&m.Monitoring, s.Monitoring)
	set(&m.SecurityCode, s.SecurityCode)
	set(&m.Channels, s.Channels)
	set(&m.CardAttempts, s.CardAttempts)
	set(&m.EntryRetries, s.EntryRetries)
	set(&m.Brands, s.Brands)
	set(&m.SendWindow, s.SendWindow)
	set(&m.HandoverWait, s.HandoverWait)
	set(&m.Ringback, s.Ringback)
	set(&m.Capture, s.Capture)
	set(&m.OperatorCodes, s.OperatorCodes)
	set(&m.TalkScript, s.TalkScript)
	return checkMerchant(*m)
}

// checkMerchant says everything that is wrong with a merchant's settings.
func checkMerchant(m ivr.Merchant) error {
	var wrong []error
	that := func(right bool, format string, args ...any) {
		if !right {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	between := func(flag string, n, least, most int) {
		that(n >= least && n <= most, "--%s wants %d to %d, not %d", flag, least, most, n)
	}
	lasts := func(flag string, t, least, most time.Duration) {
		that(t >= least && t <= most, "--%s wants %v to %v, not %v", flag, least, most, t)
	}
	name := []rune(strings.TrimSpace(m.Name))
	that(len(name) >= 1 && len(name) <= 60, "--name wants 1 to 60 characters")
	that(slices.Contains([]ivr.LinkageMode{ivr.LinkageNormal, ivr.LinkageAPI}, m.Linkage), "--linkage wants normal or api, not %q", m.Linkage)
	that(slices.Contains([]ivr.ReturnCall{ivr.ReturnOff, ivr.ReturnJoin, ivr.ReturnBridge, ivr.ReturnBlind}, m.ReturnCall),
		"--return-call wants off, join, bridge or blind, not %q", m.ReturnCall)
	that(slices.Contains([]ivr.PasswordPolicy{"", ivr.PolicySeed, ivr.PolicyPCI}, m.PasswordPolicy),
		"--password-policy wants seed or pci, not %q", m.PasswordPolicy)
	that(slices.Contains([]order.Language{"", order.Japanese, order.English}, m.Language), "--language wants ja or en, not %q", m.Language)
	that(m.Channels >= 1, "--channels wants 1 or more, not %d", m.Channels)
	between("card-attempts", m.CardAttempts, 1, 5)
	between("entry-retries", m.EntryRetries, 1, 5)
	lasts("send-window", m.SendWindow, 5*time.Second, 2*time.Minute)
	lasts("handover-wait", m.HandoverWait, 5*time.Second, 5*time.Minute)
	lasts("ringback", m.Ringback, time.Second, 30*time.Second)
	that(len(m.Brands) > 0, "--brands wants at least one")
	for _, brand := range m.Brands {
		that(slices.Contains(card.Brands(), card.Brand(brand)), "--brands: %q is none of %v", brand, card.Brands())
	}
	for _, source := range m.Sources {
		_, network := netip.ParsePrefix(source)
		_, address := netip.ParseAddr(source)
		that(network == nil || address == nil, "--sources: %q is no network such as 192.0.2.0/24 and no address", source)
	}
	that(len([]rune(m.TalkScript)) <= longestScript, "--talk-script wants at most %d characters", longestScript)
	return errors.Join(wrong...)
}

// settingsOf are a merchant's settings by the names under which they are kept.
func settingsOf(m ivr.Merchant) map[string]any {
	settings := make(map[string]any)
	text, err := json.Marshal(m)
	if err == nil {
		err = json.Unmarshal(text, &settings)
	}
	if err != nil {
		return map[string]any{"name": m.Name} // strings, numbers and lists always have a JSON form
	}
	return settings
}

// settingsDifference is what of the settings has changed, with both values; empty where
// nothing has.
func settingsDifference(old, now ivr.Merchant) string {
	before, after := settingsOf(old), settingsOf(now)
	names := make([]string, 0, len(after))
	for name := range after {
		names = append(names, name)
	}
	for name := range before {
		if _, still := after[name]; !still {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var changes []string
	for _, name := range names {
		if !reflect.DeepEqual(before[name], after[name]) {
			changes = append(changes, fmt.Sprintf("%s %v to %v", name, shownSetting(name, before[name]), shownSetting(name, after[name])))
		}
	}
	return strings.Join(changes, "; ")
}

// shownSetting spells a value for a person: times in seconds, texts cut.
func shownSetting(name string, value any) any {
	switch v := value.(type) {
	case nil:
		return "none"
	case float64:
		if name == "sendWindow" || name == "handoverWait" || name == "ringback" {
			return time.Duration(v)
		}
	case string:
		if runes := []rune(v); len(runes) > 40 {
			return fmt.Sprintf("%q", string(runes[:40])+"…")
		}
		return fmt.Sprintf("%q", v)
	}
	return value
}
