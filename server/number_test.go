package ivr

import "testing"

func TestANumberIsWrittenTheWayItIsDialled(t *testing.T) {
	for written, want := range map[string]string{
		"05030001024": "05030001024", "050-3000-1024": "05030001024", "+81-50-3000-1024": "05030001024",
		"+81 (0)50 3000 1024": "05030001024", "+1 415 555 0100": "+14155550100",
		"": "", "+": "", "sato": "", "050３０００": "", "0503000102405030001024050300010240503000": "",
	} {
		if got := DialledNumber(written); got != want {
			t.Errorf("%q: got %q want %q", written, got, want)
		}
	}
}
