package flow

import (
	"time"

	"tsunagi/server"
)

// Settings are what of a merchant and its operator decides about a call. Make them
// with SettingsFor; a zero duration or count takes its default.
type Settings struct {
	SendWindow   time.Duration // from the answer to the order
	HandoverWait time.Duration // from the order to 「1」
	Ringback     time.Duration // from 「1」 to the greeting
	FirstDigit   time.Duration // from the end of a question to the first digit
	InterDigit   time.Duration // from digit to digit
	ReturnWait   time.Duration // for the operator to answer a return call

	EntryRetries int // invalid entries of one field that end the call
	CardAttempts int // authorizations in one call
	SecurityCode bool
	Return       ivr.ReturnCall
}

// The defaults of product.md, sections 2 and 6. ReturnWait is ours: six cycles of
// the ringback tone and what a PBX takes to find a telephone.
const (
	defaultSendWindow   = 20 * time.Second
	defaultHandoverWait = 30 * time.Second
	defaultRingback     = 5 * time.Second
	defaultFirstDigit   = 10 * time.Second
	defaultInterDigit   = 5 * time.Second
	defaultReturnWait   = 30 * time.Second
	defaultEntryRetries = 3
	defaultCardAttempts = 3
)

// SettingsFor are the settings of a call to this operator's IVR number. Without an
// extension to call there is no return call.
func SettingsFor(m ivr.Merchant, operator ivr.User) Settings {
	s := Settings{
		SendWindow: m.SendWindow, HandoverWait: m.HandoverWait, Ringback: m.Ringback,
		EntryRetries: m.EntryRetries, CardAttempts: m.CardAttempts,
		SecurityCode: m.SecurityCode, Return: m.ReturnCall,
	}
	if operator.Extension == "" {
		s.Return = ivr.ReturnOff
	}
	return s
}

// filled puts defaults where nothing usable is set.
func (s Settings) filled() Settings {
	for _, d := range []struct {
		set      *time.Duration
		fallback time.Duration
	}{
		{&s.SendWindow, defaultSendWindow},
		{&s.HandoverWait, defaultHandoverWait},
		{&s.Ringback, defaultRingback},
		{&s.FirstDigit, defaultFirstDigit},
		{&s.InterDigit, defaultInterDigit},
		{&s.ReturnWait, defaultReturnWait},
	} {
		if *d.set <= 0 {
			*d.set = d.fallback
		}
	}
	if s.EntryRetries <= 0 {
		s.EntryRetries = defaultEntryRetries
	}
	if s.CardAttempts <= 0 {
		s.CardAttempts = defaultCardAttempts
	}
	if s.Return == "" {
		s.Return = ivr.ReturnOff
	}
	return s
}
