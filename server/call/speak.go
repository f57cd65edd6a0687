package call

import (
	"cmp"
	"time"

	"tsunagi/server"
	"tsunagi/server/audio"
	"tsunagi/server/card"
	"tsunagi/server/flow"
	"tsunagi/server/prompt"
	"tsunagi/shared/order"
)

// speak is the sound of a guidance for this call.
func (c *Call) speak(play flow.Play) []*audio.Clip {
	voice := c.desk.Voices(c.merchant.ID, c.language())
	if play.Guidance == flow.GuidanceGreeting {
		return greeting(voice, c.merchant, c.order)
	}
	clips := voice.Say(words(play, c.machine)...)
	if play.Loop && repeatsAfterPause(play.Guidance) {
		clips = append(clips, between)
	}
	return clips
}

// language is what is spoken now: to the operator the merchant's language, to the
// customer the one that the order chose, where it did.
func (c *Call) language() order.Language {
	if c.machine.CustomerReached() {
		return c.languageOf(c.order)
	}
	return c.merchant.Language
}

// languageOf is what the customer of an order is spoken to in.
func (c *Call) languageOf(o order.Order) order.Language {
	return cmp.Or(o.Language, c.merchant.Language, order.Japanese)
}

// pauseBetween separates the repetitions of a sentence.
const pauseBetween = 1200 * time.Millisecond

// between is that pause, encoded once: a clip is shared by all calls that play it.
var between = audio.Silence(pauseBetween)

func repeatsAfterPause(g flow.Guidance) bool {
	return g == flow.GuidancePressSend || g == flow.GuidanceOrderReceived
}

// greeting is the merchant's name, what this is about, the amount in words and, where
// the merchant offers more than one, the payment count.
func greeting(voice Voice, m ivr.Merchant, o order.Order) []*audio.Clip {
	var clips []*audio.Clip
	for _, name := range greetingWords(m, o) {
		clips = append(clips, voice.Say(name)...)
		if name == prompt.AmountIs {
			clips = append(clips, voice.Amount(o.Amount)...)
		}
	}
	return clips
}

// greetingWords are the prompts of the greeting without the numerals, which follow
// AmountIs.
func greetingWords(m ivr.Merchant, o order.Order) []prompt.Name {
	names := []prompt.Name{prompt.MerchantName, prompt.Greeting, prompt.AmountIs, prompt.AmountEnd}
	if m.PaymentCountChoice {
		names = append(names, prompt.PaymentCount(o.PaymentCount))
	}
	return names
}

// words are the prompts of a guidance, in order, as the call stands with it.
func words(play flow.Play, m flow.Call) []prompt.Name {
	said := catalogue[play.Guidance]
	if play.Guidance == flow.GuidanceNothingKeyed {
		said = missing[m.Field()]
	}
	switch {
	case play.Again:
		return append([]prompt.Name{prompt.StartAgain}, said...)
	case play.Guidance == flow.GuidanceAskCardNumber && play.Retry == 0:
		return firstQuestion(m)
	case play.Retry > 0 && m.RetriesLeft() == 1 && !asks[play.Guidance]:
		return append(said[:len(said):len(said)], prompt.LastChance)
	}
	return said
}

// firstQuestion asks for the card number and tells what may be keyed besides digits.
func firstQuestion(m flow.Call) []prompt.Name {
	names := []prompt.Name{prompt.CardNumber, prompt.StarHint}
	if m.MayReturn() {
		names = append(names, prompt.ReturnHint)
	}
	return names
}

// asks are the questions; what is wrong with an entry is said before one.
var asks = map[flow.Guidance]bool{
	flow.GuidanceAskCardNumber:    true,
	flow.GuidanceAskExpiry:        true,
	flow.GuidanceAskSecurityCode:  true,
	flow.GuidanceAskSecurityCode4: true,
}

// missing is what a customer hears who has keyed nothing.
var missing = map[card.Field][]prompt.Name{
	card.CardNumber:   {prompt.CardNumberMissing},
	card.Expiry:       {prompt.ExpiryMissing},
	card.SecurityCode: {prompt.SecurityCodeMissing},
}

// catalogue says which recordings make up each guidance but the greeting.
var catalogue = map[flow.Guidance][]prompt.Name{
	flow.GuidancePressSend:       {prompt.PressSend},
	flow.GuidanceWindowExpired:   {prompt.SendWindowExpired},
	flow.GuidanceOrderReceived:   {prompt.OrderReceived},
	flow.GuidanceHandoverExpired: {prompt.HandoverExpired},
	flow.GuidanceChannelsFull:    {prompt.ChannelsBusy},
	flow.GuidanceRingback:        {prompt.Ringback},

	flow.GuidanceAskCardNumber:    {prompt.CardNumber},
	flow.GuidanceAskExpiry:        {prompt.Expiry},
	flow.GuidanceAskSecurityCode:  {prompt.SecurityCode3},
	flow.GuidanceAskSecurityCode4: {prompt.SecurityCode4},
	flow.GuidanceOtherCard:        {prompt.DeclinedAnotherCard},

	flow.GuidanceNumberTooShort:     {prompt.CardNumberTooShort},
	flow.GuidanceNumberTooLong:      {prompt.CardNumberTooLong},
	flow.GuidanceNumberCheckDigit:   {prompt.CardNumberWrong},
	flow.GuidanceNumberBrandUnknown: {prompt.CardNumberWrong}, // no brand begins so: a key was lost or wrong
	flow.GuidanceNumberBrandRefused: {prompt.BrandNotAccepted},
	flow.GuidanceExpiryLength:       {prompt.ExpiryWrong},
	flow.GuidanceExpiryNoSuchMonth:  {prompt.ExpiryWrong},
	flow.GuidanceExpiryPast:         {prompt.ExpiryPast},
	flow.GuidanceCodeLength:         {prompt.SecurityCodeWrong},
	flow.GuidanceCodeLength4:        {prompt.SecurityCodeWrong},

	flow.GuidancePleaseWait:     {prompt.PleaseWait},
	flow.GuidanceHoldMusic:      {prompt.Music},
	flow.GuidanceApproved:       {prompt.Approved, prompt.Goodbye},
	flow.GuidanceDeclined:       {prompt.DeclinedEnd, prompt.Goodbye},
	flow.GuidanceOnHold:         {prompt.OutcomeUnknown, prompt.Goodbye},
	flow.GuidanceEntryFailed:    {prompt.TooManyErrors, prompt.Goodbye},
	flow.GuidanceAborted:        {prompt.Aborted, prompt.Goodbye},
	flow.GuidanceReturning:      {prompt.Returning},
	flow.GuidanceTransferFailed: {prompt.ReturnFailed, prompt.Goodbye},
	flow.GuidanceReturnRefused:  {prompt.ReturnRefused, prompt.Goodbye},
	flow.GuidanceSystemError:    {prompt.SystemError, prompt.Goodbye},
}
