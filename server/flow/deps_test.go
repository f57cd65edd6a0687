package flow

import (
	"testing"

	"tsunagi/shared/deptest"
)

// The same events must give the same call on every machine and at any time, so that
// a transcript is worth reading. Of package card the machine knows the words only:
// it can neither make a vault nor look into one.
func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{
		Why: "the machine decides and does nothing else, and digits do not pass", Pure: true,
		Allow: []string{"time", "tsunagi/server", "tsunagi/server/card", "tsunagi/shared/message"},
		Names: map[string][]string{
			"time": {"Duration", "Second"},
			"card": {
				"Field", "CardNumber", "Expiry", "SecurityCode",
				"Finding", "Incomplete", "Valid", "Nothing", "Zero", "TooShort", "TooLong", "CheckDigit",
				"BrandUnknown", "BrandRefused", "NoSuchMonth", "Expired", "Brand",
			},
		},
	})
}
