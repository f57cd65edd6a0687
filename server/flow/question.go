package flow

import "tsunagi/server/card"

// field is the field that is open, empty where none is.
func (c Call) field() card.Field {
	switch c.state {
	case StateCardNumber:
		return card.CardNumber
	case StateExpiry:
		return card.Expiry
	case StateSecurityCode:
		return card.SecurityCode
	}
	return ""
}

// question is what the open field asks.
func (c Call) question() Guidance {
	switch c.state {
	case StateCardNumber:
		return GuidanceAskCardNumber
	case StateExpiry:
		return GuidanceAskExpiry
	}
	if c.brand.CodeLength() == 4 {
		return GuidanceAskSecurityCode4
	}
	return GuidanceAskSecurityCode
}

// wrong is what the customer hears about an entry that was refused.
func wrong(f card.Field, found card.Finding, b card.Brand) Guidance {
	switch {
	case found == card.Nothing:
		return GuidanceNothingKeyed
	case f == card.CardNumber:
		return wrongNumber(found)
	case f == card.Expiry:
		return wrongExpiry(found)
	case b.CodeLength() == 4:
		return GuidanceCodeLength4
	}
	return GuidanceCodeLength
}

func wrongNumber(found card.Finding) Guidance {
	switch found {
	case card.TooShort:
		return GuidanceNumberTooShort
	case card.TooLong:
		return GuidanceNumberTooLong
	case card.BrandUnknown:
		return GuidanceNumberBrandUnknown
	case card.BrandRefused:
		return GuidanceNumberBrandRefused
	}
	return GuidanceNumberCheckDigit
}

func wrongExpiry(found card.Finding) Guidance {
	switch found {
	case card.Expired:
		return GuidanceExpiryPast
	case card.NoSuchMonth:
		return GuidanceExpiryNoSuchMonth
	}
	return GuidanceExpiryLength
}
