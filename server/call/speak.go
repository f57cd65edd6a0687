package call

import (
	"slices"
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
	voice := c.desk.Voice
	if play.Guidance == flow.GuidanceGreeting {
		return greeting(voice, c.merchant, c.order)
	}
	clips := voice.Say(words(play, c.machine.Field())...)
	if play.Loop && repeatsAfterPause(play.Guidance) {
		clips = append(clips, audio.Silence(pauseBetween))
	}
	return clips
}

// pauseBetween separates the repetitions of a sentence.
const pauseBetween = 1200 * time.Millisecond

func repeatsAfterPause(g flow.Guidance) bool {
	return g == flow.GuidancePressSend || g == flow.GuidanceOrderReceived
}

// greeting is the merchant's name, what this is about, the amount in words and, where
// it is not the ordinary one, the payment count.
func greeting(voice Voice, m ivr.Merchant, o order.Order) []*audio.Clip {
	clips := voice.Say(prompt.MerchantName, prompt.Greeting, prompt.AmountIs)
	clips = slices.Concat(clips, voice.Amount(o.Amount), voice.Say(prompt.AmountEnd))
	if m.PaymentCountChoice {
		clips = slices.Concat(clips, voice.Say(prompt.PaymentCount(o.PaymentCount)))
	}
	return clips
}

// words are the prompts of a guidance, in order; field is the one that is open.
func words(play flow.Play, field card.Field) []prompt.Name {
	switch {
	case play.Guidance == flow.GuidanceNothingKeyed:
		return missing[field]
	case play.Guidance == flow.GuidanceAskCardNumber && play.Retry == 0:
		return []prompt.Name{prompt.CardNumber, prompt.StarHint}
	}
	return catalogue[play.Guidance]
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
	flow.GuidanceNumberBrandUnknown: {prompt.BrandNotAccepted},
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
}
