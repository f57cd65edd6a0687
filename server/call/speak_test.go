package call

import (
	"testing"

	"tsunagi/server/card"
	"tsunagi/server/flow"
	"tsunagi/server/prompt"
)

func TestEveryGuidanceHasWordsThatExist(t *testing.T) {
	known := map[prompt.Name]bool{}
	for _, name := range prompt.Names() {
		known[name] = true
	}
	for _, g := range flow.Guidances() {
		if g == flow.GuidanceGreeting {
			continue // made of the merchant's name and the amount
		}
		for _, field := range card.Fields() {
			names := words(flow.Play{Guidance: g}, field)
			if len(names) == 0 {
				t.Errorf("%s at the %s says nothing", g, field)
			}
			for _, name := range names {
				if !known[name] {
					t.Errorf("%s says %q, which nobody has recorded", g, name)
				}
			}
		}
	}
}
